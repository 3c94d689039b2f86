"""`proctor events`: what has happened to a running app, and what happens."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable

import click
import msgspec

from proctor.cli.choosing import count_option, follow_option, targets_option
from proctor.cli.listing import process_as_json
from proctor.cli.moments import moment_words
from proctor.cli.options import app_options
from proctor.cli.targets import chosen, named
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
@app_options(search_upward=True, follows=True)
@click.argument("said", metavar="[TYPE|PROCESS]...", nargs=-1)
@follow_option("what happens")
@count_option("events", str(_LATEST))
@targets_option()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line")
def events(
    options: AppOptions,
    *,
    said: tuple[str, ...],
    count: int | None,
    targets: tuple[str, ...],
    follow: bool,
    as_json: bool,
) -> None:
    """Print what has happened to the app, and go on with what happens with -f."""
    latest = _LATEST if count is None else count
    asyncio.run(_print(options, latest, (*said, *targets), follow=follow, as_json=as_json))


async def _print(
    options: AppOptions, count: int, targets: tuple[str, ...], *, follow: bool, as_json: bool
) -> None:
    async with session_of(options) as session:
        snapshot = await session.snapshot()
        targets = chosen(targets, snapshot)
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
        latest = [event for event in past if _is_about(event, targets)]
        _write(map(_Lines(causes, as_json=as_json), latest[max(0, len(latest) - count) :]))
        if follow:
            await _follow(messages, causes, targets, as_json=as_json)


async def _follow(
    messages: AsyncIterator[AnyEvent | Lagged],
    causes: Causes,
    targets: tuple[str, ...],
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
            if _is_about(event, targets):
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


def _is_about(event: AnyEvent, targets: tuple[str, ...]) -> bool:
    if not targets:
        return True
    process = process_of(event)
    return process is not None and bool(named(targets, [process]))


class _Lines:
    """Turns an event into the line to print."""

    def __init__(self, causes: Causes, *, as_json: bool) -> None:
        self._causes = causes
        self._as_json = as_json

    def __call__(self, event: AnyEvent) -> str:
        """The line for one event."""
        if self._as_json:
            return json.dumps(event_as_json(event), ensure_ascii=False)
        told = isinstance(event, CommandAccepted)
        cause = None if told else self._causes.words(event.cause)
        because = f"  ({cause})" if cause is not None else ""
        return f"{moment_words(event.at)} {printable(event_words(event) + because)}"


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
