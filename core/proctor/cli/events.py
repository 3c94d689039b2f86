"""`proctor events`: what has happened to a running app, and what happens."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterable

import click
import msgspec

from proctor.cli.listing import process_as_json
from proctor.cli.options import app_options
from proctor.cli.targets import covered, journal_of
from proctor.cli.which_app import session_of
from proctor.control.greeting import ConnectionEnded
from proctor.control.session import Session
from proctor.files.app_files import AppOptions
from proctor.logs.formats import rfc3339
from proctor.model.event_words import Causes, event_words, is_command, process_of
from proctor.model.events import (
    AnyEvent,
    AppStopped,
    CommandAccepted,
    Lagged,
    OutputAppended,
    ProcessStateChanged,
    UsageSampled,
)
from proctor.model.quoting import printable

_LATEST = 100
_TIMES = ("last_change_at", "deadline_at", "started_at")


@click.command()
@app_options(search_upward=True)
@click.option("-f", "--follow", "--tail", is_flag=True, help="Go on with what happens")
@click.option(
    "-n", "--num", "count", type=click.IntRange(min=0), default=_LATEST,
    help=f"How many of the latest events  [{_LATEST}]",
)  # fmt: skip
@click.option("--ps", "target", metavar="TYPE|PROCESS", help="Only of this type or process")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line")
def events(
    options: AppOptions, count: int, target: str | None, *, follow: bool, as_json: bool
) -> None:
    """Print what has happened to the app, and go on with what happens with -f."""
    asyncio.run(_print(options, count, target, follow=follow, as_json=as_json))


for _parameter in events.params:
    if _parameter.name == "procfile":
        _parameter.opts = ["--procfile"]  # of the two, -f to follow is what everybody types


async def _print(
    options: AppOptions, count: int, target: str | None, *, follow: bool, as_json: bool
) -> None:
    async with session_of(options) as session:
        snapshot = await session.snapshot()
        journal_of(target, snapshot)  # says so where there is no such process
        causes = Causes()
        past: list[AnyEvent] = []
        messages = _events(session)
        if snapshot.sequence:
            async for event in messages:
                if not isinstance(event, Lagged):
                    past.append(event)
                    if event.sequence >= snapshot.sequence:
                        break
        for event in past:
            causes.learn(event)
        latest = [event for event in past if _is_about(event, target)]
        _write(map(_Lines(causes, as_json=as_json), latest[max(0, len(latest) - count) :]))
        if follow:
            await _follow(messages, causes, target, as_json=as_json)


async def _follow(
    messages: AsyncIterator[AnyEvent | Lagged],
    causes: Causes,
    target: str | None,
    *,
    as_json: bool,
) -> None:
    """Print each as it comes; effects come before their command, which is waited for."""
    printed = _Lines(causes, as_json=as_json)
    waiting: list[AnyEvent] = []
    ended = False
    try:
        async for event in messages:
            if isinstance(event, Lagged):
                click.echo(f"… {event.missed} events were missed", err=True)
                continue
            causes.learn(event)
            ended = ended or isinstance(event, AppStopped)
            if waiting and event.cause != waiting[-1].cause:
                _write(map(printed, waiting))
                waiting = []
            if _is_about(event, target):
                waiting.append(event)
            # A command is told of right after what it has decided at once
            if not is_command(event.cause) or causes.knows(event.cause):
                _write(map(printed, waiting))
                waiting = []
    except ConnectionEnded:
        if not ended:
            raise
    finally:
        _write(map(printed, waiting))


async def _events(session: Session) -> AsyncIterator[AnyEvent | Lagged]:
    async for message in session.messages(after=0):
        if not isinstance(message, OutputAppended | UsageSampled):
            yield message


def _is_about(event: AnyEvent, target: str | None) -> bool:
    if target is None:
        return True
    process = process_of(event)
    return process is not None and bool(covered(target, [process]))


class _Lines:
    """Turns an event into the line to print."""

    def __init__(self, causes: Causes, *, as_json: bool) -> None:
        self._causes = causes
        self._as_json = as_json
        self._today = time.strftime("%F")

    def __call__(self, event: AnyEvent) -> str:
        """The line for one event."""
        if self._as_json:
            return json.dumps(event_as_json(event), ensure_ascii=False)
        moment = time.localtime(event.at)
        day = "" if time.strftime("%F", moment) == self._today else time.strftime("%F ", moment)
        told = isinstance(event, CommandAccepted)
        cause = None if told else self._causes.words(event.cause)
        because = f"  ({cause})" if cause is not None else ""
        return f"{day}{time.strftime('%T', moment)} {printable(event_words(event) + because)}"


def event_as_json(event: AnyEvent) -> dict[str, object]:
    """An event in the documented form: times as text, processes as in `ps --json`."""
    fields: dict[str, object] = msgspec.to_builtins(event)
    first = {
        "sequence": event.sequence,
        "at": rfc3339(event.at),
        "event": fields["event"],
        "cause": event.cause,
    }
    if isinstance(event, ProcessStateChanged):
        fields["process"] = process_as_json(event.process)
    rest = {name: _with_times(value, name) for name, value in fields.items() if name not in first}
    return {**first, **rest}


def _with_times(value: object, name: str) -> object:
    if isinstance(value, dict):
        return {key: _with_times(each, key) for key, each in value.items()}
    if name in _TIMES and isinstance(value, float | int):
        return rfc3339(value)
    return value


def _write(lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    sys.stdout.write(text)
    sys.stdout.flush()
