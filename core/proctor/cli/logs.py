"""`proctor logs`: the stored lines of a running app, and what follows them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import NamedTuple

import click

from proctor.cli.log_format import new_format
from proctor.cli.options import app_options
from proctor.cli.printer import wants_colour
from proctor.cli.targets import covered, journal_of
from proctor.cli.which_app import session_of
from proctor.control.client import ConnectionEnded
from proctor.control.session import EVERYTHING, Session, WindowRequest
from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.logs.formats import Format
from proctor.logs.rows import block_of
from proctor.logs.window import Row, Window
from proctor.model.events import AnyMessage, AppStopped, OutputAppended, Snapshot
from proctor.model.settings import LOG_FORMATS, LogFormat

_ROWS_AT_ONCE = 1000
_LATEST = 100


@click.command()
@app_options(search_upward=True)
@click.option("-f", "--follow", "--tail", is_flag=True, help="Go on with what comes")
@click.option(
    "-n", "--num", "count", type=click.IntRange(min=0), default=_LATEST,
    help=f"How many of the latest lines  [{_LATEST}]",
)  # fmt: skip
@click.option("--ps", "target", metavar="TYPE|PROCESS", help="Only of this type or process")
@click.option(
    "--log-format", "form", type=click.Choice(LOG_FORMATS),
    help="How the lines are printed  [human]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --log-format json")
@click.option("--path", "only_path", is_flag=True, help="Print where the log files are, and end")
def logs(  # noqa: PLR0913 - an argument an option
    options: AppOptions,
    count: int,
    target: str | None,
    *,
    follow: bool,
    form: LogFormat | None,
    as_json: bool,
    only_path: bool,
) -> None:
    """Print the latest lines of all processes, and follow them with -f."""
    if as_json and form not in (None, "json"):
        raise UserError(f"--json and --log-format {form} exclude each other")
    chosen = "json" if as_json else form or "human"
    printing = Printing(options, target, count, follow=follow, log_format=chosen)
    asyncio.run(printing.path() if only_path else printing.lines())


for _parameter in logs.params:
    if _parameter.name == "procfile":
        _parameter.opts = ["--procfile"]  # of the two, -f to follow is what everybody types


@dataclass(frozen=True, slots=True)
class Printing:
    """What one call of `proctor logs` prints."""

    options: AppOptions
    target: str | None
    count: int
    follow: bool
    log_format: LogFormat

    async def path(self) -> None:
        """Print where the log files are."""
        async with session_of(self.options) as session:
            click.echo((await session.snapshot()).app.log_dir)

    async def lines(self) -> None:
        """Print the latest lines, then what comes if it is to be followed."""
        async with session_of(self.options) as session:
            snapshot = await session.snapshot()
            journal = journal_of(self.target, snapshot)
            format_ = self._format(snapshot)
            (latest,) = await session.windows([WindowRequest(journal=journal, count=0)])
            reader = Reader(
                session, journal, max(latest.total_first, latest.total_end - self.count)
            )
            try:
                await self._print(reader.unread(and_unfinished=not self.follow), format_)
                if self.follow:
                    await self._go_on(session, snapshot.sequence, reader, format_)
            finally:
                _write([format_.finish()])  # what waits for the end of a line, on ^C as well

    async def _go_on(self, session: Session, after: int, reader: "Reader", format_: Format) -> None:
        ended = False
        try:
            async for message in _or_none(session.messages(after=after), format_.due_in):
                ended = ended or isinstance(message, AppStopped)
                if format_.due_in() == 0.0 or _is_about(message, reader.journal):
                    await self._print(reader.unread(), format_)
            await self._print(reader.unread(and_unfinished=True), format_)
        except ConnectionEnded:
            if not ended:
                raise

    async def _print(self, unread: "AsyncIterator[Unread]", format_: Format) -> None:
        async for skipped, rows, more in unread:
            if skipped:
                _write([format_.skipped(skipped)])
            _write(format_.feed(map(block_of, rows), behind=more))
        _write(format_.feed(()))

    def _format(self, snapshot: Snapshot) -> Format:
        names = [view.name for view in snapshot.processes]
        shown = names if self.target is None else covered(self.target, names)
        colour = wants_colour(1, os.environ)
        return new_format(self.log_format, shown, colour=colour, terminal=os.isatty(1))


class Unread(NamedTuple):
    """Rows to print, how many are lost before them, and whether there are more to read now."""

    skipped: int
    rows: list[Row]
    more: bool


class Reader:
    """Reads a journal from a row on, in pieces that one answer of the supervisor holds."""

    def __init__(self, session: Session, journal: str, first: int) -> None:
        self._session = session
        self.journal = journal
        self._next = first

    async def unread(self, *, and_unfinished: bool = False) -> "AsyncIterator[Unread]":
        """What there is to read, until all of it was read."""
        while True:
            window = await self._window()
            skipped = max(0, window.total_first - self._next)
            rows = window.rows if and_unfinished else [
                row for row in window.rows if not row.unfinished
            ]  # fmt: skip
            if rows:
                self._next = rows[-1].number + 1
            if skipped or rows:
                more = len(rows) == len(window.rows) and self._next < window.total_end
                yield Unread(skipped, rows, more)
            if not rows or self._next >= window.total_end:
                return

    async def _window(self) -> Window:
        request = WindowRequest(journal=self.journal, count=_ROWS_AT_ONCE, first=self._next)
        (window,) = await self._session.windows([request])
        return window


async def _or_none(
    messages: AsyncIterator[AnyMessage], due_in: Callable[[], float | None]
) -> AsyncIterator[AnyMessage | None]:
    """The messages, and None wherever `due_in` seconds have passed without one."""
    following = asyncio.ensure_future(anext(messages, None))
    try:
        while True:
            await asyncio.wait((following,), timeout=due_in())
            if not following.done():
                yield None
                continue
            message = await following
            if message is None:
                return
            yield message
            following = asyncio.ensure_future(anext(messages, None))
    finally:
        following.cancel()


def _is_about(message: AnyMessage | None, journal: str) -> bool:
    return isinstance(message, OutputAppended) and (
        journal == EVERYTHING or bool(covered(journal, [message.process]))
    )


def _write(parts: list[bytes]) -> None:
    out = sys.stdout.buffer
    out.write(b"".join(parts))
    out.flush()
