"""Makes a draft of a process-compose file: `processes`, with their order, probes and restarts."""

import re

from proctor.errors import UserError
from proctor.importing.app_draft import OF_EACH_PROCESS, AppDraft, Drafting, ProcessDraft, Value
from proctor.importing.dependencies import waited_for_to_end
from proctor.importing.documents import Section, read_document
from proctor.importing.shell_words import (
    env_file_value,
    in_folder,
    joined,
    one_line,
    plain_text,
    with_variables,
)
from proctor.model.quoting import quoted

PROCESS_COMPOSE_FILES = (
    "process-compose.yaml", "process-compose.yml", "process-compose.json",
)  # fmt: skip
_OF_ITS_OWN = (
    "version", "log_level", "log_length", "log_format", "is_tui_disabled", "ordered_shutdown",
)  # fmt: skip
_KNOWN = (
    "command", "entrypoint", "environment", "working_dir", "depends_on", "readiness_probe",
    "ready_log_line", "replicas", "availability", "shutdown", "disabled", "namespace",
    "description", "is_tty", "is_interactive", "disable_ansi_colors", "is_foreground",
    "is_daemon", "schedule",
)  # fmt: skip
_ON_EXIT = {
    "always": "restart",
    "on_failure": "restart-on-failure",
    "no": "stay",
    "exit_on_failure": "stop-all",
}
_ENDED_ANYHOW = "process_completed"
_ENDED = (_ENDED_ANYHOW, "process_completed_successfully")
_SIGNALS = {
    1: "HUP", 2: "INT", 3: "QUIT", 9: "KILL", 10: "USR1", 12: "USR2", 14: "ALRM", 28: "WINCH",
}  # fmt: skip
_TERM = 15
_TEMPLATE = "{{"


def draft_process_compose(text: str, *, file: str) -> AppDraft:
    """The draft of a process-compose file.

    Raises:
        UserError: it cannot be read; names file and line.
    """
    document = Section(read_document(text, file), file)
    drafting = Drafting(file)
    # There, what ends by itself stays down unless it says otherwise.
    drafting.settings["on_exit"] = "stay"
    _take_environment(drafting, document)
    for key in document.others(("processes", "environment", *_OF_ITS_OWN)):
        drafting.leave(key, document.where(key))
    processes = document.section("processes")
    ended = waited_for_to_end(processes, _ENDED)
    for name in processes.names() if processes else ():
        assert processes is not None
        process = processes.section(name)
        if process is None:
            continue
        if "extends" in process:
            drafting.leave(f"{name}: it extends another process", processes.where(name))
        else:
            must_end = name in ended
            _Process(drafting, name, process, processes.where(name), must_end=must_end).add()
    return drafting.draft()


def _take_environment(drafting: Drafting, document: Section) -> None:
    where = document.where("environment")
    for name, value in document.variables("environment").items():
        written = None if value is None else env_file_value(value)
        if written is None or name in OF_EACH_PROCESS:
            drafting.leave(f"the variable {name}", where)
        else:
            drafting.environment[name] = written


