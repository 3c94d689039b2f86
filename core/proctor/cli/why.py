"""`proctor why`: what led to the state of a process."""

import json
import os
import time

import click

from proctor.cli.colour import wants_colour
from proctor.cli.listing import process_as_json
from proctor.cli.moments import moment_words
from proctor.cli.options import app_options
from proctor.cli.table import span, state_cell
from proctor.cli.targets import chosen, named
from proctor.cli.which_app import brief_session_of
from proctor.control.brief import run_briefly
from proctor.files.app_files import AppOptions
from proctor.logs.formats import rfc3339
from proctor.model.events import Snapshot
from proctor.model.explanation import Explanation, step_words
from proctor.model.quoting import printable

_MOVES = 8


@click.command()
@app_options(search_upward=True)
@click.argument("targets", metavar="[TYPE|PROCESS]...", nargs=-1)
@click.option("-n", "--num", "count", type=click.IntRange(min=0), default=_MOVES,
              help=f"How many of the latest moves  [{_MOVES}]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list")
def why(options: AppOptions, targets: tuple[str, ...], count: int, *, as_json: bool) -> None:
    """Say why a process is in its state: what led to it, and its last words.

    Without a process: of all that are not up.
    """
    explanations = run_briefly(_explained(options, targets))
    if as_json:
        found = [explanation_as_json(each, count) for each in explanations]
        click.echo(json.dumps(found, indent=2))
    elif not explanations:
        click.echo("all processes are up")
    else:
        colour = wants_colour(1, os.environ)
        texts = [_text(each, count, now=time.time(), colour=colour) for each in explanations]
        click.echo("\n\n".join(texts), color=colour)


def explanation_as_json(found: Explanation, count: int) -> dict[str, object]:
    """One process in the documented form."""
    words = found.last_words
    retry_at = found.process.retry_at
    return {
        "process": process_as_json(found.process),
        "next_try": None if retry_at is None else rfc3339(retry_at),
        "moves": [
            {
                "at": rfc3339(step.at),
                "before": step.before,
                "after": step.after,
                "run": step.run,
                "reason": step.reason,
                "cause": step.cause,
                "because": step.because,
            }
            for step in found.steps[:count]
        ],
        "last_words": None if words is None else {"run": words.run, "lines": list(words.lines)},
    }


async def _explained(options: AppOptions, targets: tuple[str, ...]) -> list[Explanation]:
    async with brief_session_of(options) as session:
        snapshot = await session.snapshot()
        return [await session.explain(name) for name in _names(snapshot, targets)]


def _names(snapshot: Snapshot, targets: tuple[str, ...]) -> list[str]:
    if not targets:
        return [
            view.name
            for view in snapshot.processes
            if view.state != "up" or view.suspended or view.prompt
        ]
    names = [view.name for view in snapshot.processes]
    return named(chosen(targets, snapshot, where=None), names)


def _text(found: Explanation, count: int, *, now: float, colour: bool) -> str:
    view = found.process
    since = f"since {moment_words(view.since, now=now)} ({span(now - view.since)})"
    sentence = view.why.removeprefix(f"{view.state}: ")
    lines = [f"{view.name} {state_cell(view, colour=colour)} {since}: {printable(sentence)}"]
    steps = found.steps[:count]
    lines += [
        f"  {moment_words(step.at, now=now)}  {printable(step_words(step))}" for step in steps
    ]
    if len(found.steps) > len(steps):
        lines.append(f"  … {len(found.steps) - len(steps)} earlier moves")
    words = found.last_words
    if words is not None and words.lines:
        lines.append(f"  last printed by run {words.run}, before it crashed:")
        lines += [f"    {line}" for line in words.lines]
    elif words is not None:
        lines.append(f"  run {words.run} printed nothing before it crashed")
    return "\n".join(lines)
