"""Makes a draft of a compose file: each service that has an image becomes a `docker run`.

A service that is built there is not carried over: it is the app itself, whose own command is the
better line of a Procfile.
"""

import re
import shlex
from collections.abc import Mapping

from proctor.importing.app_draft import AppDraft, Drafting, ProcessDraft, Value
from proctor.importing.compose_flags import KNOWN, Shared, environment_words, flags
from proctor.importing.dependencies import waited_for_to_end
from proctor.importing.documents import Section, read_document
from proctor.importing.shell_words import joined, shell_word

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_OF_THE_SERVICE = (
    "image", "build", "command", "entrypoint", "depends_on", "restart", "stop_signal",
    "stop_grace_period", "healthcheck", "scale", "deploy", "profiles", "container_name",
    "pull_policy", "stdin_open", "tty", "expose", "labels", "annotations", "attach",
)  # fmt: skip
_OF_THE_FILE = ("services", "version", "name", "volumes", "networks", "secrets", "configs")
_ON_EXIT = {"no": "stay", "on-failure": "restart-on-failure"}
_ENDED = "service_completed_successfully"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
_SIGNAL = re.compile(r"(?:SIG)?(TERM|INT|QUIT|HUP|USR1|USR2|ALRM|WINCH|KILL)")
_REACHED_BY_NAME = (
    "Services reached one another by name; here each is at localhost, at the port that it "
    "publishes."
)


def draft_compose(
    text: str, *, file: str, folder_name: str, known: Mapping[str, str] | None = None
) -> AppDraft:
    """The draft of a compose file.

    `folder_name` is that of the file's folder, after which compose names volumes; `known` are the
    variables of the env file that is there already.

    Raises:
        UserError: it cannot be read; names file and line.
    """
    document = Section(read_document(text, file), file)
    drafting = Drafting(file)
    project = document.text("name") or re.sub(r"[^a-z0-9_-]", "", folder_name.lower()) or "app"
    shared = Shared(project, *map(document.section, ("volumes", "secrets", "configs")))
    for key in document.others(_OF_THE_FILE):
        drafting.leave(key, document.where(key))
    services = document.section("services")
    ended = waited_for_to_end(services, (_ENDED,))
    for name in services.names() if services else ():
        assert services is not None
        service = services.section(name)
        where = services.where(name)
        if service is None or "build" in service or "image" not in service:
            built = service is not None and "build" in service
            drafting.leave(f"{name}: it {'is built' if built else 'has no image'}", where)
            continue
        must_end = name in ended
        _Service(drafting, name, service, where, shared, must_end=must_end).add(known or {})
    return drafting.draft()


