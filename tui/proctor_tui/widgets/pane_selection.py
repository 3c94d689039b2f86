"""What is selected in one pane, and its text.

Places are absolute (line number, character), so that a selection stays with its text whatever
comes and goes. The text of selected lines is remembered as they pass by: it can still be copied
when the journal has dropped them.
"""

import re
from typing import NamedTuple

#: Some terminals take no more than 100,000 bytes of base64: that is so much text.
COPY_LIMIT_BYTES = 74_994

_WORD = re.compile(r"[^\s\"'`()\[\]{}<>,;|=]+")


class Point(NamedTuple):
    """Between which characters of which line."""

    line: int
    character: int


class Copy(NamedTuple):
    """Text to be copied; `complete` is False where it was cut at the limit."""

    text: str
    complete: bool = True


class Selection:
    """From where to where; `start` is where it was begun, the end moves with the mouse."""

    def __init__(self, start: Point, end: Point | None = None) -> None:
        self.start = start
        self.end = end or start
        self._texts: dict[int, tuple[str, bool]] = {}
        self._size = 0

    @property
    def bounds(self) -> tuple[Point, Point]:
        """The earlier and the later point."""
        return (self.start, self.end) if self.start <= self.end else (self.end, self.start)

    @property
    def is_empty(self) -> bool:
        """Nothing is selected yet: the mouse has not moved."""
        return self.start == self.end

    @property
    def lines(self) -> int:
        """How many lines it touches."""
        first, last = self.bounds
        return last.line - first.line + 1

    def range_in(self, line: int, length: int) -> tuple[int, int] | None:
        """The selected characters of a line of this length, or None."""
        first, last = self.bounds
        if not first.line <= line <= last.line or self.is_empty:
            return None
        return (
            first.character if line == first.line else 0,
            last.character if line == last.line else length,
        )

    def remember(self, line: int, text: str, *, continued: bool = False) -> None:
        """The text of a line; `continued` if no newline stands before it."""
        if line not in self._texts and self._size <= COPY_LIMIT_BYTES:
            self._texts[line] = (text, continued)
            self._size += len(text)

    def knows(self, line: int) -> bool:
        """The text of this line is remembered."""
        return line in self._texts

    def copy(self) -> Copy:
        """The selected text: as the program printed it, without stamps, names and row breaks."""
        first, last = self.bounds
        pieces: list[str] = []
        for number in range(first.line, last.line + 1):
            if number not in self._texts:
                break
            text, continued = self._texts[number]
            start, end = self.range_in(number, len(text)) or (0, 0)
            pieces.append(("" if continued or not pieces else "\n") + text[start:end])
        whole = number == last.line and number in self._texts
        encoded = "".join(pieces).encode()
        if len(encoded) > COPY_LIMIT_BYTES:
            return Copy(encoded[:COPY_LIMIT_BYTES].decode(errors="ignore"), complete=False)
        return Copy(encoded.decode(), complete=whole)


def word_at(text: str, index: int) -> tuple[int, int]:
    """The word around a character; the character alone where it is no part of one."""
    for match in _WORD.finditer(text):
        if match.start() <= index < match.end():
            return match.span()
    return min(index, len(text)), min(index + 1, len(text))
