"""The log store: everything that processes print, and what proctor says, kept as bytes.

Writers open a `Track` for each stream of each run. Readers take windows of rows, or hold a
cursor. Nothing here blocks, and nothing works per line: the newest bytes stay in memory, all of
them go to files through a worker thread (`Spill`).
"""

from typing import TYPE_CHECKING

from proctor.logs.cursor import MergedCursor
from proctor.logs.track import Track
from proctor.logs.window import Stream, Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.logs.spill import Spill
    from proctor.model.names import ProcessName, RunId


class LogStore:
    """Keeps logs, numbers their rows, and tells who wants to know.

    Args:
        memory_limit: bytes kept in memory for the whole app.
        spill: takes all bytes to files; None keeps them in memory only.
        on_appended: called after each change of a process's journal with its name, first row
            and end (unfinished rows counted); must be cheap.
        on_pressure: called with True when readers of output should pause, because a cursor that
            holds, or the disk, is too far behind, and with False when they may go on.
    """

    def __init__(
        self,
        *,
        memory_limit: int = 64 * 1024 * 1024,
        spill: "Spill | None" = None,
        on_appended: "Callable[[str, int, int], None] | None" = None,
        on_pressure: "Callable[[bool], None] | None" = None,
    ) -> None:
        raise NotImplementedError

    def open(self, run: "RunId", stream: Stream = "out", *, terminal: bool) -> Track:
        """A place for the bytes of one stream of a run: `track.append(data, at)`, `track.end(at)`.

        `terminal`: the bytes come from a terminal, whose newlines are undone before anything
        else sees them.
        """
        raise NotImplementedError

    def say(
        self,
        text: str,
        *,
        at: float,
        process: "ProcessName | None" = None,
        run: int | None = None,
    ) -> None:
        """Add what proctor says, about a process or (None) about the app as a whole."""
        raise NotImplementedError

    def window(self, journal: str, first: int, count: int) -> Window:
        """Rows of a journal from number `first` on, at most `count`.

        `journal` is a process (`web.1`), a process type (`web`) or `EVERYTHING`. A range that
        is not held is cut to what is; a journal that nobody wrote to is empty.
        """
        raise NotImplementedError

    def tail(self, journal: str, count: int) -> Window:
        """The last `count` rows of a journal."""
        raise NotImplementedError

    def extent(self, journal: str) -> tuple[int, int]:
        """First row and end of a journal, unfinished rows counted."""
        raise NotImplementedError

    def cursor(
        self, *, holds: bool = False, on_data: "Callable[[], None] | None" = None
    ) -> MergedCursor:
        """A reader of everything, from the oldest row held; `on_data` is called on each append."""
        raise NotImplementedError

    def close(self) -> None:
        """Write what is still to be written to the files; returns when it is done."""
        raise NotImplementedError
