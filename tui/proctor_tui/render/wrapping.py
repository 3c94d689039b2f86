"""Where a line is broken into rows: at blanks where that is near, else where the row is full."""

from collections.abc import Iterator
from itertools import accumulate

from rich.cells import cell_len, split_graphemes

#: A row broken at a blank is at least this part of the width full, else the word is broken.
_LEAST_FILLED = 1 / 3


def wrap(text: str, first_width: int, width: int) -> Iterator[tuple[int, int]]:
    """The rows of a line as ranges of characters, `first_width` cells for the first row.

    The blank at which a row is broken belongs to no row. An empty line has one empty row. A
    character wider than a row gets a row of its own.
    """
    if cell_len(text) <= first_width:
        yield 0, len(text)
        return
    ruler = _Ruler(text)
    start, room = 0, max(1, first_width)
    while start < len(text):
        end = ruler.fit(start, room)
        if end < len(text):
            blank = text.rfind(" ", start + 1, end + 1)
            if blank - start >= room * _LEAST_FILLED:
                end = blank
        yield start, end
        start = end + 1 if text[end : end + 1] == " " else end
        room = max(1, width)


class _Ruler:
    """How far a number of cells reaches in a text."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._cuts: list[int] = []
        self._columns: list[int] = []
        if not text.isascii():
            spans, _ = split_graphemes(text)
            self._cuts = [start for start, _, _ in spans] + [len(text)]
            self._columns = list(accumulate((width for _, _, width in spans), initial=0))
        self._at = 0  # rows are asked for from left to right

    def fit(self, start: int, cells: int) -> int:
        """The end of the longest piece from `start` that is no wider; at least one character."""
        if not self._cuts:
            return min(self._length, start + cells)
        at = self._at
        while self._cuts[at] < start:
            at += 1
        limit = self._columns[at] + cells
        begin = at
        last = len(self._cuts) - 1
        while at < last and self._columns[at + 1] <= limit:
            at += 1
        self._at = begin
        return self._cuts[max(at, min(begin + 1, last))]
