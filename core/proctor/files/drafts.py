"""Writes drafts into a folder: all or none, and over nothing that is there."""

import os
from collections.abc import Sequence
from pathlib import Path

from proctor.errors import PlatformError, UserError
from proctor.model.drafts import Draft
from proctor.model.quoting import printable, quoted

_FOR_ALL, _FOR_ITS_OWNER = 0o666, 0o600  # the user's umask takes from the former


def write_drafts(folder: Path, drafts: Sequence[Draft], *, force: bool) -> None:
    """Write the drafts; the folder is made if it is missing.

    `force` replaces what is there, whole files at a time.

    Raises:
        UserError: a file is there already, and it is not forced; or the folder cannot be made.
        PlatformError: a file could not be written, say for want of room.
    """
    if not force:
        require_absent(folder, [draft.name for draft in drafts])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder cannot be made: {error.strerror}", where=printable(str(folder))
        ) from error
    for draft in drafts:
        _write(folder / draft.name, draft)


def require_absent(folder: Path, names: Sequence[str]) -> None:
    """See that none of these files is there; a link that leads nowhere is.

    Raises:
        UserError: one is there.
    """
    there = [name for name in names if os.path.lexists(folder / name)]
    if not there:
        return
    others = len(there) - 1
    words, them = (f" and {others} more are", "them") if others else (" is", "it")
    raise UserError(
        f"{quoted(there[0])}{words} there already: nothing was written",
        where=printable(str(folder)),
        hint=f"--force writes over {them}",
    )


def _write(path: Path, draft: Draft) -> None:
    # A new file beside it takes its place: what is there keeps neither its mode nor, as a link,
    # what it leads to; and it is whole at each moment.
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    mode = _FOR_ITS_OWNER if draft.private else _FOR_ALL
    data = draft.text.encode("utf-8", "surrogateescape")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(data)
            beside.rename(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except PermissionError as error:
        raise UserError(
            f"{quoted(path.name)} cannot be written: {error.strerror}",
            where=printable(str(path.parent)),
            hint="Name a folder that you can write to",
        ) from error
    except OSError as error:
        raise PlatformError(
            f"{quoted(path.name)} cannot be written: {error.strerror}",
            where=printable(str(path.parent)),
        ) from error
