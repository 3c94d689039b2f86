"""Tells of the settings files of other tools in an app's folder: of `.foreman` and its like."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from proctor.errors import UserError
from proctor.files.reading import is_readable_file, read_start
from proctor.model.resolution import ENV_FILE

if TYPE_CHECKING:
    from proctor.model.other_tools import Said

FILES = (".foreman", ".forego", ".overmind.env")


def unread_settings(
    root: Path, said: Collection[str] | None, env_paths: Collection[str] = ()
) -> Iterator[str]:
    """A line for each file of another tool that says what is not said here.

    `said` are the settings that `proctor.toml` has ("port", "web.on_exit"), None where there is no
    such file; once there is one, what has no counterpart is told no more. A file that is read as
    an env file, as those of `env_paths` are, is one of ours.
    """
    for name in FILES:
        path = root / name
        if not is_readable_file(path):
            continue
        from proctor.model.other_tools import sentence  # noqa: PLC0415 - for who has such a file

        known = frozenset(said or ())
        news = [
            each
            for each in _said_in(path, is_ours=str(path.resolve()) in env_paths)
            if not known.issuperset(each.settings) or (said is None and not each.settings)
        ]
        if news:
            yield sentence(name, news)


def _said_in(path: Path, *, is_ours: bool) -> "list[Said]":
    from proctor.model import other_tools  # noqa: PLC0415 - as above

    try:
        text = read_start(path, name=path.name)[: other_tools.LARGEST]
        if path.name == ".foreman":
            return list(other_tools.said_in_foreman(text))
        if path.name == ".forego":
            return list(other_tools.said_in_forego(text))
        return [
            each
            for each in other_tools.said_in_overmind(
                _variables(path, text), has_env_file=(path.parent / ENV_FILE).is_file()
            )
            if not is_ours or each.key.startswith("OVERMIND_")
        ]
    except UserError:  # it is another tool's to say what is wrong with it
        return []


def _variables(path: Path, text: str) -> dict[str, str]:
    from proctor.files.env_file import parse_env_file  # noqa: PLC0415 - for this file alone

    found = parse_env_file(text, path=str(path), name=path.name, known={})
    return dict(found.layer.values)
