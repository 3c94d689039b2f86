"""Reads the values of settings: from a file, where they have types, and from variables, as text.

Each reader takes what was written and the place to name when it is wrong, and gives the value
that the app works with. `READERS` are for files, `TEXT_READERS` for kinds that text spells
otherwise.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from proctor.errors import UserError
from proctor.model.environment import require_possible
from proctor.model.ports import HIGHEST, parse_port
from proctor.model.quoting import LONGEST, quoted
from proctor.model.settings import LONGEST_GRACE_SECONDS, require_app_name
from proctor.model.type_settings import (
    Dependency,
    ReadyRule,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)

Reader = Callable[[object, str], object]

SIGNALS = ("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "ALRM", "WINCH", "KILL")

#: of a regular expression or anything else that is written on one line
LONGEST_TEXT = 2000

_SECONDS = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h)?"
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([kmgt]?)(i?)b?"
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
#: of a URL; its group is the port
_URL = r"https?://(?:[^/?#@\s]*@)?(?:\[[0-9A-Fa-f:.%]+\]|[^/?#@:\[\]\s]+)(?::([^/?#]*))?(?:[/?#]|$)"
#: variables that nobody else can set for a process
_GIVEN = frozenset({"PORT", "PS", "PROCTOR_PROCESS"})
_OF_A_DEPENDENCY = ("restart", "completed")
_READY = {"log", "tcp", "http", "command"}
LEAST_MEMORY = 1024 * 1024
_MOST_MEMORY = 2**50


def refuse(raw: object, wanted: str, where: str, *, hint: str | None = None) -> NoReturn:
    """Say that this is not the value that is wanted.

    Raises:
        UserError: always.
    """
    raise UserError(f"{_shown(raw)} is not {wanted}", where=where, hint=hint)


def read_text(raw: object, where: str) -> str:
    """A text that is not empty."""
    if not isinstance(raw, str):
        refuse(raw, "a text", where, hint='Write it in quotes, as in "Procfile.dev"')
    if not raw.strip():
        raise UserError("nothing stands between the quotes", where=where)
    if len(raw) > LONGEST_TEXT:
        raise UserError(f"a text of {len(raw)} characters is too long", where=where)
    if "\0" in raw:
        refuse(raw, "a possible text: it holds a NUL", where)
    return raw


def read_name(raw: object, where: str) -> str:
    """The name of an app."""
    if not isinstance(raw, str):
        refuse(raw, "a name", where, hint='Write it in quotes, as in "shop"')
    require_app_name(raw, where=where)
    return raw


def read_switch(raw: object, where: str) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        refuse(raw, "true or false", where, hint="Write true or false, without quotes")
    return raw


def read_switch_of_text(text: str, where: str) -> bool:
    """The same of a variable, which may also say yes, on, 1 or no, off, 0."""
    found = _SWITCH.get(text.strip().lower())
    if found is None:
        refuse(text, "true or false", where, hint="Write true or false")
    return found


def read_seconds(raw: object, where: str) -> float:
    """A number of seconds, or a text with its unit: 30, 2.5, "90s", "5m"."""
    hint = f'Write seconds from 0 to {LONGEST_GRACE_SECONDS:.0f}, as in 30 or "5m"'
    if isinstance(raw, str):
        match = re.fullmatch(_SECONDS, raw.strip().lower())
        if match is None:
            refuse(raw, "a duration", where, hint=hint)
        seconds = float(match[1]) * _UNIT_SECONDS[match[2] or "s"]
    elif isinstance(raw, bool) or not isinstance(raw, int | float):
        refuse(raw, "a duration", where, hint=hint)
    else:
        seconds = raw
    if not 0 <= seconds <= LONGEST_GRACE_SECONDS:  # false for NaN as well
        refuse(raw, "a possible duration", where, hint=hint)
    return float(seconds)  # only now: an integer may be too large for it


def read_signal(raw: object, where: str) -> str:
    """The name of a signal, with or without SIG: "INT", "SIGTERM"."""
    name = raw.upper().removeprefix("SIG") if isinstance(raw, str) else ""
    if name not in SIGNALS:
        refuse(raw, "a signal to stop by", where, hint=f"Choose {', '.join(SIGNALS)}")
    return name


def one_of(*allowed: str) -> Reader:
    """A reader of these words alone."""

    def read(raw: object, where: str) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            refuse(raw, "possible", where, hint=f"Choose {', '.join(allowed)}")
        return raw

    return read


def read_port(raw: object, where: str) -> int:
    """A port, 1 to 65535."""
    if isinstance(raw, bool) or not isinstance(raw, int):
        refuse(raw, "a port", where, hint=f"Write a number from 1 to {HIGHEST}, without quotes")
    return parse_port(_shown(raw), where=where)


def read_port_of_text(text: str, where: str) -> int:
    """The same of a variable or a flag."""
    return parse_port(text, where=where)


def read_formation(raw: object, where: str) -> str:
    """How many of each type, as "web=2,worker=1" or as a table; gives the former."""
    if isinstance(raw, str):
        return raw if not raw else read_text(raw, where)
    if not isinstance(raw, Mapping):
        refuse(raw, "a formation", where, hint='Write "web=2,worker=1" or {web = 2, worker = 1}')
    for type_, quantity in raw.items():
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0:
            refuse(quantity, f"a quantity of {quoted(type_)}", where, hint="Write a number")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", type_):
            refuse(type_, "a process type", where)
    return ",".join(f"{type_}={quantity}" for type_, quantity in raw.items())


def read_names(raw: object, where: str) -> tuple[str, ...]:
    """A text, or several; in a text commas part them."""
    texts = [raw] if isinstance(raw, str) else raw
    return tuple(
        name.strip()
        for text in _texts(texts, where)
        for name in (text.split(",") if isinstance(raw, str) else [text])
        if name.strip()
    )


def read_globs(raw: object, where: str) -> tuple[str, ...] | None:
    """Patterns of files; true means all of them (None), false none."""
    if isinstance(raw, bool):
        return None if raw else ()
    return _texts([raw] if isinstance(raw, str) else raw, where)


def read_variables(raw: object, where: str) -> dict[str, str]:
    """A table of variables; numbers and booleans are taken as text."""
    if not isinstance(raw, Mapping):
        refuse(raw, "a table of variables", where, hint='Write {NAME = "value"}')
    variables = {}
    for name, value in raw.items():
        if isinstance(value, bool):
            variables[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            variables[name] = str(value)
        else:  # which may be a secret, so it is not shown
            raise UserError(f"the variable {quoted(name)} has no text as its value", where=where)
        require_possible(name, variables[name], where=where)
        if name in _GIVEN:
            hint = "Write port = 3000 for the type" if name == "PORT" else None
            raise UserError(f"{name} is given to each process by proctor", where=where, hint=hint)
    return variables


def read_bytes(raw: object, where: str) -> int:
    """An amount of memory: "512 MB", "1.5 GiB", or a number of bytes."""
    hint = 'Write it as in "512 MB"'
    if isinstance(raw, str):
        match = re.fullmatch(_BYTES, raw.strip().lower())
        if match is None:
            refuse(raw, "an amount of memory", where, hint=hint)
        step = 1024 if match[3] else 1000
        amount = int(float(match[1]) * step ** _POWERS[match[2]])
    elif isinstance(raw, bool) or not isinstance(raw, int):
        refuse(raw, "an amount of memory", where, hint=hint)
    else:
        amount = raw
    if amount < LEAST_MEMORY:
        refuse(raw, "enough memory for a process", where, hint=hint)
    if amount > _MOST_MEMORY:
        refuse(raw, "a possible amount of memory", where, hint=hint)
    return amount


def read_after(raw: object, where: str) -> tuple[Dependency, ...]:
    """The types that must be up first: names, or tables {type = "db", restart = true}."""
    hint = 'Write ["db"], [{type = "db", restart = true}] or [{type = "migrate", completed = true}]'
    entries: Sequence[object] = raw if isinstance(raw, list) else [raw]
    found = []
    for entry in entries:
        if isinstance(entry, str):
            found.append(Dependency(entry))
            continue
        if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str):
            refuse(entry, "a process type to wait for", where, hint=hint)
        unknown = set(entry) - {"type", *_OF_A_DEPENDENCY}
        if unknown:
            refuse(min(unknown), "known of a dependency", where, hint=hint)
        switches = {key: read_switch(entry.get(key, False), where) for key in _OF_A_DEPENDENCY}
        found.append(Dependency(entry["type"], **switches))
    return tuple(found)


def read_ready(raw: object, where: str) -> ReadyRule:
    """When a process is up: one of log, tcp, http and command."""
    hint = 'Write one of {log = "…"}, {tcp = 5432}, {http = "/health"} and {command = "…"}'
    if not isinstance(raw, Mapping) or len(raw) != 1 or set(raw) - _READY:
        refuse(raw, "a rule that says when a process is up", where, hint=hint)
    ((kind, value),) = raw.items()
    if kind == "tcp":
        return _read_address(value, where)
    text = read_text(value, where)
    if kind == "command":
        return ReadyWhenSucceeding(text)
    if kind == "http":
        _require_url(text, where)
        return ReadyWhenAnswering(text)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        refuse(text, f"a regular expression: {error}", where, hint="Escape what is meant as it is")
    return ReadyWhenLogged(text)


def _require_url(text: str, where: str) -> None:
    if text.startswith("/"):
        return
    match = re.match(_URL, text)
    if match is None:
        refuse(text, "a path or a URL", where, hint='Write "/health" or "http://…"')
    port = match[1]
    if port is not None and not (port.isdecimal() and 1 <= int(port) <= HIGHEST):
        refuse(port, "a port", where, hint='Write "/health" to ask at its own PORT')


def _read_address(raw: object, where: str) -> ReadyWhenListening:
    if raw is True:
        return ReadyWhenListening()
    if isinstance(raw, str) and ":" in raw:
        host, _, port = raw.rpartition(":")
        return ReadyWhenListening(
            parse_port(port, where=where), read_text(host.strip("[]") or "localhost", where)
        )
    if isinstance(raw, str) and not raw.isdecimal():
        refuse(raw, "an address", where, hint='Write a port, as in 5432, or "host:5432"')
    return ReadyWhenListening(read_port(raw, where))


def _texts(raw: object, where: str) -> tuple[str, ...]:
    hint = 'Write it as in ["one", "two"]'
    if not isinstance(raw, list):
        refuse(raw, "a list of texts", where, hint=hint)
    for each in raw:
        if not isinstance(each, str):
            refuse(each, "a text, as all of a list must be", where, hint=hint)
    return tuple(read_text(each, where) for each in raw)


def _shown(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return quoted(raw)
    if isinstance(raw, int | float):
        number = str(raw)
        return number if len(number) <= LONGEST else f"{number[: LONGEST - 1]}…"
    return "a table" if isinstance(raw, Mapping) else "a list" if isinstance(raw, list) else "this"


READERS: Mapping[str, Reader] = {
    "text": read_text,
    "name": read_name,
    "switch": read_switch,
    "seconds": read_seconds,
    "signal": read_signal,
    "port": read_port,
    "formation": read_formation,
    "names": read_names,
    "globs": read_globs,
    "variables": read_variables,
    "bytes": read_bytes,
    "after": read_after,
    "ready": read_ready,
}
TEXT_READERS: Mapping[str, Callable[[str, str], object]] = {
    "switch": read_switch_of_text,
    "port": read_port_of_text,
}