class _Process:
    def __init__(
        self, drafting: Drafting, name: str, section: Section, where: str, *, must_end: bool
    ) -> None:
        self._drafting = drafting
        self._name = name
        self._section = section
        self._where = where
        self._must_end = must_end

    def add(self) -> None:
        environment, command = with_variables(
            self._section.variables("environment"), self._command()
        )
        settings: dict[str, Value] = {
            "env": environment,
            **self._order(),
            **self._readiness(),
            **self._restart(),
            **self._stop(),
        }
        groups = self._section.texts("namespace")
        if groups:
            settings["group"] = groups[0]
        for key in self._section.others(_KNOWN):
            self._leave(key, key)
        self._drafting.add(
            ProcessDraft(
                type=self._drafting.name(self._name, self._where),
                command_line=in_folder(self._section.text("working_dir"), command),
                quantity=self._quantity(),
                settings={key: value for key, value in settings.items() if value not in ({}, [])},
            )
        )

    def _leave(self, what: str, key: str) -> None:
        self._drafting.leave(f"{self._name}: {what}", self._section.where(key))

    def _command(self) -> str:
        section = self._section
        command = section.text("command")
        if command is None and "entrypoint" not in section:
            raise UserError(f"{quoted(self._name)} has no command", where=self._where)
        if command is None:
            return joined(section.texts("entrypoint"))
        if _TEMPLATE in command:
            self._leave("the templates {{…}} in its command", "command")
        # `$$` is how a dollar is written there; plain text has no other variables to keep.
        plain = plain_text(command)
        return one_line(command.replace("$$", "$") if plain is None else plain)

    def _quantity(self) -> int:
        section = self._section
        for key, words in (
            ("is_daemon", "it goes to the background by itself: let it stay in the foreground"),
            ("schedule", "its schedule"),
        ):
            if section.raw(key):
                self._leave(words, key)
                return 0
        if section.raw("disabled") is True or section.raw("is_foreground") is True:
            return 0
        replicas = section.number("replicas")
        return 1 if replicas is None else replicas

    def _order(self) -> dict[str, Value]:
        needs = self._section.section("depends_on")
        after: list[Value] = []
        for name in needs.names() if needs else ():
            assert needs is not None
            how = needs.section(name)
            condition = how.text("condition") if how else None
            type_ = self._drafting.name(name, needs.where(name))
            after.append({"type": type_, "completed": True} if condition in _ENDED else type_)
            if condition == _ENDED_ANYHOW:
                words = f"{self._name}: it starts after a failure of {name}, too"
                self._drafting.leave(words, needs.where(name))
        return {"after": after}

    def _readiness(self) -> dict[str, Value]:
        line = self._section.text("ready_log_line")
        if line is not None:
            return {"ready": {"log": re.escape(line)}}
        probe = self._section.section("readiness_probe")
        if probe is None:
            return {}
        command = probe.section("exec")
        if command is not None and "command" in command:
            folder = command.text("working_dir")
            return {"ready": {"command": in_folder(folder, one_line(str(command.text("command"))))}}
        request = probe.section("http_get")
        url = _url(request) if request is not None else _TEMPLATE
        if _TEMPLATE in url:
            self._leave("its readiness_probe", "readiness_probe")
            return {}
        return {"ready": {"http": url}}

    def _restart(self) -> dict[str, Value]:
        availability = self._section.section("availability")
        if availability is None:
            return {}
        for key in ("backoff_seconds", "max_restarts", "exit_on_skipped"):
            if key in availability:
                self._drafting.leave(f"{self._name}: {key}", availability.where(key))
        if availability.switch("exit_on_end") and not self._must_end:
            return {"on_exit": "stop-all"}
        policy = availability.text("restart")
        if policy is not None and policy not in _ON_EXIT:
            raise availability.refused("restart", f"one of {', '.join(_ON_EXIT)}")
        on_exit = _ON_EXIT[policy or "no"]
        if self._must_end and on_exit in ("restart", "stop-all"):
            self._drafting.leave(f"{self._name}: {policy}", availability.where("restart"))
            return {}
        return {} if on_exit == "stay" else {"on_exit": on_exit}

    def _stop(self) -> dict[str, Value]:
        shutdown = self._section.section("shutdown")
        if shutdown is None:
            return {}
        settings: dict[str, Value] = {}
        number = shutdown.number("signal")
        if number in _SIGNALS:
            settings["stop_signal"] = _SIGNALS[number]
        elif number not in (None, 0, _TERM):
            self._drafting.leave(f"{self._name}: the signal {number}", shutdown.where("signal"))
        seconds = shutdown.number("timeout_seconds")
        if seconds is not None:
            settings["grace"] = seconds
        for key in ("command", "send_keys"):
            if key in shutdown:
                self._drafting.leave(f"{self._name}: its shutdown {key}", shutdown.where(key))
        return settings


def _url(request: Section) -> str:
    host = request.text("host") or "127.0.0.1"
    port = request.text("port") or request.text("num_port")
    place = f"{host}:{port}" if port else host
    return f"{request.text('scheme') or 'http'}://{place}{request.text('path') or '/'}"
