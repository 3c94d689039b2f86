"""Searching: a worker process looks through what memory holds and what is on disk.

A pattern can take for ever on one line, and Python holds its lock all that time: in a thread it
would stop the whole supervisor, and could not be ended. So each search has an isolated
interpreter of its own, which is killed when nobody waits for it any more. The event loop hands
it the lines that memory holds, a little at a time; files it reads itself.
"""

import asyncio
import signal
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from proctor.errors import PlatformError, UserError
from proctor.logs.lines import Block
from proctor.logs.marks import Mark
from proctor.logs.search import WIDEST_HIT, SearchHit, SearchProgress, SearchQuery
from proctor.logs.selection import Selection
from proctor.logs.spill import file_of
from proctor.logs.store import UNWRITTEN, Holdings, LogStore
from proctor.logs.window import EVERYTHING, Stream
from proctor.search.stored import is_of

_BATCH_BYTES = 256 * 1024
_BATCH_BLOCKS = 250
_LOOK_BLOCKS = 1000
_LENGTH = struct.Struct(">I")
_PROCTOR = "proctor"
_CORE = str(Path(__file__).resolve().parents[2])
_WORKER = "import sys; sys.path.append({!r}); from proctor.search.worker import main; main()"
_TOO_LONG = "the pattern takes too long on one of the lines"


class _Report(msgspec.Struct):
    """What the worker tells."""

    hits: list[SearchHit] = []
    searched: int = 0
    lines: int = 0
    found: int = 0
    reached: float | None = None
    ended: bool = False
    problem: str | None = None
    position: int | None = None
    fault: str | None = None


class _Entry(msgspec.Struct, array_like=True, gc=False):
    """Of which block the lines from `line` on are, for the worker; none of the collector's work."""

    line: int
    process: str | None
    run: int | None
    stream: Stream
    at: float
    row: int


_decoder = msgspec.json.Decoder(_Report)
_encoder = msgspec.json.Encoder()


async def search(
    store: LogStore, query: SearchQuery
) -> AsyncGenerator[SearchHit | SearchProgress, None]:
    """Look for lines; close it to end the search early.

    What is printed after it began is not searched.

    Raises:
        UserError: the pattern is none, or takes too long.
        PlatformError: the worker cannot be started, or has failed.
    """
    if not query.text:
        raise UserError("there is nothing to look for: the pattern is empty")
    if query.limit is not None and query.limit < 1:
        raise UserError("a search for fewer than one line finds nothing", where="limit")
    only = query.targets[0] if len(query.targets) == 1 else EVERYTHING
    holdings = store.holdings(only)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = await _start_worker(theirs, holdings)
        async with _Worker(process, ours, query, holdings) as worker:
            async for report in worker.reports():
                for hit in report.hits:
                    yield hit
                yield SearchProgress(
                    report.searched,
                    max(worker.total, report.searched),
                    report.lines,
                    report.found,
                    report.reached,
                    report.ended,
                )


async def _start_worker(theirs: socket.socket, holdings: Holdings) -> asyncio.subprocess.Process:
    folder = holdings.spill.folder if holdings.spill is not None else None
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", _WORKER.format(_CORE),
            stdin=theirs.fileno(),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder if folder is not None and folder.is_dir() else "/",
        )  # fmt: skip
    except OSError as error:
        raise PlatformError(
            f"a search needs a process of its own, which cannot be started: {error.strerror}"
        ) from error


