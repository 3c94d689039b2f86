"""`proctor ps` and `proctor info`: what runs, for people and as JSON."""

import os
import time

import click

from proctor.cli.colour import wants_colour
from proctor.cli.options import app_options
from proctor.cli.table import size, span, state_cell, table
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list")
def ps(options: AppOptions, *, as_json: bool) -> None:
    """List the processes and the state of each."""
    snapshot = run_briefly(_snapshot(options))
    if as_json:
        import json  # noqa: PLC0415 - the listing does not wait for it

        rows = [process_as_json(view, snapshot) for view in snapshot.processes]
        click.echo(json.dumps(rows, indent=2))
    else:
        colour = wants_colour(1, os.environ)
        click.echo(_listing(snapshot, now=time.time(), colour=colour), color=colour)


@click.command()
@app_options(search_upward=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object")
def info(options: AppOptions, *, as_json: bool) -> None:
    """Say who runs the app, and where its socket, state and address are."""
    snapshot = run_briefly(_snapshot(options))
    if as_json:
        import json  # noqa: PLC0415 - as above

        click.echo(json.dumps(info_as_json(snapshot), indent=2))
    else:
        click.echo(_description(snapshot))


def process_as_json(view: ProcessView, snapshot: Snapshot | None = None) -> dict[str, object]:
    """One process in the documented form; without a snapshot, what it uses is not known."""
    usage = None if snapshot is None else _usage(view, snapshot)
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
        "why": view.why or f"it is {view.state}",
    }


def info_as_json(snapshot: Snapshot) -> dict[str, object]:
    """The app in the documented form."""
    app = snapshot.app
    return {
        "app": app.name,
        "root": app.root,
        "supervisor_pid": app.supervisor_pid,
        "guardian_pid": app.guardian_pid,
        "socket": app.socket,
        "state_dir": app.state_dir,
        "address": app.address,
        "formation": {each.type: each.quantity for each in snapshot.types},
        "watch": snapshot.watch.on,
        "release": app.release,
    }


async def _snapshot(options: AppOptions) -> Snapshot:
    async with brief_session_of(options) as session:
        return await session.snapshot()


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
    groups = {each.type: each.group for each in snapshot.types}
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


def _description(snapshot: Snapshot) -> str:
    app = snapshot.app
    watch = snapshot.watch
    lines = {
        "app": app.name,
        "root": app.root,
        "procfile": app.procfile,
        "address": app.address or "none yet: no web process is up",
        "formation": " ".join(f"{each.type}={each.quantity}" for each in snapshot.types),
        "watch": watch.problem or ("on" if watch.on else "off"),
        "supervisor": f"process {app.supervisor_pid}, since {span(time.time() - app.started_at)}",
        "guardian": f"process {app.guardian_pid}",
        "ends with": app.ends_with,
        "socket": app.socket or "none",
        "state": app.state_dir,
        "logs": app.log_dir,
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:<{width}}  {printable(value)}" for name, value in lines.items())
