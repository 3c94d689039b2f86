"""The real `proctor`, started as a user starts it: in a folder, from a shell, on a terminal."""

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.oracle import Oracle

PROCTOR = str(Path(sys.executable).with_name("proctor"))
CHILDREN = Path(__file__).parent / "children"
PATIENCE_SECONDS = 15.0

_LEAD_A_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "os.setsid()\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")


def child(script: str, *words: object) -> str:
    """The command line that runs one of `support/children`."""
    return " ".join([sys.executable, "-S", "-E", str(CHILDREN / script), *map(str, words)])


class Program:
    """A started program whose output is read all the time, and waited on by its words."""

    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int) -> None:
        self.process = process
        self.pid = process.pid
        self._descriptor = descriptor
        self._said = bytearray()
        self._seen = 0
        self._ended = False
        self._more = threading.Condition()
        self._enough, self._stop_reading = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        """All that it has written so far."""
        with self._more:
            return self._said.decode(errors="replace")

    def until(self, words: str, *, within: float = PATIENCE_SECONDS) -> str:
        """Wait for these words after those of the call before; what came until then."""
        wanted = words.encode()
        end = time.monotonic() + within
        with self._more:
            while (found := self._readable().find(wanted, self._seen)) < 0:
                left = end - time.monotonic()
                if left <= 0 or self._ended:
                    said = self._readable().decode(errors="replace")
                    raise AssertionError(f"{words!r} was not said, but:\n{said[-5000:]}")
                self._more.wait(left)
            before, self._seen = self._seen, found + len(wanted)
            return self._readable()[before : self._seen].decode(errors="replace")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, *, within: float = PATIENCE_SECONDS) -> int:
        """Wait for its end and for its last words; the exit code (a signal's as 128 + n)."""
        code = self.process.wait(timeout=within)
        self._reader.join(timeout=within)
        return code if code >= 0 else 128 - code

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.stop_reading()

    def stop_reading(self) -> None:
        """Close our end of what it writes to."""
        if self._descriptor >= 0:
            os.close(self._stop_reading)
            self._reader.join(timeout=PATIENCE_SECONDS)
            os.close(self._enough)
            os.close(self._descriptor)
            self._descriptor = -1

    def _readable(self) -> bytes:
        return bytes(self._said)

    def _read(self) -> None:
        data = b"."
        while data:
            ready, _, _ = select.select([self._descriptor, self._enough], [], [])
            try:
                data = b"" if self._enough in ready else os.read(self._descriptor, 1 << 16)
            except OSError:  # nobody has the other side of the terminal open
                data = b""
            with self._more:
                self._said += data
                self._ended = not data
                self._more.notify_all()


