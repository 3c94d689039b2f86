"""Chooses what of a folder becomes the draft of its app.

A file of process-compose or mprocs says all. Else the app is what its language or `package.json`
say, and the services of a compose file stand beside it.
"""

from collections.abc import Mapping
from pathlib import PurePath

import msgspec

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft, merged
from proctor.importing.compose import COMPOSE_FILES, draft_compose
from proctor.importing.documents import Section, read_document
from proctor.importing.languages import Reader, as_draft, guess_app
from proctor.importing.mprocs import MPROCS_FILES, draft_mprocs
from proctor.importing.package_json import PACKAGE_JSON, draft_package_json
from proctor.importing.process_compose import PROCESS_COMPOSE_FILES, draft_process_compose
from proctor.model.quoting import printable

NOTICED = ("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "package-lock.json")
_WHAT_TO_DO = (
    "Write one line for each process, as in web: ./server $PORT, or see one at work: proctor demo"
)


class Folder(msgspec.Struct, frozen=True):
    """What is known of the folder that the drafts are for."""

    name: str
    read: Reader
    system: str  #: "linux" or "macos"
    variables: Mapping[str, str] = {}  #: of the env file that is there already


def draft_of_folder(folder: Folder) -> AppDraft:
    """The draft of what lies in a folder.

    Raises:
        UserError: nothing there says what to run, or a file cannot be read.
    """
    for file in (*PROCESS_COMPOSE_FILES, *MPROCS_FILES):
        text = folder.read(file)
        if text is not None:
            return require_something(draft_of_file(text, file, folder))
    guess = guess_app(folder.read)
    drafts = [] if guess is None else [as_draft(guess)]
    package = folder.read(PACKAGE_JSON)
    if package is not None:
        # Beside a server in another language, its scripts are about what the browser gets.
        first = "web" if guess is None or guess.kind == "Node" else "assets"
        draft = draft_package_json(package, names=_names(folder), first_type=first)
        if draft is not None:
            drafts = [draft] if first == "web" else [*drafts, draft]
    compose = next((name for name in COMPOSE_FILES if folder.read(name) is not None), None)
    if compose is not None:
        drafts.append(draft_of_file(folder.read(compose) or "", compose, folder))
    if not drafts:
        raise UserError("nothing here says what to run", hint=_WHAT_TO_DO)
    return require_something(merged(drafts))


def draft_of_file(text: str, file: str, folder: Folder) -> AppDraft:
    """The draft of one file, whatever its name: what it holds tells whose it is.

    Raises:
        UserError: it is none that is known, or cannot be read; names file and line.
    """
    name = PurePath(file).name
    if name == PACKAGE_JSON:
        draft = draft_package_json(text, file=file, names=_names(folder))
        if draft is None:
            raise UserError("no script in it starts the app", where=f"{printable(file)}:1")
        return draft
    document = Section(read_document(text, file), file)
    if "processes" in document:
        return draft_process_compose(text, file=file)
    if "procs" in document:
        return draft_mprocs(text, file=file, system=folder.system)
    if "services" in document:
        return draft_compose(text, file=file, folder_name=folder.name, known=folder.variables)
    raise UserError(
        "this names neither 'processes', 'procs' nor 'services'",
        where=f"{printable(file)}:1",
        hint="Known are files of process-compose, mprocs and compose, and package.json",
    )


def require_something(draft: AppDraft) -> AppDraft:
    """See that there is a process in a draft.

    Raises:
        UserError: there is none; says why the first one is not there.
    """
    if draft.processes:
        return draft
    first = draft.left[0] if draft.left else None
    why = f" ({first.what})" if first else ""
    raise UserError(
        f"there is nothing in it to run{why}",
        where=first.where if first else printable(" and ".join(draft.sources)),
        hint=_WHAT_TO_DO,
    )


def _names(folder: Folder) -> tuple[str, ...]:
    return tuple(name for name in NOTICED if folder.read(name) is not None)
