"""What a compose file says of a container, as flags of `docker run`."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from proctor.importing.app_draft import OF_EACH_PROCESS, Drafting, Value
from proctor.importing.documents import Section
from proctor.importing.shell_words import (
    env_file_value,
    pieces_of,
    plain_text,
    quoted_word,
    shell_word,
)

_ONE = {
    "user": "--user",
    "working_dir": "--workdir",
    "hostname": "--hostname",
    "platform": "--platform",
    "shm_size": "--shm-size",
    "mem_limit": "--memory",
    "cpus": "--cpus",
    "network_mode": "--network",
    "pid": "--pid",
    "ipc": "--ipc",
}
_SEVERAL = {
    "tmpfs": "--tmpfs",
    "extra_hosts": "--add-host",
    "cap_add": "--cap-add",
    "cap_drop": "--cap-drop",
    "security_opt": "--security-opt",
    "devices": "--device",
    "dns": "--dns",
}
_SWITCHES = {"privileged": "--privileged", "init": "--init", "read_only": "--read-only"}
KNOWN = (
    *_ONE,
    *_SEVERAL,
    *_SWITCHES,
    "ports",
    "volumes",
    "environment",
    "env_file",
    "secrets",
    "configs",
)


class Shared(NamedTuple):
    """What a compose file names for all of its services."""

    project: str
    volumes: Section | None
    secrets: Section | None
    configs: Section | None


def flags(service: Section, shared: Shared, leave: Callable[[str, str], None]) -> list[str]:
    """The flags of one service; `leave` is told what they cannot say, and its key."""
    words = [f"{flag} {shell_word(str(service.text(key)))}" for key, flag in _ONE.items()
             if key in service]  # fmt: skip
    for key, flag in _SEVERAL.items():
        words += [f"{flag} {shell_word(text)}" for text in _several(service, key)]
    words += [flag for key, flag in _SWITCHES.items() if service.switch(key)]
    words += [f"-p {shell_word(port)}" for port in _ports(service)]
    words += [f"-v {volume}" for volume in _volumes(service, shared)]
    words += [f"-v {file}" for file in _files(service, "secrets", shared.secrets, leave)]
    words += [f"-v {file}" for file in _files(service, "configs", shared.configs, leave)]
    words += [f"--env-file {shell_word(path)}" for path in _env_files(service)]
    return words


def environment_words(
    drafting: Drafting, service: Section, known: Mapping[str, str]
) -> tuple[list[str], dict[str, Value]]:
    """The flags that hand variables on, and those that only this service may have.

    A value goes to the env file of the draft; where another one of its name is there, or in the
    env file that exists (`known`), to the settings of the service.
    """
    words: list[str] = []
    own: dict[str, Value] = {}
    for name, value in service.variables("environment").items():
        if value is None or _is_itself(name, value):
            words.append(f"-e {quoted_word(name)}")
            continue
        written, plain = env_file_value(value), plain_text(value)
        there = known.get(name, drafting.environment.get(name))
        if name in OF_EACH_PROCESS or name.startswith("DOCKER_"):
            words.append(f"-e {quoted_word(name)}={shell_word(value)}")
        elif written is not None and there in (None, written):
            if name not in known:
                drafting.environment[name] = written
            words.append(f"-e {quoted_word(name)}")
        elif plain is not None:
            own[name] = plain
            words.append(f"-e {quoted_word(name)}")
        else:
            words.append(f"-e {quoted_word(name)}={shell_word(value)}")
    return words, own


def _is_itself(name: str, value: str) -> bool:
    variables = [piece for piece in pieces_of(value) if piece.text or piece.variable]
    return len(variables) == 1 and variables[0].variable and variables[0][::2] == (name, "")


def _several(service: Section, key: str) -> tuple[str, ...]:
    if key == "extra_hosts":
        return tuple(
            name if value is None else f"{name}:{value}"
            for name, value in service.variables(key).items()
        )
    return service.texts(key)


def _env_files(service: Section) -> Iterator[str]:
    tables = service.sections("env_file")
    if tables:
        yield from (str(table.text("path")) for table in tables if "path" in table)
    else:
        yield from service.texts("env_file")


def _ports(service: Section) -> Iterator[str]:
    tables = service.sections("ports")
    if not tables:
        yield from service.texts("ports")
    for table in tables:
        address = table.text("host_ip")
        published, target = table.text("published"), table.text("target")
        if target is None:
            raise service.refused("ports", "a port: it has no target")
        parts = [
            part for part in (address, published or ("" if address else None)) if part is not None
        ]
        protocol = table.text("protocol")
        yield ":".join([*parts, target]) + (f"/{protocol}" if protocol else "")


def _files(
    service: Section, key: str, declared: Section | None, leave: Callable[[str, str], None]
) -> Iterator[str]:
    """Secrets and configs that lie in files, as compose shows them to a container."""
    tables = service.sections(key)
    wanted = {str(table.text("source")): table.text("target") for table in tables}
    for name, target in (wanted or dict.fromkeys(service.texts(key))).items():
        entry = declared.section(name) if declared is not None else None
        file = entry.text("file") if entry is not None else None
        if file is None:
            leave(f"{key} {name}", key)
            continue
        folder = "/run/secrets/" if key == "secrets" else "/"
        place = target or name
        inside = place if place.startswith("/") else f"{folder}{place}"
        source = file if file.startswith(("/", ".", "~", "$")) else f"./{file}"
        yield f"{_source(source, '', None)}:{shell_word(inside)}:ro"


def _volumes(service: Section, shared: Shared) -> Iterator[str]:
    project, volumes = shared.project, shared.volumes
    raw = service.raw("volumes")
    for member in raw if isinstance(raw, list) else service.texts("volumes"):
        if isinstance(member, str):
            source, sign, rest = member.partition(":")
            yield (
                f"{_source(source, project, volumes)}:{shell_word(rest)}"
                if sign
                else (shell_word(member))
            )
    for table in service.sections("volumes"):
        named, target = table.text("source"), table.text("target")
        if target is None or table.text("type") not in (None, "bind", "volume"):
            raise table.refused("type", "a volume that docker run -v can have")
        mode = ":ro" if table.switch("read_only") else ""
        place = f"{_source(named, project, volumes)}:" if named else ""
        yield f"{place}{shell_word(target)}{mode}"


def _source(source: str, project: str, volumes: Section | None) -> str:
    if source == "." or source.startswith(("./", "../")):
        below = (
            source.removeprefix(".").removeprefix("/") if not source.startswith("..") else source
        )
        return f'"$PWD"/{shell_word(below)}' if below else '"$PWD"'
    if source.startswith("~/"):
        return f'"$HOME"/{shell_word(source[2:])}'
    if source.startswith(("/", "$")):
        return shell_word(source)
    # A volume by name: compose puts the project's before it, so that its data are found again.
    declared = volumes.section(source) if volumes is not None else None
    if declared is not None and "name" in declared:
        return shell_word(str(declared.text("name")))
    external = declared is not None and declared.raw("external")
    return shell_word(source if external else f"{project}_{source}")
