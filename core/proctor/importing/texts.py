"""Writes a draft of an app down: as a Procfile, an env file and a `proctor.toml`."""

import re
from collections.abc import Iterator

from proctor.importing.app_draft import AppDraft, Value
from proctor.model.drafts import Draft
from proctor.model.quoting import printable
from proctor.model.toml_values import toml_key, toml_value

PROCFILE, ENV_FILE, SETTINGS_FILE = "Procfile", ".env", "proctor.toml"

_BARE_VALUE = re.compile(r"[A-Za-z0-9_./:@,+=%-]*")


def procfile_draft(draft: AppDraft) -> Draft:
    """The Procfile; what it was made from, and what it lacks, stands at its top."""
    lines = [f"# {sentence}" for sentence in _at_the_top(draft)]
    lines += [f"{process.type}: {process.command_line}" for process in draft.processes]
    return Draft(PROCFILE, "\n".join(lines) + "\n")


def env_file_draft(draft: AppDraft, *, name: str = ENV_FILE) -> Draft | None:
    """The env file, which its owner alone may read; None if it would be empty."""
    if not draft.environment:
        return None
    lines = [f"# A draft by proctor init, made from {_sources(draft)}."]
    lines += [f"{key}={_env_value(value)}" for key, value in draft.environment.items()]
    return Draft(name, "\n".join(lines) + "\n", private=True)


def settings_draft(draft: AppDraft) -> Draft | None:
    """The `proctor.toml`; None if the Procfile says all."""
    settings = dict(draft.settings)
    quantities: dict[str, Value] = {
        process.type: process.quantity for process in draft.processes if process.quantity != 1
    }
    if quantities:
        settings["formation"] = quantities
    tables = [process for process in draft.processes if process.settings]
    if not settings and not tables:
        return None
    lines = [f"# A draft by proctor init, made from {_sources(draft)}."]
    lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in settings.items()]
    for process in tables:
        lines += ["", f"[types.{toml_key(process.type)}]"]
        lines += [
            f"{toml_key(key)} = {toml_value(value)}" for key, value in process.settings.items()
        ]
    return Draft(SETTINGS_FILE, "\n".join(lines) + "\n")


def _at_the_top(draft: AppDraft) -> Iterator[str]:
    yield f"A draft by proctor init, made from {_sources(draft)}."
    yield from (printable(note) for note in draft.notes)
    if draft.left:
        yield "Not carried over:"
    yield from (f"- {printable(left.what)} ({left.where})" for left in draft.left)


def _sources(draft: AppDraft) -> str:
    return printable(" and ".join(draft.sources))


def _env_value(value: str) -> str:
    if _BARE_VALUE.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
