"""From bytes to lines: blocks of whole lines, and the newlines of terminals.

All work here is done per chunk of bytes, never per line.
"""

import re

import msgspec

from proctor.logs.window import Stream

PIECE_BYTES = 64 * 1024
"""A line longer than this is kept, and handed on, in pieces of at least this size."""

BLOCK_OVERHEAD = 320
"""What a block costs in memory beside its bytes, about; counted against the memory limit."""


class Block(msgspec.Struct, eq=False):
    """Whole lines of one track, as they arrived together.

    `place` counts the bytes that were printed before it to files of the same name.
    `data` ends with a newline, unless it is a piece of a long line, or the last words of a run.
    `rows` counts its lines, an open last one included. `continued`: its first row goes on where
    the track's last block (or the part of it that a reader was given early) stopped. `serial`
    counts the blocks of its track. `forgotten`: the merged journal let it go. `platform`: the
    platform's lines for what proctor says here.
    """

    process: str | None
    run: int | None
    stream: Stream
    at: float
    data: bytes
    rows: int
    continued: bool = False
    serial: int = 0
    place: int = 0
    forgotten: bool = False
    platform: bytes = b""

    @property
    def track(self) -> tuple[str | None, int | None, Stream]:
        """What must not be mixed within one line: process, run and stream."""
        return (self.process, self.run, self.stream)

    @property
    def cost(self) -> int:
        """Bytes of memory this block is counted as."""
        return len(self.data) + BLOCK_OVERHEAD

    def lines(self) -> list[bytes]:
        """Its rows, without their newlines."""
        found = self.data.split(b"\n")
        if not found[-1]:
            found.pop()
        return found


class TerminalNewlines:
    r"""Undoes what a terminal does to newlines: it writes `\r\n` for each `\n`.

    An app that itself writes `\r\n` to its terminal makes `\r\r\n`, and so gets its bytes back.
    A `\r` at the end of a chunk may be half of a pair: it waits for the next chunk.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting = False

    def feed(self, data: bytes) -> bytes:
        """The app's own bytes for the next chunk from the terminal."""
        if self._waiting:
            data = b"\r" + data
        self._waiting = data.endswith(b"\r")
        if self._waiting:
            data = data[:-1]
        return data.replace(b"\r\n", b"\n")

    def finish(self) -> bytes:
        """What was still waiting when the terminal closed."""
        left = b"\r" if self._waiting else b""
        self._waiting = False
        return left


_LAST_CHARACTER = re.compile(rb"[\xc0-\xf7][\x80-\xbf]{0,2}\Z")
_CHARACTER_BYTES = 4


def piece_end(data: bytes) -> int:
    """Where to cut a long line so that no UTF-8 character is split, if it is UTF-8."""
    begun = _LAST_CHARACTER.search(data, max(0, len(data) - _CHARACTER_BYTES + 1))
    if begun is None:
        return len(data)
    first = begun[0][0]
    size = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2  # noqa: PLR2004 - UTF-8's own
    return begun.start() if len(begun[0]) < size else len(data)
