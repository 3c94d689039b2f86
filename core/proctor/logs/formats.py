"""How logs are printed: for people, and for programs."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from proctor.logs.lines import Block
from proctor.logs.safe import safe_json, safe_lines
from proctor.logs.unbroken import UnbrokenLines

COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
_MARKS = {"out": "|", "err": "!", "proctor": "*"}
_APP_WIDE = "proctor"
_ERASE_LINE = b"\r\x1b[K"


class Format(Protocol):
    """Turns blocks into bytes to print."""

    def feed(self, blocks: Iterable[Block], *, behind: bool = False) -> list[bytes]:
        """The bytes for the next blocks; more of them are waiting if the reader is `behind`."""

    def due_in(self) -> float | None:
        """Seconds after which to feed again, without blocks if need be; None: when some come."""

    def skipped(self, rows: int) -> bytes:
        """What to print where rows were lost to this reader."""

    def finish(self) -> bytes:
        """What ends the output."""


class HumanFormat:
    """`12:01:07 web.1  | line`, with `!` for standard error and `*` for proctor's own words.

    Bytes are exact, unless they are for a `terminal`: then they are made safe. A line that
    comes in parts is one line of output as long as nothing else comes between. Where bytes are
    exact, what other processes print meanwhile waits, for a moment and not without end.

    Args:
        names: processes to come, so that all names are padded alike from the start.
        colour: mark each process type by a colour.
        terminal: the output goes to a terminal.
        clock: seconds that never go back, for what waits.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        colour: bool = False,
        terminal: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._colour = colour
        self._terminal = terminal
        self._width = max((len(name) for name in names), default=0)
        self._colours: dict[str, str] = {}
        for name in names:
            self._colour_of(name)
        self._second = -1
        self._stamp = ""
        self._prefixes: dict[tuple[str | None, str], bytes] = {}  # of this second
        self._open: Block | None = None  # its line was printed without a newline so far
        self._returned = False  # … and it ended with a carriage return
        self._unbroken = UnbrokenLines(clock)  # takes part only while a line is open

    def feed(self, blocks: Iterable[Block], *, behind: bool = False) -> list[bytes]:
        """The bytes for the next blocks; more of them are waiting if the reader is `behind`."""
        printed: list[bytes] = []
        alike: list[bytes] = []  # whole lines under one prefix: one replace for all of them
        rows = 0
        prefix = b""
        for block in blocks:
            data = block.data
            if self._open is not None or block.continued or not data.endswith(b"\n"):
                if alike:
                    printed += _prefixed(prefix, alike, rows)
                    alike, rows = [], 0
                self._parts((block,) if self._terminal else self._unbroken.take(block), printed)
                continue
            following = self._prefix(block)
            if following is not prefix and alike:
                printed += _prefixed(prefix, alike, rows)
                alike, rows = [], 0
            prefix = following
            rows += block.rows
            alike.append(safe_lines(data) if self._shows(block) else data)
        if alike:
            printed += _prefixed(prefix, alike, rows)
        if self._unbroken.waiting:
            self._parts(self._unbroken.overdue(behind=behind), printed)
        return printed

    def due_in(self) -> float | None:
        """Seconds after which to feed again, without blocks if need be; None: when some come."""
        return self._unbroken.due_in()

    def skipped(self, rows: int) -> bytes:
        """What to print where rows were lost to this reader."""
        ended = self.finish()
        return ended + f"… {rows:,} lines skipped (kept: proctor logs --path)\n".encode()

    def finish(self) -> bytes:
        """What still waits, and the end of the line that is still open."""
        printed: list[bytes] = []
        self._parts(self._unbroken.release(), printed)
        return b"".join(printed) + self._end_line()

    def _end_line(self) -> bytes:
        ended = b"" if self._open is None else b"\n"
        self._open = None
        return ended

    def _shows(self, block: Block) -> bool:
        return self._terminal and block.stream != "proctor"

    def _parts(self, blocks: Iterable[Block], printed: list[bytes]) -> None:
        for block in blocks:
            self._part(block, printed)

    def _part(self, block: Block, printed: list[bytes]) -> None:
        """Print a block that begins or ends within a line."""
        data = block.data
        if self._open is not None and block.continued and block.track == self._open.track:
            data = self._go_on(block, printed)
        else:
            printed.append(self._end_line())
            if block.continued and data.startswith(b"\n"):
                data = data[1:]  # something else came between, and the line was ended then
        if not data:
            return
        self._open = None if data.endswith(b"\n") else block
        self._returned = data.endswith(b"\r")
        rows = data.count(b"\n") + (self._open is not None)
        shown = safe_lines(data) if self._shows(block) else data
        printed += _prefixed(self._prefix(block), [shown], rows)

    def _go_on(self, block: Block, printed: list[bytes]) -> bytes:
        """Go on with the open line; what is left of the block after that line."""
        line, newline, rest = block.data.partition(b"\n")
        if self._shows(block):
            if line and (self._returned or b"\r" in line.rstrip(b"\r")):
                printed += [_ERASE_LINE, self._prefix(block)]  # a progress bar: its next state
            self._returned = line.endswith(b"\r") if line else self._returned
            line = safe_lines(line)
        printed += [line, newline]
        if newline:
            self._open = None
        return rest

    def _prefix(self, block: Block) -> bytes:
        second = int(block.at)
        if second != self._second:
            self._second = second
            self._stamp = time.strftime("%H:%M:%S", time.localtime(second))
            self._prefixes.clear()
        key = (block.process, block.stream)
        found = self._prefixes.get(key)
        if found is None:
            found = self._prefixes[key] = self._new_prefix(block)
        return found

    def _new_prefix(self, block: Block) -> bytes:
        name = block.process or _APP_WIDE
        if len(name) > self._width:
            self._width = len(name)
            self._prefixes.clear()
        text = f"{self._stamp} {name:<{self._width}} {_MARKS[block.stream]} "
        if not self._colour:
            return text.encode()
        dim = "2;" if block.stream == "proctor" else ""
        return f"\x1b[0;{dim}{self._colour_of(name)}m{text}\x1b[0m".encode()

    def _colour_of(self, name: str) -> str:
        kind = name.rpartition(".")[0]
        if kind not in self._colours:
            self._colours[kind] = COLOURS[len(self._colours) % len(COLOURS)]
        return self._colours[kind]


