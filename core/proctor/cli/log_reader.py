"""Reads the lines that a running app holds in memory: how far back, and what comes."""

from typing import TYPE_CHECKING, NamedTuple

from proctor.control.session import Answering, WindowRequest
from proctor.logs.selection import Selection
from proctor.logs.window import Row, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ROWS_AT_ONCE = 1000


class Unread(NamedTuple):
    """Rows to print, how many are lost before them, and whether there are more to read now.

    `first` is the row that follows on those that are lost, whether or not it is to be printed.
    """

    skipped: int
    rows: list[Row]
    more: bool
    first: Row | None


class Beginning(NamedTuple):
    """The number of the first row to print, and how many more are wanted than memory holds.

    `missing` is None where all are wanted. `oldest` is the oldest row that memory holds.
    """

    first: int
    missing: int | None
    oldest: Row | None


class Reader:
    """Reads a journal from a row on, in pieces that one answer of the supervisor holds."""

    def __init__(self, session: Answering, journal: str, selection: Selection) -> None:
        self._session = session
        self._selection = selection
        self._next = 0
        self._end_at_first = 0
        self.journal = journal

    async def begin(self, count: int | None) -> Beginning:
        """Go to the last `count` rows of those selected (None: all)."""
        latest = await self._window(0, 0)
        self._end_at_first = latest.total_end
        counts_all = self._selection.of_all and not self._is_shared
        if counts_all and count is not None:
            first = max(latest.total_first, latest.total_end - count)
            missing: int | None = count - (latest.total_end - first)
        else:
            first, missing = await self._look_back(latest, count)
        oldest = None
        if missing != 0:
            held = await self._window(latest.total_first, 1)
            oldest = next((row for row in held.rows if not row.unfinished), None)
            if oldest is not None and oldest.number > first:  # forgotten by now: from the files
                if counts_all and missing is not None:
                    missing += oldest.number - first
                first = oldest.number
        self._next = first
        return Beginning(first, missing, oldest)

    async def until_first(self) -> "AsyncIterator[Unread]":
        """What there was to read when this began: a flood prints faster than anybody reads.

        What memory forgets meanwhile may come with a few lines that are younger.
        """
        async for each in self.unread(and_unfinished=True):
            end = self._end_at_first
            rows = [row for row in each.rows if row.number < end]
            ended = self._next >= end
            yield each._replace(rows=rows, more=each.more and not ended)
            if ended:
                return

    async def unread(self, *, and_unfinished: bool = False) -> "AsyncIterator[Unread]":
        """What there is to read, until all of it was read."""
        while True:
            window = await self._window(self._next, _ROWS_AT_ONCE)
            skipped = max(0, window.total_first - self._next)
            rows = window.rows if and_unfinished else [
                row for row in window.rows if not row.unfinished
            ]  # fmt: skip
            if rows:
                self._next = rows[-1].number + 1
            if skipped or rows:
                more = len(rows) == len(window.rows) and self._next < window.total_end
                yield Unread(skipped, self._selected(rows), more, rows[0] if rows else None)
            if not rows or self._next >= window.total_end:
                return

    @property
    def _is_shared(self) -> bool:
        """Whether the journal also holds what other processes print."""
        targets = self._selection.targets
        return bool(targets) and targets != (self.journal,)

    async def _look_back(self, latest: Window, count: int | None) -> tuple[int, int | None]:
        """The number of the first row that is wanted, and how many more are."""
        left, since = count, self._selection.since
        end = latest.total_end
        while end > latest.total_first and (left is None or left > 0):
            begin = max(latest.total_first, end - _ROWS_AT_ONCE)
            rows = await self._rows(begin, end)
            if not rows:  # a flood has made memory forget them by now
                return end, left
            for row in reversed(self._selected(rows)):
                if left is not None:
                    left -= 1
                    if left == 0:
                        return row.number, 0
            end = begin
            if since is not None and all(row.at < since for row in rows):
                return begin, 0
        return end, left

    async def _rows(self, begin: int, end: int) -> list[Row]:
        """Those of these rows that are held yet; an answer that is cut short is asked for again."""
        rows: list[Row] = []
        while begin < end:
            window = await self._window(begin, end - begin)
            if not window.rows:
                break
            rows += [row for row in window.rows if row.number < end]
            begin = window.end
        return rows

    def _selected(self, rows: list[Row]) -> list[Row]:
        if self._selection.of_all and not self._is_shared:
            return rows
        admits = self._selection.admits
        return [row for row in rows if admits(row.process, row.stream, row.at)]

    async def _window(self, first: int, count: int) -> Window:
        request = WindowRequest(journal=self.journal, count=count, first=first)
        (window,) = await self._session.windows([request])
        return window
