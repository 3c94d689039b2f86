"""Shows a process's terminal on the terminal of this program: raw both ways, until it is left."""

import asyncio
import os
import select
import signal
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import msgspec

from proctor.control.terminal import Terminal, TerminalItem, TerminalOutput
from proctor.logs.safe import safe
from proctor.logs.terminal_modes import TerminalModes

LEAVE_SIGN = "^]"
#: The same key, as terminals say it where a program has asked for more exact words.
_LEAVE = (b"\x1d", b"\x1b[27;5;93~", b"\x1b[93;5u")
_DEFAULT_SIZE = (120, 40)
_ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


class Left(msgspec.Struct, frozen=True):
    """Why it is not shown any more; `signal` has its number where one ended it."""

    by: Literal["key", "app", "terminal", "signal"]
    signal: int = 0


async def show(
    terminal: Terminal, *, stdin: int = 0, stdout: int = 1, takes_signals: bool = True
) -> Left:
    """Pass on what is typed, and write what the process writes; gives why that has ended.

    However it ends, the terminal is as before: its modes, and all that the process has switched
    on. With `takes_signals` a signal that asks us to end does so in order.

    Raises:
        ProctorError: the supervisor has gone.
    """
    with _raw(stdin):
        shown = _Shown(terminal, stdin, stdout)
        try:
            return await shown.run(takes_signals=takes_signals)
        finally:
            shown.close()


def size_of(descriptor: int) -> tuple[int, int]:
    """Columns and rows of a terminal."""
    try:
        columns, rows = os.get_terminal_size(descriptor)
    except OSError:
        return _DEFAULT_SIZE
    return (columns, rows) if columns and rows else _DEFAULT_SIZE


class _Shown:
    def __init__(self, terminal: Terminal, stdin: int, stdout: int) -> None:
        self._terminal = terminal
        self._stdin = stdin
        self._stdout = stdout
        self._modes = TerminalModes()
        self._loop = asyncio.get_running_loop()
        self._typed = asyncio.Queue[bytes | Left]()
        self._resized = asyncio.Event()
        self._signals: list[int] = []
        self._at_line_start = True

    async def run(self, *, takes_signals: bool) -> Left:
        self._take_signals(all_of_them=takes_signals)
        self._loop.add_reader(self._stdin, self._read)
        tasks = [
            self._loop.create_task(work, name=f"terminal of {self._terminal.process}")
            for work in (self._write_all(), self._type_all(), self._resize_all())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        self._loop.remove_reader(self._stdin)
        for number in self._signals:
            self._loop.remove_signal_handler(number)
        self._put(self._modes.undo() + (b"" if self._at_line_start else b"\r\n"))

    # What the process writes

    async def _write_all(self) -> Left:
        async for item in self._terminal:
            if not self._put(self._bytes_of(item)):
                return Left("terminal")
        return Left("app")

    def _bytes_of(self, item: TerminalItem) -> bytes:
        if isinstance(item, TerminalOutput):
            self._modes.feed(item.data)
            self._at_line_start = item.data.endswith(b"\n")
            return item.data
        restored = self._modes.undo() if item.over else b""
        begin = b"" if self._at_line_start else b"\r\n"
        self._at_line_start = True
        return restored + begin + f"\x1b[2mproctor: {safe(item.words)}\x1b[0m\r\n".encode()

    def _put(self, data: bytes) -> bool:
        """Write all of it, as fast as the terminal takes it; False when it has gone."""
        while data:
            try:
                data = data[os.write(self._stdout, data) :]
            except BlockingIOError:
                select.select([], [self._stdout], [])
            except OSError:
                return False
        return True

    # What is typed

    def _read(self) -> None:
        try:
            data = os.read(self._stdin, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        end = min((at for key in _LEAVE if (at := data.find(key)) >= 0), default=None)
        if data[:end]:
            self._typed.put_nowait(data[:end])
        if not data:
            self._loop.remove_reader(self._stdin)
            self._typed.put_nowait(Left("terminal"))
        elif end is not None:
            self._typed.put_nowait(Left("key"))

    async def _type_all(self) -> Left:
        while not isinstance(typed := await self._typed.get(), Left):
            await self._terminal.write(typed)
        return typed

    # Signals

    def _take_signals(self, *, all_of_them: bool) -> None:
        self._loop.add_signal_handler(signal.SIGWINCH, self._resized.set)
        self._signals = [signal.SIGWINCH]
        if not all_of_them:
            return
        for number in _ENDING:
            left = Left("signal", number)
            self._loop.add_signal_handler(number, self._typed.put_nowait, left)
        self._loop.add_signal_handler(signal.SIGCONT, self._come_back)
        self._signals += [*_ENDING, signal.SIGCONT]

    def _come_back(self) -> None:
        """We were stopped, and the shell has had the terminal meanwhile."""
        with suppress(termios.error):
            tty.setraw(self._stdin, termios.TCSADRAIN)
        self._put(self._modes.resume())
        self._resized.set()

    async def _resize_all(self) -> Left:
        while True:
            await self._resized.wait()
            self._resized.clear()
            await self._terminal.resize(*size_of(self._stdout))


@contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """Let the terminal pass everything on as it is; afterwards it is as before."""
    before = termios.tcgetattr(descriptor)
    tty.setraw(descriptor, termios.TCSADRAIN)
    try:
        yield
    finally:
        with suppress(termios.error):  # it has gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
