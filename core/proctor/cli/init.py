"""`proctor init`: drafts of a Procfile and what belongs to it, from what the folder has."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from proctor.errors import UserError
from proctor.files.drafts import require_absent, write_drafts
from proctor.files.env_file import parse_env_file
from proctor.importing.app_draft import AppDraft
from proctor.importing.documents import LONGEST_DOCUMENT
from proctor.importing.sources import Folder, draft_of_file, draft_of_folder, require_something
from proctor.importing.texts import (
    ENV_FILE,
    PROCFILE,
    env_file_draft,
    procfile_draft,
    settings_draft,
)
from proctor.model.drafts import Draft
from proctor.model.quoting import quoted

_MISSING_VARIABLES = ".env.draft"  # where an env file is there: it is never written over


@click.command()
@click.option("--from", "source", metavar="FILE", help="What to make them from  [what is here]")
@click.option("--force", is_flag=True, help="Write over a Procfile and a proctor.toml")
def init(source: str | None, *, force: bool) -> None:
    """Write a Procfile, and .env and proctor.toml where needed, from what the folder has.

    It reads process-compose, mprocs and compose files and package.json, else it guesses by the
    language. Each file is a draft that says at its top what it could not carry over.
    """
    here = Path.cwd()
    if not force:
        require_absent(here, [PROCFILE])
    folder = Folder(
        here.name,
        lambda name: _read(here / name, name),
        "macos" if sys.platform == "darwin" else "linux",
        _variables(here),
    )
    draft = draft_of_folder(folder) if source is None else _draft_of(here, source, folder)
    drafts = _files_of(draft, folder.variables)
    wanted = [each for each in drafts if each.name != _MISSING_VARIABLES]
    if not force:
        require_absent(here, [each.name for each in wanted])
    write_drafts(here, drafts, force=True)
    _tell(draft, drafts)


def _draft_of(here: Path, source: str, folder: Folder) -> AppDraft:
    text = _read(here / source, source)
    if text is None:
        raise UserError(f"there is no file {quoted(source)}", where="--from")
    return require_something(draft_of_file(text, os.path.normpath(source), folder))


def _files_of(draft: AppDraft, present: Mapping[str, str]) -> tuple[Draft, ...]:
    missing = {name: each for name, each in draft.environment.items() if name not in present}
    # Whatever is there, a virtual environment of that name too, is not ours to replace.
    env_name = _MISSING_VARIABLES if os.path.lexists(ENV_FILE) else ENV_FILE
    lacking = AppDraft(sources=draft.sources, processes=(), environment=missing)
    made = (procfile_draft(draft), env_file_draft(lacking, name=env_name), settings_draft(draft))
    return tuple(each for each in made if each is not None)


def _variables(here: Path) -> Mapping[str, str]:
    text = _read(here / ENV_FILE, ENV_FILE)
    if text is None:
        return {}
    path = str(here / ENV_FILE)
    return parse_env_file(text, path=path, name=ENV_FILE, known=os.environ).layer.values


def _read(path: Path, name: str) -> str | None:
    """The text of a file, as far as it may be long; None if there is none."""
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.read(LONGEST_DOCUMENT + 1)
    except OSError as error:
        raise UserError(f"{quoted(name)} cannot be read: {error.strerror}") from error


def _tell(draft: AppDraft, drafts: tuple[Draft, ...]) -> None:
    names = [each.name for each in drafts]
    written = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    them = "them" if len(names) > 1 else "it"
    click.echo(
        f"Wrote {written} from {' and '.join(draft.sources)}: read {them}, then try "
        "'proctor check' and 'proctor start'."
    )
    if _MISSING_VARIABLES in names:
        click.echo(f"{ENV_FILE} is as it was: add to it what {_MISSING_VARIABLES} has.")
    if draft.left:
        count = len(draft.left)
        things = "1 thing was" if count == 1 else f"{count} things were"
        click.echo(f"{things} not carried over: the top of the Procfile names what.")
