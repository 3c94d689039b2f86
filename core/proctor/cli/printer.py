"""Prints the merged log stream to a terminal, a pipe or a file."""

import time
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from proctor.cli.log_format import new_format
from proctor.cli.outlet import Outlet
from proctor.logs.store import LogStore
from proctor.logs.unbroken import WAIT_SECONDS
from proctor.model.settings import LogFormat
from proctor.runtime.loops import Handle, Loop

if TYPE_CHECKING:
    import asyncio

_QUEUE_BYTES = 256 * 1024
_BATCH_SECONDS = 0.004  # under a flood, print this often: fewer, larger writes


class Printer:
    """Follows a log store and writes it to a descriptor, without ever blocking the event loop.

    A pipe or a file gets exact bytes and makes the processes wait when it is slow; a terminal
    gets safe ones, and is told how many lines it missed.

    Args:
        store: what to print.
        descriptor: where to; not closed.
        log_format: for people, an object a line, or as the platform does.
        colour: mark process types by colours (human form).
        names: processes to come, for the width of the column of names.
        on_reader_gone: called once when nobody reads any more; `problem` says more.
    """

    def __init__(
        self,
        store: LogStore,
        descriptor: int,
        *,
        log_format: LogFormat = "human",
        colour: bool = False,
        names: tuple[str, ...] = (),
        on_reader_gone: Callable[[], None] | None = None,
    ) -> None:
        self._outlet = Outlet(descriptor, on_gone=self._reader_gone, on_room=self._print)
        terminal = self._outlet.terminal
        self._format = new_format(log_format, names, colour=colour, terminal=terminal)
        self._partial = log_format == "human"
        self._on_reader_gone = on_reader_gone
        self._cursor = store.cursor(holds=not self._outlet.terminal, on_data=self._wake)
        self._loop: Loop | None = None
        self._due: Handle | None = None
        self._ripe: Handle | None = None  # for a line that is not ended
        self._late: Handle | None = None  # for what waits for such a line
        self._stalled = False
        self._printed_at = 0.0
        self._finished: asyncio.Future[None] | None = None

    @property
    def problem(self) -> OSError | None:
        """Why nothing can be written any more, if so."""
        return self._outlet.problem

    def attach(self, loop: Loop) -> None:
        """Begin to print."""
        self._loop = loop
        self._outlet.attach(loop)
        self._wake()

    async def finish(self, *, within_seconds: float = 5.0) -> None:
        """Print what is left, wait until it is written, or given up, and detach."""
        import asyncio  # noqa: PLC0415 - first lines do not wait for it

        if self._loop is not None:
            self._finished = asyncio.get_running_loop().create_future()
            self._print()
            with suppress(TimeoutError):  # nobody reads: what is left stays in the log files
                async with asyncio.timeout(within_seconds):
                    await self._finished
        self._stop()
        self._outlet.detach()

    def _wake(self) -> None:
        if self._due is not None or self._loop is None or self._outlet.queued > _QUEUE_BYTES:
            return
        wait = self._printed_at + _BATCH_SECONDS - self._loop.time()
        if wait <= 0:
            self._due = self._loop.call_soon(self._print)
        else:
            self._due = self._loop.call_later(wait, self._print)

    def _print(self) -> None:
        """Read and write one batch; the loop gets its turn before the next."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._loop is None:
            return
        self._stalled = self._stalled or self._outlet.queued > _QUEUE_BYTES
        more = self._print_batch() if self._outlet.queued <= _QUEUE_BYTES else True
        if self._outlet.gone:
            return
        self._printed_at = self._loop.time()
        if not more:
            self._end_if_finished()
        elif self._due is None and self._outlet.queued <= _QUEUE_BYTES:
            self._due = self._loop.call_soon(self._print)

    def _print_batch(self) -> bool:
        """Print one batch; whether there is more."""
        now = inf if self._finished is not None else time.time()
        batch = self._cursor.read(now, partial=self._partial)
        if batch.skipped:
            self._outlet.write([self._format.skipped(batch.skipped)])
        behind = batch.more or batch.held or self._stalled
        self._stalled = False
        self._outlet.write(self._format.feed(batch.blocks, behind=behind))
        if self._loop is None:  # nobody reads any more
            return False
        if batch.ripe_in is not None and self._ripe is None:
            self._ripe = self._loop.call_later(batch.ripe_in, self._print_ripe)
        if self._late is None and (due_in := self._format.due_in()) is not None:
            self._late = self._loop.call_later(due_in, self._print_late)
        return batch.more

    def _end_if_finished(self) -> None:
        if self._finished is None or self._finished.done():
            return
        self._outlet.write([self._format.finish()])
        if not self._outlet.queued and not self._finished.done():
            self._finished.set_result(None)

    def _print_ripe(self) -> None:
        self._ripe = None
        self._print()

    def _print_late(self) -> None:
        self._late = None
        self._print()
        if self._late is None and self._loop is not None and self._format.due_in() is not None:
            self._late = self._loop.call_later(WAIT_SECONDS, self._print_late)  # the outlet is full

    def _reader_gone(self) -> None:
        self._stop()
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(None)
        if self._on_reader_gone is not None:
            self._on_reader_gone()

    def _stop(self) -> None:
        self._cursor.close()
        for handle in (self._due, self._ripe, self._late):
            if handle is not None:
                handle.cancel()
        self._due = self._ripe = self._late = self._loop = None
