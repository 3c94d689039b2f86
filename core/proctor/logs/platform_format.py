"""Logs as the platform prints them, for the tools that read its logs."""

import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from proctor.logs.lines import Block, piece_end
from proctor.logs.safe import safe_lines
from proctor.model.words import changed, is_start

MOST_BYTES = 10_000
"""A longer message is printed in pieces, each a line of its own."""

_CHANGED = re.compile(changed(r"(\w+)", r"(\w+)"))
_FIRST_COLOURED = ("run", "router", "web", "postgres", "heroku-postgres")
_COLOURS = ("33", "32", "36", "35", "34", "1;32", "1;36", "1;35", "1;33", "1;34")
_API = "api"
_OURSELVES = "proctor"


class PlatformFormat:
    """`2026-01-01T12:00:00.123456+00:00 app[web.1]: GET / 200`, each line whole.

    What proctor says comes in the words of the platform, under `heroku[web.1]`.

    What the platform has no sentence for is printed under `app[proctor]`, so that whoever reads
    the platform's logs can read every line. Bytes are exact, unless they are for a `terminal`:
    then they are made safe.

    Args:
        colour: colour the part before the message by the process type.
        terminal: the output goes to a terminal.
    """

    def __init__(self, *, colour: bool = False, terminal: bool = False) -> None:
        self._terminal = terminal
        self._colour = colour
        self._colours: dict[str, str] = {}
        for name in _FIRST_COLOURED:
            self._colour_of(name)
        self._states: dict[str, str] = {}  # the last that was printed of each process
        self._printed_at: float | None = None

    def feed(self, blocks: Iterable[Block], *, behind: bool = False) -> list[bytes]:  # noqa: ARG002 - of the protocol
        """The bytes for the next blocks."""
        printed: list[bytes] = []
        for block in blocks:
            self._printed_at = block.at
            if block.stream == "proctor":
                printed.append(self._said(block))
            else:
                printed.append(self._put_out(block))
        return printed

    def due_in(self) -> float | None:
        """None: no line waits for another."""
        return None

    def skipped(self, rows: int) -> bytes:
        """What to print where rows were lost to this reader."""
        self._states.clear()  # changes of them are among the lost
        now = time.time()
        since = datetime.fromtimestamp(self._printed_at or now, UTC).isoformat(timespec="seconds")
        words = f"This tail session dropped {rows} messages since {since}."
        header = self._header(now, "heroku", "logplex")
        return header + f"L11 (Tail buffer overflow) -> {words}\n".encode()

    def finish(self) -> bytes:
        """Nothing: each line is whole."""
        return b""

    def _put_out(self, block: Block) -> bytes:
        """What a process printed."""
        data = block.data
        if block.continued and data.startswith(b"\n"):
            data = data[1:]  # it ends a piece that was printed as a line
        if not data:
            return b""
        if _has_long_line(data):
            data = b"\n".join(piece for line in data.split(b"\n") for piece in _pieces(line))
        if self._terminal:
            data = safe_lines(data)
        if not data.endswith(b"\n"):
            data += b"\n"
        header = self._header(block.at, "app", block.process or _OURSELVES)
        return header + data.replace(b"\n", b"\n" + header, data.count(b"\n") - 1)

    def _said(self, block: Block) -> bytes:
        """What proctor says: the platform's lines for it if it has any, else our own."""
        if not block.platform:
            about = f"{block.process}: ".encode() if block.process else b""
            return self._header(block.at, "app", _OURSELVES) + about + block.data
        if block.process is None:
            return self._header(block.at, "app", _API) + block.platform
        header = self._header(block.at, "heroku", block.process)
        lines = block.platform.decode().splitlines()
        return b"".join(
            header + f"{line}\n".encode()
            for said in lines
            for line in self._in_sequence(block.process, said)
        )

    def _in_sequence(self, process: str, line: str) -> Iterator[str]:
        """The line such that no process leaves a state that it was not said to be in.

        What is wanted may change while a process stops, so that it comes to something else than
        was said when it began to.
        """
        known = self._states.get(process)
        change = _CHANGED.fullmatch(line)
        if change is not None:
            before, after = known or change[1], change[2]
            self._states[process] = after
            if before != after:
                yield changed(before, after)
            return
        if is_start(line):
            self._states[process] = "starting"
            if known not in (None, "starting"):
                yield changed(known, "starting")
        yield line

    def _header(self, at: float, source: str, name: str) -> bytes:
        stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
        text = f"{stamp} {source}[{name}]:"
        if self._colour:
            text = f"\x1b[0;{self._colour_of(name)}m{text}\x1b[0m"
        return f"{text} ".encode()

    def _colour_of(self, name: str) -> str:
        kind = name.partition(".")[0]
        if kind not in self._colours:
            self._colours[kind] = _COLOURS[len(self._colours) % len(_COLOURS)]
        return self._colours[kind]


def _has_long_line(data: bytes) -> bool:
    """Looks at few places: each step goes to the last newline that may be the next one at all."""
    start = 0
    while len(data) - start > MOST_BYTES:
        newline = data.rfind(b"\n", start, start + MOST_BYTES + 1)
        if newline < 0:
            return True
        start = newline + 1
    return False


def _pieces(line: bytes) -> Iterator[bytes]:
    """A line in pieces that split no character of UTF-8."""
    while len(line) > MOST_BYTES:
        end = piece_end(line[:MOST_BYTES])
        yield line[:end]
        line = line[end:]
    yield line
