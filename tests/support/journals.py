"""A journal of log rows in memory, as the store would answer for it."""

from collections import deque
from collections.abc import Sequence

from proctor.control.session import WindowRequest
from proctor.logs.window import Row, Stream, Window


class FakeJournal:
    """The kept rows of one process, one type, or everything, at absolute numbers."""

    def __init__(self) -> None:
        self.first = 0
        self._rows: deque[Row] = deque()

    @property
    def end(self) -> int:
        """One past the last row."""
        return self.first + len(self._rows)

    def append(
        self,
        process: str | None,
        run: int | None,
        lines: Sequence[bytes],
        *,
        at: float,
        stream: Stream = "out",
    ) -> None:
        """Add lines of a process, or (None) what proctor says about the app as a whole."""
        for data in lines:
            self._rows.append(Row(self.end, at, process, run, stream, data))

    def forget(self, count: int) -> None:
        """Drop the oldest rows."""
        for _ in range(min(count, len(self._rows))):
            self._rows.popleft()
            self.first += 1

    def window(self, request: WindowRequest) -> Window:
        """The rows asked for, as far as they are kept."""
        wanted = self.end - request.count if request.first is None else request.first
        start = min(max(wanted, self.first), self.end)
        offset = start - self.first
        rows = [self._rows[i] for i in range(offset, min(offset + request.count, len(self._rows)))]
        return Window(request.journal, start, start + len(rows), self.first, self.end, rows)
