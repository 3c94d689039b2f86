"""Reads logs as tools for the platform's logs do, and knows nothing of how proctor writes them.

The patterns are those that such tools use: strict ones, as a line that one of them does not take
would be lost to its user. `lives` follows each process as a dashboard would.
"""

import re
from datetime import datetime
from typing import NamedTuple

_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00) "
    r"(?P<source>app|heroku)\[(?P<process>[a-zA-Z0-9_-]+(?:\.\d+)?)\]: (?P<message>[^\n]*)"
)
_COLOURING = re.compile(r"^(.*?\[([\w-]+)([\d.]+)?]:)(.*)?$")  # that of the platform's client
_STATES = "starting|up|down|crashed|complete|idle"
_EVENTS = {
    "start": re.compile(r"Starting process with command `(?P<command>.+)`"),
    "state": re.compile(rf"State changed from (?P<before>{_STATES}) to (?P<after>{_STATES})"),
    "exit": re.compile(r"Process exited with status (?P<status>\d{1,3})"),
    "memory": re.compile(r"Process running mem=\d+M\(\d+\.\d%\)"),
    "restart": re.compile(r"Restarting"),
    "stop": re.compile(r"Stopping all processes with (?P<signal>SIG[A-Z0-9]+)"),
    "kill": re.compile(r"Stopping (remaining processes|process) with (?P<signal>SIGKILL)"),
    "error": re.compile(r"Error (?P<code>R\d\d) \((?P<name>[^)]+)\)( -> (?P<text>.+))?"),
}
_API = re.compile(
    r"Scaled to (?P<kinds>[\w-]+@\d+:[\w-]+( [\w-]+@\d+:[\w-]+)*) by user (?P<user>\S.*)"
)


class Line(NamedTuple):
    at: datetime
    source: str
    process: str
    message: str


class Event(NamedTuple):
    kind: str
    process: str
    fields: dict[str, str]


def parse(text: str) -> list[Line]:
    """All lines; each must be one. Only newlines end them."""
    assert text.endswith("\n") or not text, text[-200:]
    found = []
    for line in text.split("\n")[:-1]:
        match = _LINE.fullmatch(line)
        assert match is not None, f"no line of the platform: {line!r}"
        assert _COLOURING.match(line), f"the platform's client would not colour it: {line!r}"
        at = datetime.fromisoformat(match["at"])
        found.append(Line(at, match["source"], match["process"], match["message"]))
    return found


def events(lines: list[Line]) -> list[Event]:
    """What the platform says of processes; each such line must be a sentence that it has."""
    found = []
    for line in lines:
        if line.source == "heroku":
            found.append(_event(line))
        elif line.process == "api":
            match = _API.fullmatch(line.message)
            assert match is not None, f"the platform has no such sentence: {line.message!r}"
            found.append(Event("scale", "api", match.groupdict()))
    return found


def lives(lines: list[Line]) -> dict[str, list[str]]:
    """The states of each process in their order; no state may be left that it was not in."""
    seen: dict[str, list[str]] = {}
    for event in events(lines):
        states = seen.setdefault(event.process, [])
        if event.kind == "start" and not states:
            states.append("starting")
        elif event.kind == "state":
            before, after = event.fields["before"], event.fields["after"]
            if states:
                assert states[-1] == before, f"{event} after {states}"
            assert before != after, event
            states.append(after)
        elif event.kind == "start":
            assert states[-1] == "starting", f"{event} after {states}"
    return {process: states for process, states in seen.items() if states}


def of(process: str, lines: list[Line]) -> list[str]:
    """What the platform says of a process, and what that prints: `heroku …`, `app …`."""
    return [f"{line.source} {line.message}" for line in lines if line.process == process]


def _event(line: Line) -> Event:
    for kind, pattern in _EVENTS.items():
        match = pattern.fullmatch(line.message)
        if match is not None:
            fields = {name: value for name, value in match.groupdict().items() if value}
            return Event(kind, line.process, fields)
    raise AssertionError(f"the platform has no such sentence: {line.message!r}")