class OnTerminal(Program):
    """A program that leads a session on a terminal of its own."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", master: int, slave: int, modes: list[Any]
    ) -> None:
        self._slave = slave
        self._modes_before = modes
        super().__init__(process, master)

    @property
    def shown(self) -> str:
        """What it has written, without what only moves the cursor and colours."""
        return self._readable().decode(errors="replace")

    def _readable(self) -> bytes:
        return _SEQUENCE.sub(b"", self._said)

    def press(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)

    def assert_restored(self) -> None:
        """The terminal is as it was: modes, main screen, cursor, mouse."""
        now = termios.tcgetattr(self._slave)
        assert now[:4] == self._modes_before[:4]
        said = self.output
        for on, off in (
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?25l", "\x1b[?25h"),
            ("\x1b[?1000h", "\x1b[?1000l"),
        ):
            assert said.rfind(off) >= said.rfind(on), f"{on!r} without {off!r}"

    def hang_up(self) -> None:
        """Close the terminal, as a terminal window does."""
        self._let_go_of_slave()
        self.stop_reading()

    def wait(self, *, within: float = PATIENCE_SECONDS) -> int:
        code = self.process.wait(timeout=within)
        with self._more:
            self._more.wait_for(lambda: self._ended, timeout=0.2)  # its last words
        return code if code >= 0 else 128 - code

    def end(self) -> None:
        self._let_go_of_slave()
        super().end()

    def _let_go_of_slave(self) -> None:
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1


class Workplace:
    """An app's folder, with a home, state and sockets of its own, where proctor is run."""

    def __init__(self, base: Path, runtime: Path) -> None:
        self.base = base
        self.folder = base / "shop"
        self.beats = base / "beats"
        self.runtime = runtime
        for folder in (self.folder, self.beats, base / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        self.oracle = Oracle(self.beats)
        self.environment = {
            **os.environ,
            "HOME": str(base / "home"),
            "XDG_STATE_HOME": str(base / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "TERM": "xterm-256color",
        }
        for name in ("TMUX", "COLORTERM", "COLUMNS", "LINES"):
            self.environment.pop(name, None)
        self._started: list[Program] = []

    # Its files

    def procfile(self, **commands: str) -> None:
        """Write the Procfile; an underscore in a name stands for itself."""
        text = "".join(f"{name}: {command}\n" for name, command in commands.items())
        (self.folder / "Procfile").write_text(text)

    def tree(self, script: str, *words: object) -> str:
        """The command line of a child that carries the tag and beats."""
        return f"exec {child(script, *words, self.oracle.tag, self.beats)}"

    # Programs

    def start(
        self,
        *options: str,
        through: Sequence[str] = (),
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        merged: bool = True,
    ) -> Program:
        """`proctor start --no-tui` into a pipe, in a session of its own.

        `through` are words in front, such as a shell with what is to be set up.
        """
        words = [*through, PROCTOR, "start", "--no-tui", *options]
        return self.run(*words, cwd=cwd, environment=environment, merged=merged)

    def run(
        self,
        *words: str,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        merged: bool = True,
    ) -> Program:
        """Any program, into a pipe, in a session of its own."""
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd or self.folder,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing if merged else subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        return self._own(Program(process, reading))

    def on_terminal(
        self, *words: str, columns: int = 120, rows: int = 40, cwd: Path | None = None
    ) -> OnTerminal:
        """Any program as the leader of a session on a terminal of its own."""
        master, slave = os.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        modes = termios.tcgetattr(slave)
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", _LEAD_A_TERMINAL, *words],
            cwd=cwd or self.folder, env=self.environment, stdin=slave, stdout=slave, stderr=slave,
        )  # fmt: skip
        terminal = OnTerminal(process, master, slave, modes)
        self._started.append(terminal)
        return terminal

    def screen(self, *options: str, columns: int = 120, rows: int = 40) -> OnTerminal:
        """`proctor start` on a terminal, where the screen opens."""
        return self.on_terminal(PROCTOR, "start", *options, columns=columns, rows=rows)

    def type(self, *words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """A command line of proctor's in another terminal."""
        return subprocess.run(
            [PROCTOR, *words], cwd=cwd or self.folder, env=self.environment, capture_output=True,
            text=True, check=False, timeout=30, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    # What is seen of the app

    def rows(self) -> dict[str, dict[str, Any]]:
        """The processes as `proctor ps --json` tells them; none while nothing answers."""
        outcome = self.type("ps", "--json")
        found: list[dict[str, Any]] = json.loads(outcome.stdout or "[]")
        return {row["name"]: row for row in found}

    def states(self) -> dict[str, str]:
        """The state of each process."""
        return {name: row["state"] for name, row in self.rows().items()}

    def info(self) -> dict[str, Any]:
        """What `proctor info --json` tells."""
        found: dict[str, Any] = json.loads(self.type("info", "--json").stdout)
        return found

    def keeper_of(self, process: str) -> int:
        """The pid of the keeper of a process."""
        return parent_of(self.rows()[process]["pid"])

    # Ends

    def assert_nothing_left(self, *, within: float = 3.0) -> None:
        left = self.oracle.survivors_after(within)
        assert not left, f"left running: {left}"

    def end(self) -> None:
        """End everything that was started here, however the test has ended."""
        for program in self._started:
            program.end()
        self.assert_nothing_left(within=10.0)

    def _own(self, program: Program) -> Program:
        self._started.append(program)
        return program


def kill(*pids: int) -> None:
    """SIGKILL to those that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def is_there(pid: int) -> bool:
    """Whether the process lives, a zombie not counted."""
    try:
        return _status(pid)[0] not in (b"Z", b"X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent_of(pid: int) -> int:
    """The pid of a living process's parent."""
    return int(_status(pid)[1])


def has_begun(program: Program) -> None:
    """Wait until it runs code of ours: before that, a signal meets a bare interpreter."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not children_of(program.pid):
        assert time.monotonic() < end, "it did not fork"
        time.sleep(0.002)


def children_of(pid: int) -> list[int]:
    """The pids of a living process's children, zombies too."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def _status(pid: int) -> list[bytes]:
    """What the kernel tells of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
