"""The terminal of a process in the place of the screen, and the way back."""

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from proctor.control.raw_terminal import LEAVE_SIGN, show, size_of
from proctor.errors import ProctorError

if TYPE_CHECKING:
    from textual.app import App

    from proctor.control.session import Session
    from proctor.control.terminal import Terminal

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_OTHER_SCREEN, _OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
"""What the shell has shown before stays untouched on the one, while the process has the other."""


class Attaching:
    """Lets go of the terminal for a while, in which it is a process's.

    Args:
        app: the screen.
        session: whose processes there are.
    """

    def __init__(self, app: "App[int]", session: "Session") -> None:
        self._app = app
        self._session = session
        self._showing: asyncio.Task[object] | None = None

    @property
    def active(self) -> bool:
        """Whether the terminal is a process's now."""
        return self._showing is not None

    def end(self) -> None:
        """Come back at once."""
        if self._showing is not None:
            self._showing.cancel()

    async def attach(self, process: str) -> str | None:
        """Be the process's terminal until it is left; why not, in words, if that cannot be."""
        if self.active:
            return None
        columns, rows = size_of(1)
        try:
            terminal = await self._session.open_terminal(process, columns=columns, rows=rows)
        except (ProctorError, OSError) as problem:
            return str(problem)
        try:
            with self._app.suspend():
                return await self._show(terminal)
        except SuspendNotSupported:
            return f"There is no terminal to lend. In another one: proctor attach {process}"
        finally:
            await terminal.close()

    async def _show(self, terminal: "Terminal") -> str | None:
        words = f"attached to {terminal.process}; {LEAVE_SIGN} comes back to the screen"
        _write(f"{_OTHER_SCREEN}\x1b[H\x1b[2J{_DIM}proctor: {words}{_PLAIN}\r\n")
        showing = asyncio.ensure_future(show(terminal, takes_signals=False))
        self._showing = showing
        try:
            await asyncio.wait([showing])
        finally:
            self._showing = None
            showing.cancel()
            _write(_OWN_SCREEN)
        if not showing.cancelled() and isinstance(showing.exception(), ProctorError | OSError):
            return str(showing.exception())
        return None


def _write(words: str) -> None:
    with suppress(OSError):  # the terminal has gone, which its reading tells
        sys.stdout.write(words)
        sys.stdout.flush()
