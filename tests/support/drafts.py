"""Drafts as their user meets them: the three files, read by the readers that will read them."""

from collections.abc import Mapping
from typing import Any

from proctor.importing.app_draft import AppDraft
from proctor.importing.texts import env_file_draft, procfile_draft, settings_draft
from proctor.model.procfile import read_procfile
from proctor.model.settings_file import SettingsFile, read_settings_file


def commands(draft: AppDraft) -> dict[str, str]:
    """Process type -> command line, as the Procfile has them."""
    entries = read_procfile(procfile_draft(draft).text).entries
    return {entry.type: entry.command_line for entry in entries}


def settings(draft: AppDraft) -> SettingsFile:
    """What the `proctor.toml` says; it speaks of no type that the Procfile lacks."""
    made = settings_draft(draft)
    read = read_settings_file(made.text if made else "")
    read.require_types(tuple(commands(draft)))
    return read


def app_settings(draft: AppDraft) -> Mapping[str, Any]:
    """The settings of the whole app."""
    return {key: written.value for key, written in settings(draft).app.items()}


def type_settings(draft: AppDraft, type_: str) -> Mapping[str, Any]:
    """The settings of one process type."""
    return {key: written.value for key, written in settings(draft).types.get(type_, {}).items()}


def variables(draft: AppDraft) -> str:
    """The lines of the env file that set something."""
    made = env_file_draft(draft)
    lines = made.text.splitlines() if made else []
    return "\n".join(line for line in lines if not line.startswith("#"))


def left(draft: AppDraft) -> list[str]:
    """What was not carried over, with its places."""
    return [f"{each.what} ({each.where})" for each in draft.left]
