"""The terminal of a process, in the supervisor's own process."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from proctor.control.terminal import LARGEST_SIDE, TerminalItem, TerminalOutput, TerminalSaid
from proctor.logs.safe import safe_line
from proctor.logs.store import LogStore
from proctor.logs.terminal_modes import TerminalModes
from proctor.runtime.process_terminal import ProcessTerminal

MOST_WAITING = 512 * 1024
"""So many bytes wait for who does not keep up; then they are dropped, and counted."""

LARGEST_OUTPUT = 64 * 1024
_LOOKED_BACK = 2000  # rows: what a full-screen program has switched on may be long ago


class LocalTerminal:
    """Implements `Terminal`, and is what a `ProcessTerminal` tells."""

    def __init__(self, shared: ProcessTerminal, *, columns: int, rows: int) -> None:
        self.process = str(shared.process)
        self.columns, self.rows = _possible(columns), _possible(rows)
        self._shared = shared
        self._waiting: deque[TerminalItem] = deque()
        self._size = 0
        self._dropped = 0
        self._ended = False
        self._news = asyncio.Event()

    def begin(self, seen: bytes) -> None:
        """Show what there is to see at first, then all that follows."""
        if seen:
            self.output(seen)
        self._shared.join(self)

    # What the process's terminal tells

    def output(self, data: bytes) -> None:
        """The process has written this."""
        self._size += len(data)
        if self._size > MOST_WAITING:
            self._dropped += self._size
            self._size = 0
            self._waiting = deque(item for item in self._waiting if isinstance(item, TerminalSaid))
        else:
            for start in range(0, len(data), LARGEST_OUTPUT):
                self._waiting.append(TerminalOutput(data[start : start + LARGEST_OUTPUT]))
        self._news.set()

    def say(self, words: str, *, over: bool = False) -> None:
        """We have something to say."""
        self._waiting.append(TerminalSaid(words, over))
        self._news.set()

    def end(self, words: str) -> None:
        """There will be no more."""
        self.say(words, over=True)
        self._ended = True

    # What a user interface asks

    def __aiter__(self) -> AsyncIterator[TerminalItem]:
        return self

    async def __anext__(self) -> TerminalItem:
        """What comes next: output that came in small parts, as one."""
        while not (self._waiting or self._dropped):
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        if self._dropped:
            words = f"{self._dropped} bytes are not shown: this terminal is slower than the process"
            self._dropped = 0
            return TerminalSaid(words)
        item = self._waiting.popleft()
        return self._whole(item) if isinstance(item, TerminalOutput) else item

    async def write(self, data: bytes) -> None:
        """Type this."""
        self._shared.write(self, data)

    async def resize(self, columns: int, rows: int) -> None:
        """The window that shows it has another size."""
        self.columns, self.rows = _possible(columns), _possible(rows)
        self._shared.resize(self)

    async def close(self) -> None:
        """Leave it."""
        self._shared.leave(self)
        self._ended = True
        self._news.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def _whole(self, first: TerminalOutput) -> TerminalOutput:
        parts, size = [first.data], len(first.data)
        while self._waiting and isinstance(following := self._waiting[0], TerminalOutput):
            if size + len(following.data) > LARGEST_OUTPUT:
                break
            parts.append(following.data)
            size += len(following.data)
            self._waiting.popleft()
        self._size -= size
        return TerminalOutput(b"".join(parts))


def last_seen(store: LogStore, process: str, rows: int) -> bytes:
    """What a terminal of so many rows would show of the process, as well as the log tells it.

    Of a program that draws on the whole screen, only the modes: it is asked to draw again.
    """
    window = store.tail(process, _LOOKED_BACK)
    newest = window.rows[-1].run if window.rows else None
    printed = [row for row in window.rows if row.stream != "proctor"]
    modes = TerminalModes()
    for row in printed:
        if row.run == newest:
            modes.feed(row.data)
    if modes.full_screen:
        return modes.resume()
    shown = printed[-max(1, rows - 1) :]
    if not shown:
        return b""
    end = "" if shown[-1].unfinished else "\r\n"
    # Text and colours alone: a terminal would answer old questions, and so type to the process.
    text = "\r\n".join(safe_line(row.data) for row in shown) + end
    return text.encode() + modes.resume()


def _possible(side: int) -> int:
    return min(max(1, side), LARGEST_SIDE)
