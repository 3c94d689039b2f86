"""The log store: everything that processes print, and what proctor says, kept as bytes.

Writers open a `Track` for each stream of each run. Readers take windows of rows, or hold a
cursor. Nothing here blocks, and nothing works per line: the newest bytes stay in memory, all of
them go to files through a worker thread (`Spill`).
"""

from typing import TYPE_CHECKING, NamedTuple

from proctor.logs.cursor import MergedCursor
from proctor.logs.journal import Journal
from proctor.logs.lines import Block
from proctor.logs.rows import window_of
from proctor.logs.safe import safe
from proctor.logs.track import Track
from proctor.logs.window import EVERYTHING, Stream, Window
from proctor.model.words import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.logs.spill import Spill
    from proctor.model.names import ProcessName, RunId


class Holdings(NamedTuple):
    """Blocks of a journal, the oldest first, the number of each one's first row, and the files.

    The last blocks may be lines that have not ended yet, whose `place` is `UNWRITTEN`.
    """

    blocks: list[Block]
    rows: list[int]
    spill: "Spill | None"


UNWRITTEN = -1

HOLD_ABOVE_BYTES = 4 * 1024 * 1024
KEPT_EACH_PART = 256
"""A flood leaves every other process this part of the memory limit, so that no pane empties."""


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
        self._memory_limit = memory_limit
        self._kept_each = memory_limit // KEPT_EACH_PART
        self._hold_above = min(HOLD_ABOVE_BYTES, memory_limit // 4)
        self._spill = spill
        self._on_appended = on_appended
        self._on_pressure = on_pressure
        self._merged = Journal()
        self._processes: dict[str, Journal] = {}
        self._types: dict[str, Journal] = {}  # made when first asked for
        self._tracks: dict[Track, None] = {}  # those that have not ended, in order
        self._tracks_of: dict[str, list[Track]] = {}
        self._cursors: list[MergedCursor] = []
        self._wakes: dict[MergedCursor, Callable[[], None]] = {}
        self._appended = 0  # the cost of all blocks ever appended
        self._held = False
        if spill is not None:
            spill.on_pressure = self._check_pressure

    def open(self, run: "RunId", stream: Stream = "out", *, terminal: bool) -> Track:
        """A place for the bytes of one stream of a run: `track.append(data, at)`, `track.end(at)`.

        `terminal`: the bytes come from a terminal, whose newlines are undone before anything
        else sees them.
        """
        process = str(run.process)
        self._processes.setdefault(process, Journal())
        track = Track(process, run.number, stream, self._changed, terminal=terminal)
        self._tracks[track] = None
        self._tracks_of.setdefault(process, []).append(track)
        return track

    def say(
        self,
        text: str,
        *,
        at: float,
        process: "ProcessName | None" = None,
        run: int | None = None,
    ) -> None:
        """Add a line that proctor says, about a process or (None) about the app as a whole.

        Control characters are shown as signs, newlines too: no name that the text quotes can
        forge a line.
        """
        name = None if process is None else str(process)
        if name is not None:
            self._processes.setdefault(name, Journal())
        data = f"{safe(text)}\n".encode()
        block = Block(name, run, "proctor", at, data, 1)
        if isinstance(text, Sentence):
            block.platform = "".join(f"{safe(line)}\n" for line in text.platform).encode()
        self._settle(block)

    def window(self, journal: str, first: int, count: int) -> Window:
        """Rows of a journal from number `first` on, at most `count`.

        `journal` is a process (`web.1`), a process type (`web`) or `EVERYTHING`. A range that
        is not held is cut to what is; a journal that nobody wrote to is empty.
        """
        return window_of(journal, self._journal(journal), self._open_lines(journal), first, count)

    def tail(self, journal: str, count: int) -> Window:
        """The last `count` rows of a journal."""
        return self.window(journal, max(0, self.extent(journal)[1] - count), count)

    def extent(self, journal: str) -> tuple[int, int]:
        """First row and end of a journal, unfinished rows counted."""
        found = self._journal(journal)
        return found.first, found.end + len(self._open_lines(journal))

    def extents(self) -> dict[str, tuple[int, int]]:
        """First row and end of each process's journal that has rows."""
        found = {process: self.extent(process) for process in self._processes}
        return {process: (first, end) for process, (first, end) in found.items() if end}

    def holdings(self, journal: str) -> Holdings:
        """All that memory holds of a journal at this moment; costs next to nothing."""
        found = self._journal(journal)
        blocks, rows = found.held()
        for number, track in enumerate(self._open_lines(journal), found.end):
            line = Block(*track.key, track.pending_at, track.pending, 1, place=UNWRITTEN)
            blocks.append(line)
            rows.append(number)
        return Holdings(blocks, rows, self._spill)

    def cursor(
        self, *, holds: bool = False, on_data: "Callable[[], None] | None" = None
    ) -> MergedCursor:
        """A reader of everything, from the oldest row held; `on_data` is called on each append."""
        cursor = MergedCursor(
            self._merged,
            self._tracks,
            holds=holds,
            on_read=self._check_pressure,
            on_close=self._forget_cursor,
        )
        self._cursors.append(cursor)
        if on_data is not None:
            self._wakes[cursor] = on_data
        return cursor

    def close(self) -> None:
        """Write what is still to be written to the files; returns when it is done."""
        if self._spill is not None:
            self._spill.close()

    def _changed(self, track: Track, block: Block | None) -> None:
        if track.ended:
            del self._tracks[track]
            self._tracks_of[track.process].remove(track)
        if block is not None:
            self._settle(block)
        else:
            self._tell(track.process)

    def _settle(self, block: Block) -> None:
        self._merged.add(block)
        if block.process is not None:
            self._processes[block.process].add(block)
            if self._types:
                of_type = self._types.get(block.process.rpartition(".")[0])
                if of_type is not None:
                    of_type.add(block)
        if self._spill is not None:
            self._spill.write(block)
        self._appended += block.cost
        while self._merged.size > self._memory_limit:
            self._forget_oldest()
        self._check_pressure()
        self._tell(block.process)

    def _tell(self, process: str | None) -> None:
        for wake in self._wakes.values():
            wake()
        if self._on_appended is not None and process is not None:
            self._on_appended(process, *self.extent(process))

    def _forget_oldest(self) -> None:
        block = self._merged.forget_oldest()
        if block.process is None:
            return
        self._trim(self._processes[block.process], block)
        of_type = self._types.get(block.process.rpartition(".")[0])
        if of_type is not None:
            self._trim(of_type, block)

    def _trim(self, journal: Journal, forgotten: Block) -> None:
        """Let go what the merged journal has forgotten, but for the newest `kept_each` bytes."""
        forgotten.forgotten = True
        while (
            (oldest := journal.oldest()) is not None
            and oldest.forgotten
            and journal.size - oldest.cost >= self._kept_each
        ):
            journal.forget_oldest()

    def _journal(self, name: str) -> Journal:
        if name == EVERYTHING:
            return self._merged
        found = self._processes.get(name) or self._types.get(name)
        prefix = name + "."
        if found is None and any(process.startswith(prefix) for process in self._processes):
            found = self._types[name] = Journal()
            for block in self._merged.blocks():
                if block.process is not None and block.process.startswith(prefix):
                    found.add(block)
        return found or Journal()

    def _open_lines(self, journal: str) -> list[Track]:
        tracks = self._tracks_of.get(journal)
        if tracks is None:
            tracks = [
                track
                for track in self._tracks
                if journal == EVERYTHING or track.process.rpartition(".")[0] == journal
            ]
        return [track for track in tracks if track.pending_size]

    def _forget_cursor(self, cursor: MergedCursor) -> None:
        if cursor in self._cursors:
            self._cursors.remove(cursor)
        self._wakes.pop(cursor, None)
        self._check_pressure()

    def _check_pressure(self) -> bool:
        """Hold the processes, or let them go on; whether they are held now."""
        unread = max((self._appended - c.taken for c in self._cursors if c.holds), default=0)
        full = self._spill is not None and self._spill.behind
        if not self._held and (full or unread > self._hold_above):
            self._hold(True)
        elif self._held and not full and unread < self._hold_above // 4:
            self._hold(False)
        return self._held

    def _hold(self, held: bool) -> None:  # noqa: FBT001 - the state itself
        self._held = held
        if not held:
            for track in self._tracks:
                track.restart_wait()
            for wake in self._wakes.values():
                wake()
        if self._on_pressure is not None:
            self._on_pressure(held)
