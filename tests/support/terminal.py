"""A program on a terminal of its own, whose every byte and mode can be looked at."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[1]


class Terminal:
    """The user's end of a terminal on which a program runs; `drawn` is all it has written."""

    def __init__(self, arguments: list[str], *, columns: int, rows: int) -> None:
        self._user, program = pty.openpty()
        self._program = program  # kept open: modes are asked for after the program has gone
        fcntl.ioctl(self._user, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment["PYTHONPATH"] = str(TESTS)
        # The terminal decides, not our runner
        for asked_for in ("NO_COLOR", "COLORFGBG", "COLUMNS", "LINES"):
            environment.pop(asked_for, None)
        self.modes_before = self.modes()
        self.drawn = b""
        self.running = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=program, stdout=program, stderr=program, env=environment, start_new_session=True,
        )  # fmt: skip

    def modes(self) -> list[object]:
        """Whether lines are edited, echoed, and so on."""
        return termios.tcgetattr(self._program)[:4]

    def type(self, keys: bytes) -> None:
        """Press keys, or send what a mouse does."""
        os.write(self._user, keys)

    def until(self, words: bytes, *, within: float = 20.0) -> None:
        """Read until the program has drawn these words."""
        end = time.monotonic() + within
        while words not in self.drawn:
            assert time.monotonic() < end, f"not drawn: {words!r} in {self.drawn[-800:]!r}"
            self._read(0.1)

    def exit_code(self, *, within: float = 20.0) -> int:
        """Read until the program has ended; negative for a signal."""
        end = time.monotonic() + within
        while self.running.poll() is None:
            assert time.monotonic() < end, f"still there: {self.drawn[-800:]!r}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.running.returncode

    def close(self) -> None:
        """End what is left."""
        self.running.kill()
        self.running.wait()
        os.close(self._user)
        os.close(self._program)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._user], [], [], seconds)[0]:
            return False
        self.drawn += os.read(self._user, 65536)
        return True


@contextmanager
def terminal_on(*arguments: str, columns: int = 120, rows: int = 40) -> Iterator[Terminal]:
    """A Python program on a terminal."""
    terminal = Terminal(list(arguments), columns=columns, rows=rows)
    try:
        yield terminal
    finally:
        terminal.close()
