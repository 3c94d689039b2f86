"""Makes a draft of an mprocs file: `procs`, each a command with its environment and folder.

The form is that of mprocs 0.9: a process is a text for the shell, a list of words, or a table
with `shell` or `cmd`; `$select: os` chooses by the system.
"""

import re

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft, Drafting, ProcessDraft, Value
from proctor.importing.documents import Section, Table, read_document
from proctor.importing.shell_words import (
    in_folder,
    one_line,
    quoted_word,
    with_variables,
)

MPROCS_FILES = ("mprocs.yaml", "mprocs.yml", "mprocs.json")
_SELECT, _ELSE = "$select", "$else"
_HERE = re.compile(r"^<CONFIG_DIR>/?")
_KNOWN = (
    "shell", "cmd", "cwd", "env", "add_path", "autostart", "autorestart", "stop", "deps",
    "ready_log",
)  # fmt: skip
_SIGNALS = {"SIGINT": "INT", "SIGKILL": "KILL"}


def draft_mprocs(text: str, *, file: str, system: str) -> AppDraft:
    """The draft of an mprocs file; `system` is the one to choose for, as "linux" or "macos".

    Raises:
        UserError: it cannot be read; names file and line.
    """
    document = Section(_chosen(read_document(text, file), system), file)
    procs = document.section("procs")
    drafting = Drafting(file)
    # There, what ends by itself stays down unless it says otherwise.
    drafting.settings["on_exit"] = "stay"
    for key in document.others(("procs",)):
        drafting.leave(key, document.where(key))
    for name in procs.names() if procs else ():
        assert procs is not None
        where = procs.where(name)
        raw = procs.raw(name)
        if raw is None:
            drafting.leave(f"{name}: it is switched off", where)
        elif isinstance(raw, Table):
            _add(drafting, name, Section(raw, file), where)
        else:
            command = _command(Section(_as_table(raw, procs, name), file), where)
            drafting.add(ProcessDraft(type=drafting.name(name, where), command_line=command))
    return drafting.draft()


def _as_table(raw: object, procs: Section, name: str) -> Table:
    table = Table(int(procs.where(name).rpartition(":")[2]))
    table["cmd" if isinstance(raw, list) else "shell"] = raw
    return table


def _chosen(table: Table, system: str) -> Table:
    """The document with each choice by system made."""
    return _choose(table, system)  # type: ignore[return-value]  # a document is a table


def _choose(value: object, system: str) -> object:
    if isinstance(value, list):
        return [_choose(each, system) for each in value]
    if not isinstance(value, Table):
        return value
    if value.get(_SELECT) == "os":
        return _choose(value.get(system, value.get(_ELSE)), system)
    made = Table(value.line)
    made.lines = value.lines
    made.update({key: _choose(each, system) for key, each in value.items()})
    return made


def _add(drafting: Drafting, name: str, proc: Section, where: str) -> None:
    command = _command(proc, where)
    settings: dict[str, Value] = {}
    paths = [_HERE.sub("./", path) for path in proc.texts("add_path")]
    if paths:
        added = "".join(f"{quoted_word(path)}:" for path in paths)
        command = f'export PATH={added}"$PATH"; {command}'
    if "env" in proc:
        environment = {
            key: None if value is None else value.replace("$", "$$")
            for key, value in proc.variables("env").items()
        }
        settings["env"], command = with_variables(environment, command)
    folder = proc.text("cwd")
    if folder is not None:
        command = in_folder(_HERE.sub("./", folder).replace("$", "$$"), command)
    settings = {**settings, **_settings(drafting, name, proc)}
    drafting.add(
        ProcessDraft(
            type=drafting.name(name, where),
            command_line=command,
            quantity=0 if proc.switch("autostart") is False else 1,
            settings={key: value for key, value in settings.items() if value not in ({}, [])},
        )
    )


def _command(proc: Section, where: str) -> str:
    shell, words = proc.text("shell") if "shell" in proc else None, proc.raw("cmd")
    if shell is None and words is None:
        raise UserError("this process has neither 'shell' nor 'cmd'", where=where)
    if shell is not None:
        return one_line(shell)
    if isinstance(words, str):
        return one_line(words)
    return " ".join(quoted_word(word) for word in proc.texts("cmd"))


def _settings(drafting: Drafting, name: str, proc: Section) -> dict[str, Value]:
    settings: dict[str, Value] = {}
    if proc.switch("autorestart"):
        settings["on_exit"] = "restart"
    if "ready_log" in proc:
        settings["ready"] = {"log": re.escape(str(proc.text("ready_log")))}
    settings["after"] = [drafting.name(need, proc.where("deps")) for need in proc.texts("deps")]
    stop = proc.raw("stop")
    if stop == "hard-kill":
        settings["grace"] = 0
    elif isinstance(stop, str) and stop in _SIGNALS:
        settings["stop_signal"] = _SIGNALS[stop]
    elif stop not in (None, "SIGTERM"):
        drafting.leave(f"{name}: its way to stop, {_words(stop)}", proc.where("stop"))
    for key in proc.others(_KNOWN):
        drafting.leave(f"{name}: {key}", proc.where(key))
    return settings


def _words(stop: object) -> str:
    return f"by {' '.join(stop)}" if isinstance(stop, dict) else str(stop)
