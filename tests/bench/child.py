"""The child of every measurement where no C compiler is: see child.c, which says what it can do."""

import os
import signal
import sys
import time
from pathlib import Path

_LINE = 100
_BATCH = 600


def main() -> int:
    """Do what the first word says; gives the exit code."""
    mode, name, *more = sys.argv[1:]
    if mode == "write":
        _put(Path(name).read_bytes())
        return _wait_for_ever() if more[0] == "hold" else 0
    if mode == "wait":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: (_put(f"BYE {name}\n".encode()), os._exit(0)))
        _say("READY", name)
    elif mode == "ticking":
        while True:
            _say("TICK", name)
            time.sleep(0.1)
    elif mode == "crash":
        _say("UP", name)
        time.sleep(1.5)
        _say("DOWN", name)
        return 1
    elif mode == "flood":
        _flood(name, int(more[0]), Path(more[1]))
    elif mode in ("parent", "daemon"):
        _leave_a_child(name, apart=mode == "daemon")
    return _wait_for_ever()


def _put(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def _say(word: str, name: str) -> None:
    _put(f"{word} {name} {time.monotonic_ns()}\n".encode())


def _wait_for_ever() -> int:
    while True:
        signal.pause()


def _leave_a_child(name: str, *, apart: bool) -> None:
    if os.fork() == 0:
        if apart:
            os.setsid()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execv(sys.executable, [sys.executable, sys.argv[0], "silent", f"{name}-child"])


def _flood(name: str, lines: int, gate: Path) -> None:
    Path(f"{gate}.{name}.ready").touch()
    while not gate.exists():
        time.sleep(0.001)
    for first in range(0, lines, _BATCH):
        numbers = range(first, min(first + _BATCH, lines))
        heads = (f"L {name} {number:09d} ".encode() for number in numbers)
        _put(b"".join(head.ljust(_LINE - 1, b"x") + b"\n" for head in heads))
    Path(f"{gate}.{name}.done").touch()


if __name__ == "__main__":
    sys.exit(main())
