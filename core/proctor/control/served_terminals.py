"""The terminals that one client has open, at the server's end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from proctor.control import wire
from proctor.control.session import Session
from proctor.control.terminal_frames import (
    CloseTerminal,
    OpenTerminal,
    TerminalEnded,
    TerminalInput,
    TerminalMore,
    TerminalOpened,
    TerminalRequest,
    TerminalSize,
    TerminalTold,
)
from proctor.errors import PlatformError, ProctorError

if TYPE_CHECKING:
    from proctor.control.terminal import Terminal

MOST_TERMINALS = 16
_FRAMES_AHEAD = 8


class _Open:
    """One of them: what is told to the client, as fast as it takes it, and no faster."""

    def __init__(self) -> None:
        self.terminal: Terminal | None = None
        self.credit = asyncio.Semaphore(_FRAMES_AHEAD)
        self.task: asyncio.Task[None] | None = None


class ServedTerminals:
    """Opens, feeds and closes terminals as one client asks for it.

    Args:
        session: whose processes they belong to.
        write: sends a frame to the client; full buffers hold it back.
    """

    def __init__(
        self, session: Session, write: Callable[[wire.FromServer], Awaitable[None]]
    ) -> None:
        self._session = session
        self._write = write
        self._open: dict[int, _Open] = {}

    async def take(self, frame: TerminalRequest) -> None:
        """Do what the client asks for; what is for a terminal that has ended is dropped.

        Raises:
            PlatformError: the client broke the rules of the wire.
        """
        if isinstance(frame, OpenTerminal):
            self._begin(frame)
            return
        found = self._open.get(frame.id)
        if found is None:
            return
        match frame:
            case TerminalMore():
                found.credit.release()
            case TerminalInput() if found.terminal is not None:
                await found.terminal.write(frame.data)
            case TerminalSize() if found.terminal is not None:
                await found.terminal.resize(frame.columns, frame.rows)
            case CloseTerminal() if found.task is not None:
                found.task.cancel()
            case _:
                pass  # it was not opened yet

    async def close(self) -> None:
        """Leave all of them."""
        tasks = [each.task for each in self._open.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, frame: OpenTerminal) -> None:
        if frame.id in self._open:
            raise PlatformError("the client used one number twice")
        full = len(self._open) >= MOST_TERMINALS
        opened = self._open[frame.id] = _Open()
        opened.task = asyncio.get_running_loop().create_task(
            self._serve(frame, opened, full=full), name=f"terminal {frame.id}"
        )
        opened.task.add_done_callback(lambda _: self._open.pop(frame.id, None))

    async def _serve(self, frame: OpenTerminal, opened: _Open, *, full: bool) -> None:
        with suppress(ConnectionError):  # the client left; reading from it ends as well
            if full:
                problem = PlatformError(f"this client has {MOST_TERMINALS} terminals open already")
                await self._write(wire.failed(problem, request=frame.id))
            else:
                await self._write(await self._ending_of(frame, opened))

    async def _ending_of(self, frame: OpenTerminal, opened: _Open) -> wire.FromServer:
        try:
            await self._tell_all(frame, opened)
        except ProctorError as error:
            return wire.failed(error, request=frame.id)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - our fault costs this request, not the client
            words = f"a fault of proctor's own: {type(error).__name__}: {error}"
            return wire.failed(PlatformError(words), request=frame.id)
        return TerminalEnded(id=frame.id)

    async def _tell_all(self, frame: OpenTerminal, opened: _Open) -> None:
        terminal = await self._session.open_terminal(
            frame.process, columns=frame.columns, rows=frame.rows
        )
        opened.terminal = terminal
        try:
            await self._write(TerminalOpened(id=frame.id, process=terminal.process))
            async for item in terminal:
                await opened.credit.acquire()
                await self._write(TerminalTold(id=frame.id, item=item))
        finally:
            await terminal.close()
