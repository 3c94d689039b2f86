"""Finds and reads the env files of an app."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from proctor.errors import UserError
from proctor.files.env_file import EnvFile, parse_env_file
from proctor.files.reading import LARGEST_FILE, is_readable_file, read_start
from proctor.model.quoting import quoted
from proctor.model.resolution import ENV_FILE

Named = tuple[Path, str]
"""A file, and what its user calls it."""


def usual_env_files(root: Path) -> list[Named]:
    """What is read when nobody names any."""
    path = root / ENV_FILE
    # A folder of that name is a virtual environment.
    return [(path, ENV_FILE)] if is_readable_file(path) else []


def named_env_files(names: Iterable[str], folders: Iterable[Path], *, where: str) -> list[Named]:
    """The files of these names, each in the first of the folders that has it.

    Raises:
        UserError: one is not there; `where` says who named it.
    """
    return [(_first_of(name, folders, where), name) for name in names]


def read_env_files(files: Iterable[Named], inherited: Mapping[str, str]) -> Iterator[EnvFile]:
    """What they say; each sees what was inherited, and the files before it.

    Raises:
        UserError: one cannot be read, or is wrong.
    """
    known = dict(inherited)
    for path, name in files:
        env_file = _read(path, name=name, known=known)
        known.update(env_file.layer.values)
        yield env_file


def env_file_names_procfile(folder: Path) -> bool:
    """Is this the folder of an app whose env file says how its Procfile is called?"""
    try:
        found = list(read_env_files(usual_env_files(folder), {}))
    except UserError:  # said when that folder's app is asked for; here it is only passed by
        return False
    names = [env_file.layer.values.get("PROCFILE") for env_file in found]
    return any(name is not None and (folder / name).is_file() for name in names)


def _first_of(name: str, folders: Iterable[Path], where: str) -> Path:
    for folder in folders:
        if (folder / name).exists():
            return (folder / name).resolve()
    raise UserError(f"there is no file {quoted(name)}", where=where)


def _read(path: Path, *, name: str, known: Mapping[str, str]) -> EnvFile:
    text = read_start(path, name=name)
    if len(text) > LARGEST_FILE:
        raise UserError(f"{quoted(name)} is larger than {LARGEST_FILE} bytes")
    return parse_env_file(text, path=str(path), name=name, known=known)
