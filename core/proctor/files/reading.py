"""Reads single files as text, and names them in messages."""

import os
import stat
from pathlib import Path

from proctor.errors import UserError
from proctor.model.procfile import LONGEST_FILE
from proctor.model.quoting import printable, quoted

LARGEST_FILE = 4 * LONGEST_FILE  # bytes: the most that so many characters can have


def read_start(path: Path, *, name: str) -> str:
    """The text of a file, or enough of one that is too large for its reader to say so.

    Bytes that are no UTF-8 are kept as surrogates.

    Raises:
        UserError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UserError(
            f"{quoted(name)} cannot be read: {error.strerror}", where=printable(str(path))
        ) from error


def is_readable_file(path: Path) -> bool:
    """Is there a file, or a named pipe, as some secret stores serve one?"""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)


def name_from(root: Path, path: Path) -> str:
    """The file as messages name it: from the root, if it lies there."""
    return printable(os.path.relpath(path, root) if path.is_relative_to(root) else str(path))
