"""One run of one tool: started in a folder of its own, listened to, and ended for certain."""

import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import termios
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.family import VARIABLE, Family
from bench.tools import Entry, Tool

_UNSET = (
    "PORT",
    "NO_COLOR",
    "FORCE_COLOR",
    "PYTHONUNBUFFERED",
    "PYTHONPATH",
    "TMUX",
    "MAKEFLAGS",
    "PYTHONDONTWRITEBYTECODE",
)
_PIECE = 1 << 20


class Trial:
    """A tool that runs, from `with` to its end.

    `{folder}` in commands is the trial's folder. What the tool prints goes to `out`, if given
    (a file of that name is made in the folder), else it is read as it comes.
    """

    def __init__(
        self,
        tool: Tool,
        entries: Sequence[Entry],
        *,
        out: str | None = None,
        restart: bool = False,
    ) -> None:
        self.tool = tool
        self.folder = Path(tempfile.mkdtemp(prefix="bench"))
        self._mark = uuid.uuid4().hex
        self.family = Family(self._mark)
        filled = [
            Entry(e.name, e.command.replace("{folder}", str(self.folder)), e.count) for e in entries
        ]
        self._launch = tool.launch(self.folder, filled, restart=restart)
        self.printed = self.folder / out if out else None
        self._heard = threading.Condition()
        self._pieces: list[tuple[float, bytes]] = []
        self._ended = threading.Event()
        self._terminal = -1
        self.began_at = 0.0
        self.process: subprocess.Popen[bytes]
        self.environment: dict[str, str]

    def __enter__(self) -> Self:
        environment = self.environment = {
            **{name: value for name, value in os.environ.items() if name not in _UNSET},
            **self._own_folders(),
            **self._launch.environment,
            VARIABLE: self._mark,
        }
        self.began_at = time.monotonic()
        if self._launch.screen:
            self._start_on_terminal(environment)
        elif self.printed:
            with self.printed.open("wb") as out:
                self._start(environment, out.fileno())
        else:
            reading, writing = os.pipe()
            self._start(environment, writing)
            os.close(writing)
            self._listen(self._hear_pipe, reading)
        self.family.add(self.process.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        deadline = time.monotonic() + 10
        while self.family.members() and time.monotonic() < deadline:
            self.family.end()
            time.sleep(0.01)
        self.process.wait(10)
        self._ended.set()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def asked(self) -> dict[str, list[str]]:
        """The commands that its running app can be asked."""
        return self._launch.asked

    # What it prints

    def text(self) -> bytes:
        """What was heard so far."""
        return b"".join(piece for _, piece in self._pieces)

    def wait_for(self, words: bytes, *, count: int = 1, within: float = 15) -> float | None:
        """When these words had been printed so many times; None if they were not in time."""
        deadline = time.monotonic() + within
        seen, tail, position = 0, b"", 0
        while True:
            with self._heard:
                left = deadline - time.monotonic()
                if not self._heard.wait_for(lambda at=position: len(self._pieces) > at, left):  # type: ignore[misc]
                    return None
                pieces = self._pieces[position:]
            position += len(pieces)
            for at, piece in pieces:
                tail += piece
                seen += tail.count(words)
                if seen >= count:
                    return at
                tail = tail[1 - len(words) :]  # too short to be counted again

    def wait_until(self, seen: Callable[[bytes], bool], *, within: float) -> float | None:
        """When this was true of what was heard since it was last forgotten; None if not in time."""
        deadline = time.monotonic() + within
        with self._heard:
            while not seen(self.text()):
                if not self._heard.wait(deadline - time.monotonic()):
                    return None
            return self._pieces[-1][0]

    def wait_until_quiet(self, *, seconds: float, within: float) -> None:
        """Wait until nothing has been printed for so long."""
        deadline = time.monotonic() + within
        last = time.monotonic()
        while time.monotonic() < min(deadline, last + seconds):
            time.sleep(0.1)
            last = max(last, self._pieces[-1][0] if self._pieces else last)

    def press(self, key: bytes) -> float:
        """Type into its terminal; when that was done."""
        os.write(self._terminal, key)
        return time.monotonic()

    def forget(self) -> None:
        """Forget what was heard so far."""
        with self._heard:
            self._pieces.clear()

    # How it ends

    def stop(self) -> None:
        """Ask it to end, as a person or a script would."""
        if self._launch.stop:
            subprocess.run(self._launch.stop, check=False, capture_output=True)
        else:
            self.process.send_signal(signal.SIGTERM)

    def stopped_after(self, *, within: float = 8) -> float | None:
        """Ask it to end; the seconds until nothing of it is left, None if something is."""
        watched = {os.pidfd_open(pid) for pid in self.family.members()}
        poll = select.poll()
        for watch in watched:
            poll.register(watch, select.POLLIN)
        began = time.monotonic()
        self.stop()
        while watched and time.monotonic() < began + within:
            for watch, _ in poll.poll(100):
                poll.unregister(watch)
                os.close(watch)
                watched.discard(watch)
        took = time.monotonic() - began
        for watch in watched:
            os.close(watch)
        return None if watched or self.family.members() else took

    # Details

    def _own_folders(self) -> dict[str, str]:
        folders = {"HOME": "h", "XDG_STATE_HOME": "s", "XDG_RUNTIME_DIR": "r"}
        for name in folders.values():
            (self.folder / name).mkdir(mode=0o700)
        return {variable: str(self.folder / name) for variable, name in folders.items()}

    def _start(self, environment: dict[str, str], out: int, argv: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            argv or self._launch.argv,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def _start_on_terminal(self, environment: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 120))
        # Whoever leads a session gets the first terminal that it opens as its own.
        shell = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(theirs)]
        self._start(environment, theirs, [*shell, *self._launch.argv])
        os.close(theirs)
        self._terminal = ours
        self._listen(self._hear_screen, ours)
        if self._launch.logs:
            self._listen(self._hear_files)

    def _listen(self, target: object, *arguments: int) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]

    def _hear(self, piece: bytes) -> None:
        with self._heard:
            self._pieces.append((time.monotonic(), piece))
            self._heard.notify_all()

    def _hear_pipe(self, reading: int) -> None:
        while piece := os.read(reading, _PIECE):
            self._hear(piece)
        os.close(reading)

    def _hear_files(self) -> None:
        assert self._launch.logs is not None
        read: dict[Path, int] = {}
        while not self._ended.wait(0.001):
            for path in sorted(self._launch.logs.iterdir()):
                with path.open("rb") as file:
                    file.seek(read.get(path, 0))
                    piece = file.read()
                if piece:
                    read[path] = read.get(path, 0) + len(piece)
                    self._hear(piece)

    def _hear_screen(self, ours: int) -> None:
        """Be a terminal that shows nothing, but answers what a screen asks it."""
        with suppress(OSError):
            while data := os.read(ours, _PIECE):
                if b"\x1b[6n" in data:
                    os.write(ours, b"\x1b[1;1R")
                if b"\x1b[c" in data:
                    os.write(ours, b"\x1b[?62c")
                if not self._launch.logs:
                    self._hear(data)
        os.close(ours)
