"""The terminals of a remote session, at the client's end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Self

from proctor.control import wire
from proctor.control.terminal import TerminalItem
from proctor.control.terminal_frames import (
    CloseTerminal,
    TerminalEnded,
    TerminalInput,
    TerminalMore,
    TerminalSize,
    TerminalTold,
)
from proctor.errors import ProctorError

_Write = Callable[[wire.FromClient], Awaitable[None]]


class RemoteTerminal:
    """Implements `Terminal` over a socket."""

    def __init__(self, number: int, write: _Write, forget: Callable[[], None]) -> None:
        self.process = ""
        self._number = number
        self._write_frame = write
        self._forget = forget
        # In bounded memory: the server waits until it is asked for more.
        self._told = asyncio.Queue[TerminalItem | ProctorError | None]()
        self._ended = False

    def put(self, item: TerminalItem | ProctorError | None) -> None:
        """The server has told this; None: there will be no more."""
        self._told.put_nowait(item)

    def __aiter__(self) -> AsyncIterator[TerminalItem]:
        return self

    async def __anext__(self) -> TerminalItem:
        """What comes next.

        Raises:
            ProctorError: the supervisor has gone.
        """
        item = None if self._ended else await self._told.get()
        if item is None:
            self._ended = True
            raise StopAsyncIteration
        if isinstance(item, ProctorError):
            self._ended = True
            raise item
        with suppress(ConnectionError):  # told by what comes next
            await self._write_frame(TerminalMore(id=self._number))
        return item

    async def write(self, data: bytes) -> None:
        """Type this; nothing once the supervisor has gone, which reading tells."""
        with suppress(ConnectionError):
            await self._write_frame(TerminalInput(id=self._number, data=data))

    async def resize(self, columns: int, rows: int) -> None:
        """The window that shows it has another size."""
        with suppress(ConnectionError):
            frame = TerminalSize(id=self._number, columns=columns, rows=rows)
            await self._write_frame(frame)

    async def close(self) -> None:
        """Leave it."""
        self._forget()
        if not self._ended:
            self._ended = True
            self._told.put_nowait(None)
            with suppress(ConnectionError):
                await self._write_frame(CloseTerminal(id=self._number))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


class RemoteTerminals:
    """Hands what the server tells of each terminal to whoever opened it.

    Args:
        write: sends a frame to the server.
    """

    def __init__(self, write: _Write) -> None:
        self._write = write
        self._open: dict[int, RemoteTerminal] = {}

    def new(self, number: int) -> RemoteTerminal:
        """A terminal by this number of the client's; what is told of it is kept from now on."""
        terminal = RemoteTerminal(number, self._write, lambda: self.forget(number))
        self._open[number] = terminal
        return terminal

    def forget(self, number: int) -> None:
        """Nobody waits for what is told of it any more."""
        self._open.pop(number, None)

    def take(self, frame: TerminalTold | TerminalEnded) -> None:
        """The server has told something."""
        if (terminal := self._open.get(frame.id)) is not None:
            terminal.put(frame.item if isinstance(frame, TerminalTold) else None)

    def fail(self, number: int, problem: ProctorError) -> None:
        """The server has said that this terminal, if it is one, has failed."""
        if (terminal := self._open.get(number)) is not None:
            terminal.put(problem)

    def fail_all(self, problem: ProctorError) -> None:
        """The server has gone."""
        for number in self._open:
            self.fail(number, problem)