class _JsonLine(msgspec.Struct, omit_defaults=True):
    at: str
    source: str
    process: str | None
    run: int | None
    stream: str | None
    message: str
    continued: bool = False


class JsonFormat:
    """An object a line: `at` (RFC 3339, UTC, ms), `source`, `process`, `run`, `stream`, `message`.

    Lines come whole; of a very long one, each piece but the first has `"continued": true`.
    """

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()

    def feed(self, blocks: Iterable[Block], *, behind: bool = False) -> list[bytes]:  # noqa: ARG002 - of the protocol
        """The bytes for the next blocks."""
        return [safe_json(self._encoder.encode_lines(self._lines(block))) for block in blocks]

    def due_in(self) -> float | None:
        """None: no line waits for another."""
        return None

    def skipped(self, rows: int) -> bytes:
        """What to print where rows were lost to this reader."""
        message = f"{rows:,} lines skipped (kept: proctor logs --path)"
        line = _JsonLine(rfc3339(time.time()), "proctor", None, None, None, message)
        return self._encoder.encode(line) + b"\n"

    def finish(self) -> bytes:
        """Nothing: each line is whole."""
        return b""

    def _lines(self, block: Block) -> list[_JsonLine]:
        at = rfc3339(block.at)
        source, stream = ("proctor", None) if block.stream == "proctor" else ("app", block.stream)
        continued = block.continued
        lines = []
        for data in block.lines():
            message = data.decode("utf-8", "replace")
            lines.append(
                _JsonLine(at, source, block.process, block.run, stream, message, continued)
            )
            continued = False
        return lines


def rfc3339(at: float) -> str:
    """Wall time as text, with milliseconds, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _prefixed(prefix: bytes, blocks: list[bytes], rows: int) -> tuple[bytes, bytes]:
    whole = blocks[0] if len(blocks) == 1 else b"".join(blocks)
    return prefix, whole.replace(b"\n", b"\n" + prefix, rows - 1)
