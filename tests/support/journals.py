"""A journal of log lines in memory, as the store would answer for it."""

from collections import deque
from collections.abc import Sequence

from proctor.control.session import WindowRequest
from proctor.logs.window import Line, Window


class FakeJournal:
    """The kept lines of one process, one type, or everything, at absolute numbers."""

    def __init__(self) -> None:
        self.first = 0
        self._lines: deque[Line] = deque()

    @property
    def end(self) -> int:
        """One past the last line."""
        return self.first + len(self._lines)

    def append(self, source: str, lines: Sequence[bytes], at: float) -> None:
        """Add lines of a source ("web.1", or "proctor" for the platform's own words)."""
        self._lines.extend(Line(at=at, source=source, text=text) for text in lines)

    def forget(self, count: int) -> None:
        """Drop the oldest lines."""
        for _ in range(min(count, len(self._lines))):
            self._lines.popleft()
            self.first += 1

    def window(self, request: WindowRequest) -> Window:
        """The lines asked for, as far as they are kept."""
        wanted = self.end - request.count if request.first is None else request.first
        start = min(max(wanted, self.first), self.end)
        offset = start - self.first
        lines = tuple(list(self._lines)[offset : offset + request.count])
        return Window(
            journal=request.journal, first=self.first, start=start, end=self.end, lines=lines
        )
