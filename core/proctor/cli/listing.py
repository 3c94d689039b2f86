"""`proctor ps`: what runs, for people and as JSON."""

import os
import time

import click
from msgspec.structs import replace

from proctor.cli.colour import wants_colour
from proctor.cli.options import app_options
from proctor.cli.table import size, span, state_cell, table
from proctor.cli.targets import chosen, groups_of, named
from proctor.cli.which_app import brief_session_of
from proctor.control.brief import run_briefly
from proctor.files.app_files import AppOptions
from proctor.logs.formats import rfc3339
from proctor.model.events import ExitView, ProcessView, Snapshot, TypeView, Usage
from proctor.model.quoting import printable

_HEADS = ("PROCESS", "STATE", "SINCE", ">PID", ">PORT", ">RESTARTS", ">CPU", ">MEMORY", "WHY")
_NOTHING = "-"


@click.command()
@app_options(search_upward=True)
@click.argument("targets", metavar="[TYPE|PROCESS]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list")
def ps(options: AppOptions, targets: tuple[str, ...], *, as_json: bool) -> None:
    """List the processes and the state of each."""
    snapshot = _narrowed(run_briefly(_snapshot(options)), targets)
    if as_json:
        import json  # noqa: PLC0415 - the listing does not wait for it

        rows = [process_as_json(view, snapshot) for view in snapshot.processes]
        click.echo(json.dumps(rows, indent=2))
    else:
        colour = wants_colour(1, os.environ)
        click.echo(_listing(snapshot, now=time.time(), colour=colour), color=colour)


def process_as_json(view: ProcessView, snapshot: Snapshot | None = None) -> dict[str, object]:
    """One process in the documented form; without a snapshot, what it uses is not known."""
    usage = None if snapshot is None else _usage(view, snapshot)
    groups = {} if snapshot is None else groups_of(snapshot)
    return {
        "name": view.name,
        "type": view.type,
        "run": view.run,
        "state": view.state,
        "wanted": view.wanted,
        "leaving": view.leaving,
        "pid": view.pid,
        "port": _port(view),
        "restarts": view.restarts,
        "since": rfc3339(view.since),
        "exit": _exit_as_json(view.exit),
        "cpu_percent": None if usage is None else usage.cpu_percent,
        "memory_bytes": None if usage is None else usage.memory_bytes,
        "processes_in_tree": None if usage is None else usage.processes,
        "release": None if snapshot is None else snapshot.app.release,
        "group": groups.get(view.type),
        "prompt": view.prompt,
        "why": view.why or f"it is {view.state}",
    }


async def _snapshot(options: AppOptions) -> Snapshot:
    async with brief_session_of(options) as session:
        return await session.snapshot()


def _narrowed(snapshot: Snapshot, targets: tuple[str, ...]) -> Snapshot:
    """The same with the processes and types alone that are meant."""
    meant = chosen(targets, snapshot, where=None)
    if not meant:
        return snapshot
    names = named(meant, [view.name for view in snapshot.processes])
    processes = tuple(view for view in snapshot.processes if view.name in names)
    types = {*meant, *(view.type for view in processes)}
    return replace(
        snapshot,
        processes=processes,
        types=tuple(each for each in snapshot.types if each.type in types),
    )


def _usage(view: ProcessView, snapshot: Snapshot) -> Usage | None:
    """What it uses now; the last measurement may be older than its end."""
    return None if view.pid is None else snapshot.usage.get(view.name)


def _exit_as_json(end: ExitView | None) -> dict[str, object] | None:
    if end is None:
        return None
    return {"signal": end.signal} if end.signal is not None else {"status": end.status}


def _listing(snapshot: Snapshot, *, now: float, colour: bool) -> str:
    rows = [_row(view, snapshot, now=now, colour=colour) for view in snapshot.processes]
    listed = {view.type for view in snapshot.processes}
    idle = [each for each in snapshot.types if each.type not in listed]
    heads: tuple[str, ...] = _HEADS
    groups = groups_of(snapshot)
    if any(groups.values()):
        heads = (_HEADS[0], "GROUP", *_HEADS[1:])
        for view, row in zip(snapshot.processes, rows, strict=True):
            row.insert(1, groups.get(view.type) or _NOTHING)
    parts = [table(heads, rows, colour=colour)] if rows else ["no process runs"]
    parts += [_idle(each) for each in idle]
    if snapshot.pending is not None:
        parts.append(f"{printable(snapshot.pending)}; apply it with 'proctor reload'")
    return "\n".join(parts)


def _port(view: ProcessView) -> int | None:
    """Where it can be reached: where it listens; before it does, the PORT that it was given."""
    return view.port if view.listens_on is None else view.listens_on


def _row(view: ProcessView, snapshot: Snapshot, *, now: float, colour: bool) -> list[str]:
    usage = _usage(view, snapshot)
    port = _port(view)
    return [
        view.name,
        state_cell(view, colour=colour),
        span(now - view.since),
        _NOTHING if view.pid is None else str(view.pid),
        _NOTHING if port is None else str(port),
        str(view.restarts),
        _NOTHING if usage is None else f"{usage.cpu_percent:.1f}%",
        _NOTHING if usage is None else size(usage.memory_bytes),
        printable(view.why),
    ]


def _idle(each: TypeView) -> str:
    if each.in_formation:
        return f"{each.type}: none wanted; 'proctor scale {each.type}=1' starts one"
    return f"{each.type}: not kept running; 'proctor run {each.type}' runs it once"
