"""`proctor apps`: what runs on this machine for this user."""

import asyncio
import json
import os
import time
from collections import Counter
from pathlib import Path

import click
import msgspec

from proctor.cli.colour import wants_colour
from proctor.cli.display_names import display_names
from proctor.cli.table import span, table
from proctor.control.client import connect
from proctor.control.lock import is_alive
from proctor.control.places import SupervisorRecord, runtime_root, state_root
from proctor.control.registry import running_apps
from proctor.errors import NotRunning, ProctorError
from proctor.logs.formats import rfc3339
from proctor.model.events import STATES, Snapshot
from proctor.model.quoting import printable

_HEADS = ("APP", ">PID", "SINCE", "PROCESSES", "ADDRESS", "ENDS WITH", "ROOT")
_NOTHING = "-"


class RunningOne(msgspec.Struct, kw_only=True):
    """An app that runs; without a snapshot its supervisor did not answer, for this reason."""

    name: str
    root: str
    pid: int
    socket: Path
    snapshot: Snapshot | None = None
    problem: str | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list")
def apps(*, as_json: bool) -> None:
    """List what runs on this machine for you, whatever the folder."""
    found = asyncio.run(_running())
    names = display_names([(each.name, each.root) for each in found])
    if as_json:
        click.echo(json.dumps([app_as_json(*pair) for pair in zip(found, names, strict=True)],
                              indent=2))  # fmt: skip
    elif not found:
        click.echo("no app runs; start one with 'proctor start' in its folder")
    else:
        colour = wants_colour(1, os.environ)
        rows = [_row(*pair, now=time.time()) for pair in zip(found, names, strict=True)]
        click.echo(table(_HEADS, rows, colour=colour), color=colour)


def app_as_json(found: RunningOne, name: str) -> dict[str, object]:
    """One app in the documented form."""
    snapshot = found.snapshot
    app = None if snapshot is None else snapshot.app
    return {
        "app": found.name,
        "name": name,
        "root": found.root,
        "supervisor_pid": found.pid,
        "since": None if app is None else rfc3339(app.started_at),
        "states": None if snapshot is None else _states(snapshot),
        "address": None if app is None else app.address,
        "ends_with": None if app is None else app.ends_with,
        "socket": str(found.socket),
        "problem": found.problem,
    }


async def _running() -> list[RunningOne]:
    candidates = _candidates()
    answers = await asyncio.gather(*map(_asked, candidates.values()))
    found = [each for each in answers if each is not None]
    return sorted(found, key=lambda each: (each.name, each.root))


def _candidates() -> dict[Path, RunningOne]:
    """Who may run, by the sockets: by the registry, and by what supervisors left in their states.

    The latter are those with another folder for sockets, as from a terminal with another
    environment.
    """
    found: dict[Path, RunningOne] = {}
    for record in running_apps(runtime_root()):
        socket = Path(record.socket)
        found[socket] = RunningOne(name=record.app, root=record.root, pid=record.pid, socket=socket)
    for path in (state_root() / "apps").glob("*/supervisor.json"):
        left = SupervisorRecord.read_from(path)
        if left is not None and left.socket not in found and left.socket.exists():
            found[left.socket] = RunningOne(
                name=left.socket.stem, root="", pid=left.pid, socket=left.socket
            )
    return found


async def _asked(candidate: RunningOne) -> RunningOne | None:
    """The app as its supervisor describes it; None if it does not run."""
    try:
        async with await connect(candidate.socket) as session:
            snapshot = await session.snapshot()
    except NotRunning:
        if not candidate.root or not is_alive(candidate.pid):
            return None
        return msgspec.structs.replace(candidate, problem="it starts or ends")
    except ProctorError as problem:
        if not is_alive(candidate.pid):
            return None
        return msgspec.structs.replace(candidate, problem=problem.what)
    app = snapshot.app
    return msgspec.structs.replace(
        candidate, name=app.name, root=app.root, pid=app.supervisor_pid, snapshot=snapshot
    )


def _states(snapshot: Snapshot) -> dict[str, int]:
    """How many processes are in each state, in the order of the states."""
    counts = Counter(view.state for view in snapshot.processes)
    return {state: counts[state] for state in STATES if counts[state]}


def _row(found: RunningOne, name: str, *, now: float) -> list[str]:
    snapshot = found.snapshot
    if snapshot is None:
        return [printable(name), str(found.pid), _NOTHING, found.problem or _NOTHING, _NOTHING,
                _NOTHING, printable(found.root)]  # fmt: skip
    states = ", ".join(f"{count} {state}" for state, count in _states(snapshot).items())
    return [
        printable(name),
        str(found.pid),
        span(now - snapshot.app.started_at),
        "being stopped" if snapshot.stopping else states or "none",
        snapshot.app.address or _NOTHING,
        printable(snapshot.app.ends_with),
        printable(found.root),
    ]