class _Worker:
    """The process that searches, from its start to its end."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        connection: socket.socket,
        query: SearchQuery,
        holdings: Holdings,
    ) -> None:
        self.total = 0
        self._process = process
        self._connection = connection
        self._query = query
        self._selection = Selection(
            targets=query.targets, source=query.source, since=query.since, until=query.until
        )
        self._holdings = holdings
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._feeding: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(sock=self._connection)
        except BaseException:
            self._kill()
            await self._process.wait()
            raise
        self._feeding = asyncio.get_running_loop().create_task(self._feed(), name="feed a search")
        return self

    async def __aexit__(self, *exception: object) -> None:
        # Killed while it still waits for our end: a signal to one that has gone would take its
        # status away from asyncio, which complains.
        self._kill()
        self._feeding.cancel()
        self._writer.transport.abort()
        await asyncio.gather(self._feeding, return_exceptions=True)
        await self._process.wait()

    async def reports(self) -> AsyncGenerator[_Report, None]:
        """What it tells, until it has ended.

        Raises:
            UserError: the pattern is at fault.
            PlatformError: it has failed.
        """
        ended = False
        while not ended:
            report = await self._next()
            if report.problem is not None:
                where = None if report.position is None else f"at character {report.position + 1}"
                raise UserError(
                    f"'{self._query.text}' is no regular expression: {report.problem}", where=where
                )
            if report.fault is not None:
                raise PlatformError(f"a fault of proctor's own: the search failed: {report.fault}")
            ended = report.ended
            yield report

    async def _next(self) -> _Report:
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            return _decoder.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if await self._process.wait() == -signal.SIGVTALRM:
                raise UserError(
                    _TOO_LONG, hint="Repeat nothing that repeats itself, as (a+)+ does"
                ) from error
            raise PlatformError("the process that searched has gone before its end") from error

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    # What it is given

    async def _feed(self) -> None:
        with suppress(ConnectionError):  # it has ended: its reader learns of it
            await self._write({"query": _as_given(self._query)})
            files = await self._files(await self._held_from())
            if self._query.newest_first:
                await self._feed_memory()
                await self._write({"files": files})
            else:
                await self._write({"files": files})
                await self._feed_memory()
            await self._write({"end": True})

    async def _held_from(self) -> dict[str, int]:
        """From which place on memory holds what was printed to each file."""
        until: dict[str, int] = {}
        blocks = self._holdings.blocks
        for first in range(0, len(blocks), _LOOK_BLOCKS):
            for block in blocks[first : first + _LOOK_BLOCKS]:
                if block.place != UNWRITTEN:
                    until.setdefault(file_of(block), block.place)
                if self._is_wanted(block):
                    self.total += len(block.data)
            await asyncio.sleep(0)
        return until

    async def _feed_memory(self) -> None:
        for first, end in self._batches():
            entries: list[_Entry] = []
            parts: list[bytes] = []
            line = 0
            for index in range(first, end):
                block = self._holdings.blocks[index]
                if not self._is_wanted(block):
                    continue
                row = self._holdings.rows[index]
                entries.append(_Entry(line, block.process, block.run, block.stream, block.at, row))
                parts.append(block.data)
                if not block.data.endswith(b"\n"):
                    parts.append(b"\n")
                line += block.rows
            if entries:
                await self._write({"entries": entries, "size": sum(map(len, parts))}, *parts)

    def _batches(self) -> Iterator[tuple[int, int]]:
        """Stretches of blocks to be sent together, in the order of the search."""
        blocks = self._holdings.blocks
        order = range(len(blocks))
        size, began = 0, None
        for index in reversed(order) if self._query.newest_first else order:
            began = index if began is None else began
            size += len(blocks[index].data)
            if size >= _BATCH_BYTES or abs(index - began) >= _BATCH_BLOCKS:
                yield min(began, index), max(began, index) + 1
                size, began = 0, None
        if began is not None:
            last = 0 if self._query.newest_first else len(blocks) - 1
            yield min(began, last), max(began, last) + 1

    async def _files(self, until: dict[str, int]) -> list[tuple[str, int | None, list[Mark]]]:
        """What is to be read from the files of each name: their marks, and where memory begins."""
        spill = self._holdings.spill
        files: list[tuple[str, int | None, list[Mark]]] = []
        if spill is None:
            return files
        for name, marks in spill.marks.all().items():
            if not self._reads(name):
                continue
            end = until.get(name)
            kept = [mark for mark in marks if end is None or mark.place < end]
            self.total += sum(_size(mark, end) for mark in kept)
            files.append((name, end, kept))
            await asyncio.sleep(0)
        return files

    def _is_wanted(self, block: Block) -> bool:
        return self._selection.admits(block.process, block.stream, block.at)

    def _reads(self, name: str) -> bool:
        source = self._query.source
        if source is not None and (name == _PROCTOR) != (source == _PROCTOR):
            return False
        return name == _PROCTOR or is_of(name, self._query.targets)

    async def _write(self, frame: dict[str, object], *parts: bytes) -> None:
        self._writer.write(_encoder.encode(frame) + b"\n" + b"".join(parts))
        await self._writer.drain()


def _as_given(query: SearchQuery) -> SearchQuery:
    return msgspec.structs.replace(query, width=min(max(1, query.width), WIDEST_HIT))


def _size(mark: Mark, end: int | None) -> int:
    return mark.size if end is None else min(mark.size, end - mark.place)
