"""`proctor info`: who runs the app, which files say what it is, and what processes were given."""

import os
import time
from collections import Counter
from pathlib import Path

import click

from proctor.cli.colour import wants_colour
from proctor.cli.moments import moment_words
from proctor.cli.options import app_options
from proctor.cli.table import span, table
from proctor.cli.targets import require_target
from proctor.cli.which_app import brief_session_of
from proctor.control.brief import run_briefly
from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.logs.formats import rfc3339
from proctor.model.events import Snapshot
from proctor.model.given_environment import EnvironmentView
from proctor.model.quoting import printable, quoted


@click.command()
@app_options(search_upward=True)
@click.argument("process", required=False)
@click.option("--variables", is_flag=True, help="List the variables that processes are given")
@click.option("--show-values", is_flag=True, help="With their values, which may be secrets")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object")
def info(
    options: AppOptions, process: str | None, *, variables: bool, show_values: bool, as_json: bool
) -> None:
    """Say who runs the app, where its address, socket and state are, and what it was given.

    With a process: the variables that it was given at its start, and where each comes from.
    """
    snapshot, environment = run_briefly(_asked(options, process, with_values=show_values))
    lists = variables or show_values or process is not None
    if as_json:
        import json  # noqa: PLC0415 - for this form alone

        click.echo(json.dumps(info_as_json(snapshot, environment, lists=lists), indent=2))
    elif lists:
        colour = wants_colour(1, os.environ)
        click.echo(_variables(snapshot, environment, colour=colour), color=colour)
    else:
        click.echo(_description(snapshot, environment))


def info_as_json(
    snapshot: Snapshot, environment: EnvironmentView, *, lists: bool
) -> dict[str, object]:
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
        "read_at": rfc3339(environment.read_at),
        "files": [{"path": each.path, "changed": each.changed} for each in environment.files],
        "environment": _counts(environment),
        **(_listed(environment) if lists else {}),
    }


def _listed(environment: EnvironmentView) -> dict[str, object]:
    given_at = environment.given_at
    return {
        "process": environment.process,
        "run": environment.run,
        "given_at": None if given_at is None else rfc3339(given_at),
        "variables": [
            {"name": each.name, "origin": each.origin}
            | ({} if each.value is None else {"value": each.value})
            for each in environment.variables
        ],
    }


async def _asked(
    options: AppOptions, process: str | None, *, with_values: bool
) -> tuple[Snapshot, EnvironmentView]:
    async with brief_session_of(options) as session:
        snapshot = await session.snapshot()
        if process is not None and all(view.name != process for view in snapshot.processes):
            require_target(process, snapshot)
            raise UserError(f"{quoted(process)} is no process", hint="Say one, as 'web.1'")
        return snapshot, await session.environment(process, with_values=with_values)


def _counts(environment: EnvironmentView) -> dict[str, int]:
    """How many variables come from where, those of files first."""
    counts = Counter(each.origin for each in environment.variables)
    return dict(sorted(counts.items(), key=lambda item: (item[0] == "inherited", item[0])))


def _description(snapshot: Snapshot, environment: EnvironmentView) -> str:
    app = snapshot.app
    watch = snapshot.watch
    counts = ", ".join(f"{count} {origin}" for origin, count in _counts(environment).items())
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
        "files": f"{_files(snapshot, environment)}; read at {moment_words(environment.read_at)}",
        "variables": f"{counts}; listed by 'proctor info --variables', or 'proctor info web.1'",
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:<{width}}  {printable(value)}" for name, value in lines.items())


def _files(snapshot: Snapshot, environment: EnvironmentView) -> str:
    root = Path(snapshot.app.root)
    named = []
    for each in environment.files:
        path = Path(each.path)
        name = str(path.relative_to(root) if path.is_relative_to(root) else path)
        named.append(f"{name} (changed since)" if each.changed else name)
    return ", ".join(named)


def _variables(snapshot: Snapshot, environment: EnvironmentView, *, colour: bool) -> str:
    if environment.process is None or environment.given_at is None:
        head = (
            f"what processes are given that start now; read at {moment_words(environment.read_at)}"
        )
        head += f" from {_files(snapshot, environment)}; each also gets PORT, PS, PROCTOR_PROCESS"
    else:
        given = moment_words(environment.given_at)
        head = f"what {environment.process} was given by run {environment.run}, started at {given}"
    with_values = any(each.value is not None for each in environment.variables)
    heads = ("VARIABLE", "FROM", "VALUE") if with_values else ("VARIABLE", "FROM")
    rows = [
        [printable(each.name), printable(each.origin)]
        + ([printable(each.value or "")] if with_values else [])
        for each in environment.variables
    ]
    return f"{head}\n{table(heads, rows, colour=colour)}"
