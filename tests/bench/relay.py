"""How fast output gets from processes to the plain printer: pipes and terminals, one loop.

Run as `python tests/bench/relay.py [--lines N] [--writers N] [--spill]`. Each row is one run of
writer processes, a reader for each, the store and the printer, with the output's exactness
checked against what was written.
"""

import argparse
import asyncio
import hashlib
import os
import pty
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from proctor.cli.printer import Printer
from proctor.logs.spill import Spill
from proctor.logs.store import LogStore
from proctor.logs.track import Track
from proctor.model.names import RunId
from proctor.runtime.output import OutputReader, Valve

_CHUNK_LINES = 1000
_WRITER = """
import os, sys
writer, count = sys.argv[1], int(sys.argv[2])
chunk = b"".join(
    b"%s %09d %s\\n" % (writer.encode(), number, b"x" * (88 - len(writer)))
    for number in range(1000)
)
for start in range(0, count, 1000):
    view = memoryview(chunk)[: (count - start) * 100]
    while view:
        view = view[os.write(1, view):]
"""
_PREFIX = re.compile(rb"^[0-9:]{8} (\S+) +\| ", re.MULTILINE)


def line(writer: str, number: int) -> bytes:
    """The line that a writer writes: 100 bytes with its newline."""
    return b"%s %09d %s\n" % (writer.encode(), number, b"x" * (88 - len(writer)))


async def relay(target: Path, *, writers: int, lines: int, terminal: bool, spill: bool) -> float:
    """Relay the lines of all writers to a file; seconds that it took."""
    loop = asyncio.get_running_loop()
    valve = Valve()
    with tempfile.TemporaryDirectory() as folder:
        store = LogStore(
            on_pressure=valve.hold,
            spill=Spill(Path(folder), post=loop.call_soon_threadsafe) if spill else None,
            on_appended=lambda _process, _first, _end: None,
        )
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        printer = Printer(store, descriptor, names=tuple(f"web.{n + 1}" for n in range(writers)))
        printer.attach(loop)
        left = asyncio.Semaphore(0)
        children = []
        began = time.perf_counter()
        for number in range(1, writers + 1):
            reading, writing = pty.openpty() if terminal else os.pipe()
            track = store.open(RunId.parse(f"web.{number}#1"), terminal=terminal)
            command = [
                sys.executable,
                "-I",
                "-S",
                "-c",
                _WRITER,
                f"w{number}",
                str(lines // writers),
            ]
            children.append(subprocess.Popen(command, stdout=writing))  # noqa: ASYNC220 - a bench
            os.close(writing)
            _read(loop, reading, track, left, valve)
        for _ in range(writers):
            await left.acquire()
        await printer.finish()
        took = time.perf_counter() - began
        for child in children:
            child.wait()
        store.close()
        os.close(descriptor)
    return took


def _read(
    loop: asyncio.AbstractEventLoop,
    descriptor: int,
    track: Track,
    left: asyncio.Semaphore,
    valve: Valve,
) -> None:
    def end() -> None:
        track.end(time.time())
        os.close(descriptor)
        left.release()

    OutputReader(loop, descriptor, lambda data: track.append(data, time.time()), end, valve=valve)


def is_exact(target: Path, *, writers: int, lines: int) -> bool:
    """Whether the output without prefixes is, for each writer, what it wrote."""
    sums = {b"web.%d" % (n + 1): hashlib.sha256() for n in range(writers)}
    with target.open("rb") as printed:
        for text in printed:
            found = _PREFIX.match(text)
            if found is None:
                return False
            sums[found[1]].update(text[found.end() :])
    for name, total in sums.items():
        wanted = hashlib.sha256()
        for number in range(lines // writers):
            wanted.update(line(f"w{name[4:].decode()}", number % _CHUNK_LINES))
        if wanted.digest() != total.digest():
            return False
    return True


def main() -> None:
    """Print a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=1_000_000)
    options.add_argument("--spill", action="store_true")
    options.add_argument("--writers", type=int, nargs="*", default=[1, 10])
    asked = options.parse_args()
    print(f"{'from':8} {'writers':>7} {'to':10} {'lines/s':>10}  exact")  # noqa: T201 - its output
    with tempfile.TemporaryDirectory() as folder:
        for terminal in (False, True):
            for writers in asked.writers:
                for target in (Path(os.devnull), Path(folder, "printed")):
                    took = asyncio.run(
                        relay(
                            target,
                            writers=writers,
                            lines=asked.lines,
                            terminal=terminal,
                            spill=asked.spill,
                        )
                    )
                    exact = "-"
                    if target.name == "printed":
                        exact = (
                            "yes" if is_exact(target, writers=writers, lines=asked.lines) else "NO"
                        )
                    kind = "ptys" if terminal else "pipes"
                    to = "a file" if exact != "-" else "/dev/null"
                    print(f"{kind:8} {writers:7} {to:10} {asked.lines / took:10,.0f}  {exact}")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