class _Service:
    def __init__(
        self,
        drafting: Drafting,
        name: str,
        section: Section,
        where: str,
        shared: Shared,
        *,
        must_end: bool,
    ) -> None:
        self._drafting = drafting
        self._name = name
        self._section = section
        self._where = where
        self._shared = shared
        self._must_end = must_end

    def add(self, known: Mapping[str, str]) -> None:
        section = self._section
        self._drafting.note(_REACHED_BY_NAME)
        settings: dict[str, Value] = {**self._order(), **self._ends()}
        container, ready = self._readiness()
        words = ["docker run --rm", *([f"--name {container}"] if container else [])]
        words += flags(section, self._shared, self._leave)
        variables, own = environment_words(self._drafting, section, known)
        words += variables
        words += self._image_and_command()
        line = " ".join(words)
        if container:  # one of this name may be left from a run that was killed
            line = f"docker rm -f {container} >/dev/null 2>&1; exec {line}"
        settings = {**settings, **ready, "env": own}
        for key in section.others((*_OF_THE_SERVICE, *KNOWN)):
            self._leave(key, key)
        self._drafting.add(
            ProcessDraft(
                type=self._drafting.name(self._name, self._where),
                command_line=line,
                quantity=self._quantity(),
                settings={key: value for key, value in settings.items() if value not in ({}, [])},
            )
        )

    def _leave(self, what: str, key: str) -> None:
        self._drafting.leave(f"{self._name}: {what}", self._section.where(key))

    def _image_and_command(self) -> list[str]:
        section = self._section
        before, after = [], list(self._words("command"))
        entrypoint = self._words("entrypoint")
        if entrypoint:
            before = ["--entrypoint", shell_word(entrypoint[0])]
            after = [*entrypoint[1:], *after]
        words = [*before, shell_word(str(section.text("image")))]
        return [*words, joined(after)] if after else words

    def _words(self, key: str) -> tuple[str, ...]:
        """A command as compose has it: a list, or a text that is parted as by a shell."""
        raw = self._section.raw(key)
        if not isinstance(raw, str):
            return self._section.texts(key)
        try:
            return tuple(shlex.split(raw))
        except ValueError as error:
            raise self._section.refused(key, "a command: a quote is not closed") from error

    def _quantity(self) -> int:
        if self._section.texts("profiles"):
            return 0
        deploy = self._section.section("deploy")
        replicas = self._section.number("scale")
        if replicas is None and deploy is not None:
            replicas = deploy.number("replicas")
            for key in deploy.others(("replicas",)):
                self._drafting.leave(f"{self._name}: deploy {key}", deploy.where(key))
        return 1 if replicas is None else replicas

    def _order(self) -> dict[str, Value]:
        section = self._section
        if isinstance(section.raw("depends_on"), list):
            where = section.where("depends_on")
            names = section.texts("depends_on")
            return {"after": [self._drafting.name(name, where) for name in names]}
        needs = section.section("depends_on")
        after: list[Value] = []
        for name in needs.names() if needs else ():
            assert needs is not None
            how = needs.section(name)
            type_ = self._drafting.name(name, needs.where(name))
            said: dict[str, Value] = {"type": type_}
            if how is not None and how.switch("restart") is True:
                said["restart"] = True
            if how is not None and how.text("condition") == _ENDED:
                said["completed"] = True
            after.append(said if len(said) > 1 else type_)
        return {"after": after}

    def _ends(self) -> dict[str, Value]:
        settings: dict[str, Value] = {}
        restart = (self._section.text("restart") or "").partition(":")[0]
        if restart in _ON_EXIT:
            settings["on_exit"] = _ON_EXIT[restart]
        elif self._must_end:
            settings["on_exit"] = "stay"
        signal = self._section.text("stop_signal")
        if signal is not None:
            match = _SIGNAL.fullmatch(signal)
            if match is None:
                self._leave(f"the signal {signal}", "stop_signal")
            elif match[1] != "TERM":
                settings["stop_signal"] = match[1]
        grace = self._section.text("stop_grace_period")
        if grace is not None:
            settings["grace"] = self._seconds(grace)
        return settings

    def _seconds(self, text: str) -> float:
        parts = _DURATION.findall(text)
        if "".join(number + unit for number, unit in parts) != text:
            raise self._section.refused("stop_grace_period", 'a duration such as "1m30s"')
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
        return int(seconds) if seconds == int(seconds) else seconds

    def _readiness(self) -> tuple[str | None, dict[str, Value]]:
        """The container's name, where it needs one, and the rule that asks it."""
        name = self._section.text("container_name")
        check = self._section.section("healthcheck")
        test = check.raw("test") if check is not None else None
        words = [str(word) for word in test] if isinstance(test, list) else []
        command: str | None = None
        if isinstance(test, str):
            command = f"sh -c {shell_word(test)}"
        elif words[:1] == ["CMD-SHELL"] and len(words) > 1:
            command = f"sh -c {shell_word(words[1])}"
        elif words[:1] == ["CMD"]:
            command = joined(words[1:])
        elif check is not None and words[:1] != ["NONE"]:
            self._leave("its healthcheck", "healthcheck")
        if command is None:
            return (None if name is None else shell_word(name)), {}
        container = shell_word(name) if name else f'"{self._shared.project}-$PS"'
        return container, {"ready": {"command": f"docker exec {container} {command}"}}
