"""`proctor logs`: what an app has printed, whether it runs or has ended, and what follows."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click
import msgspec

from proctor.cli.choosing import (
    count_option,
    follow_option,
    source_option,
    targets_option,
    time_options,
)
from proctor.cli.colour import wants_colour
from proctor.cli.log_format import new_format
from proctor.cli.log_reader import Reader, Unread
from proctor.cli.moments import moment_words
from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.cli.targets import EVERYTHING as ALL
from proctor.cli.targets import chosen, covered, named, spelled_out
from proctor.cli.which_app import brief_session_of, find_places, session_of
from proctor.control.brief import run_briefly
from proctor.control.greeting import ConnectionEnded
from proctor.control.session import EVERYTHING, Answering, Session, WindowRequest
from proctor.errors import NotRunning, UserError
from proctor.files.app_files import AppOptions, find_app
from proctor.logs.formats import Format
from proctor.logs.lines import Block
from proctor.logs.rows import block_of
from proctor.logs.selection import Selection, Source
from proctor.logs.stored_lines import LastRun, StoredLines
from proctor.logs.window import Row, Stream
from proctor.model.events import AnyMessage, AppStopped, OutputAppended, Snapshot
from proctor.model.settings import LOG_FORMATS, LogFormat

_LATEST = 100


@click.command()
@app_options(search_upward=True, follows=True)
@click.argument("said", metavar="[TYPE|PROCESS]...", nargs=-1)
@follow_option("what comes")
@count_option("lines", f"{_LATEST}; with --since or --until all")
@targets_option()
@source_option()
@click.option("--stream", type=click.Choice(["out", "err"]), help="Only this output of the app")
@click.option("--err", "stream", flag_value="err", help="The same as --stream err")
@time_options()
@click.option(
    "--log-format", "form", type=click.Choice(LOG_FORMATS),
    help="How the lines are printed  [human]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --log-format json")
@click.option("--path", "only_path", is_flag=True, help="Print where the log files are, and end")
def logs(  # noqa: PLR0913 - an argument an option
    options: AppOptions,
    *,
    said: tuple[str, ...],
    count: int | None,
    targets: tuple[str, ...],
    source: Source | None,
    stream: Stream | None,
    since: float | None,
    until: float | None,
    follow: bool,
    form: LogFormat | None,
    as_json: bool,
    only_path: bool,
) -> None:
    """Print the latest lines of all processes, and follow them with -f.

    An app that does not run any more has its last run's lines printed.
    """
    if as_json and form not in (None, "json"):
        raise UserError(f"--json and --log-format {form} exclude each other")
    log_format: LogFormat = "json" if as_json else form or "human"
    both = tuple(dict.fromkeys((*said, *targets)))
    selection = Selection(
        targets=() if ALL in both else both,
        source=source,
        stream=stream,
        since=since,
        until=until,
    )
    if count is None and since is None and until is None:
        count = _LATEST
    printing = Printing(options, selection, count, log_format)
    if only_path:
        run_briefly(printing.path())
    elif follow:
        import asyncio  # noqa: PLC0415 - only who follows needs it

        asyncio.run(printing.and_what_comes())
    else:
        run_briefly(printing.lines())


class Printing(msgspec.Struct, frozen=True):
    """What one call of `proctor logs` prints; a `count` of None means all lines."""

    options: AppOptions
    selection: Selection
    count: int | None
    log_format: LogFormat

    async def path(self) -> None:
        """Print where the log files are."""
        try:
            async with brief_session_of(self.options) as session:
                click.echo((await session.snapshot()).app.log_dir)
        except NotRunning:
            places = find_places(self.options)
            if not places.logs.is_dir():
                raise
            click.echo(places.logs)

    async def lines(self) -> None:
        """Print the latest lines."""
        try:
            async with brief_session_of(self.options) as session:
                await self._of_running(session)
        except NotRunning as problem:
            self._of_ended(problem)

    async def and_what_comes(self) -> None:
        """Print the latest lines, then what comes."""
        try:
            async with session_of(self.options) as session:
                await self._of_running(session, followed=session)
        except NotRunning as problem:
            self._of_ended(problem)
            raise

    def _of_ended(self, problem: NotRunning) -> None:
        places = find_places(self.options)
        with StoredLines(places.logs) as stored:
            last = stored.last_run()
            if last is None:
                raise problem
            tell(f"{places.app} is not running: {_ending(last)}")
            earlier = self.selection.since is not None and self.selection.since < last.began
            selection = self._with_groups_of(places.root)
            found = stored.latest(selection, self.count, earlier_runs=earlier)
            format_ = self._format(())
            try:
                _write_blocks(format_, found)
            finally:
                _write([format_.finish()])

    def _with_groups_of(self, root: Path) -> Selection:
        """The selection with groups spelled out, as the settings of the app say them now."""
        targets = self.selection.targets
        if targets:
            with suppress(UserError):  # whatever is wrong there, what was printed can be read
                options = msgspec.structs.replace(self.options, root=str(root))
                targets = spelled_out(targets, find_app(options, os.environ).groups())
        return msgspec.structs.replace(self.selection, targets=targets)

    async def _of_running(self, session: Answering, *, followed: Session | None = None) -> None:
        snapshot = await session.snapshot()
        targets = chosen(self.selection.targets, snapshot)
        selection = msgspec.structs.replace(self.selection, targets=targets)
        printing = msgspec.structs.replace(self, selection=selection)
        await printing._of_targets(session, snapshot, followed)  # noqa: SLF001 - our own

    async def _of_targets(
        self, session: Answering, snapshot: Snapshot, followed: Session | None
    ) -> None:
        targets = self.selection.targets
        journal = targets[0] if len(targets) == 1 else EVERYTHING
        format_ = self._format([view.name for view in snapshot.processes])
        reader = Reader(session, journal, self.selection)
        beginning = await reader.begin(self.count)
        try:
            if beginning.missing != 0 and await self._files_have_more(session, snapshot):
                with StoredLines(Path(snapshot.app.log_dir)) as stored:
                    found = stored.latest(
                        self.selection,
                        beginning.missing,
                        before=beginning.oldest,
                        before_this_run=beginning.oldest is None,
                        earlier_runs=self._reaches_before(snapshot) or beginning.oldest is None,
                    )
                    _write_blocks(format_, found)
            unread = reader.until_first() if followed is None else reader.unread()
            await self._print(unread, format_, Path(snapshot.app.log_dir))
            if followed is not None:
                await self._go_on(followed, snapshot.sequence, reader, format_)
        finally:
            _write([format_.finish()])  # what waits for the end of a line, on ^C as well

    async def _files_have_more(self, session: Answering, snapshot: Snapshot) -> bool:
        """Whether memory has forgotten something of this run, or earlier runs are asked for."""
        request = WindowRequest(journal=EVERYTHING, count=0)
        (everything,) = await session.windows([request])
        return bool(everything.total_first) or self._reaches_before(snapshot)

    def _reaches_before(self, snapshot: Snapshot) -> bool:
        since = self.selection.since
        return since is not None and since < snapshot.app.started_at

    async def _go_on(self, session: Session, after: int, reader: Reader, format_: Format) -> None:
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

    async def _print(
        self, unread: AsyncIterator[Unread], format_: Format, folder: Path | None = None
    ) -> None:
        """Print what is read; with a folder, what memory forgot meanwhile comes from its files."""
        async for skipped, rows, more, first in unread:
            left = skipped
            if skipped and folder is not None and first is not None:
                left -= self._print_stored(skipped, first, format_, folder)
            if left > 0:
                _write([format_.skipped(left)])
            _write(format_.feed(map(block_of, rows), behind=more))
        _write(format_.feed(()))

    def _print_stored(self, count: int, before: Row, format_: Format, folder: Path) -> int:
        """Print these lines of the files, as far as they are selected; how many there were."""
        of_journal = Selection(targets=self.selection.targets)
        admits = self.selection.admits
        found = 0
        with StoredLines(folder) as stored:
            for block in stored.latest(of_journal, count, before=before):
                found += block.rows
                if admits(block.process, block.stream, block.at):
                    _write(format_.feed((block,), behind=True))
        return found

    def _format(self, names: Iterable[str]) -> Format:
        shown = named(self.selection.targets, list(names))
        colour = wants_colour(1, os.environ)
        return new_format(self.log_format, shown, colour=colour, terminal=os.isatty(1))


def _ending(last: LastRun) -> str:
    words = moment_words(last.last if last.ended is None else last.ended)
    if last.ended is None:
        return f"its last run was cut off; its last line is of {words}"
    return f"it ended at {words}"


async def _or_none(
    messages: AsyncIterator[AnyMessage], due_in: Callable[[], float | None]
) -> AsyncIterator[AnyMessage | None]:
    """The messages, and None wherever `due_in` seconds have passed without one."""
    import asyncio  # noqa: PLC0415 - as above

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


def _write_blocks(format_: Format, blocks: Iterator[Block]) -> None:
    for block in blocks:
        _write(format_.feed((block,), behind=True))
    _write(format_.feed(()))


def _write(parts: list[bytes]) -> None:
    out = sys.stdout.buffer
    out.write(b"".join(parts))
    out.flush()
