"""Copies the demo app into a folder of the user's own, where it may be changed at will."""

import shutil
from pathlib import Path

from proctor.errors import UserError

APP = Path(__file__).with_name("app")
COPIED_SUFFIXES = ("", ".py", ".html")  # whoever ran the app in place may have left a database
FOLDER_NAME = "proctor-demo"
# The database changes with each job: no watcher and no commit should care.
GIT_IGNORE = "*.db\n*.db-shm\n*.db-wal\n__pycache__/\n"


def unused_folder(parent: Path) -> Path:
    """Return a folder under `parent` that is not there yet: `proctor-demo`, `proctor-demo-2` …."""
    number = 1
    folder = parent / FOLDER_NAME
    while folder.exists() or folder.is_symlink():
        number += 1
        folder = parent / f"{FOLDER_NAME}-{number}"
    return folder


def copy_demo(folder: Path) -> tuple[Path, ...]:
    """Copy the demo app's programs and its Procfile into `folder`; return the new files, sorted.

    The folder is made if it is missing; one that holds anything is left alone. If it cannot be
    filled, a folder that was made is taken away again.

    Raises:
        UserError: the folder is not empty, is a file, or cannot be written.
    """
    was_there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(
                "the folder is not empty", where=str(folder), hint="Name one that is empty, or new"
            )
        for program in APP.iterdir():
            if program.is_file() and program.suffix in COPIED_SUFFIXES:
                shutil.copyfile(program, folder / program.name)
        (folder / ".gitignore").write_text(GIT_IGNORE, encoding="utf-8")
    except OSError as error:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise UserError(
            f"the demo cannot be copied: {error.strerror}",
            where=str(folder),
            hint="Name a folder that you can write to",
        ) from error
    return tuple(sorted(folder.iterdir()))
