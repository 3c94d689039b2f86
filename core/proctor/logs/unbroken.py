"""Keeps a line that comes in parts in one piece: what others print meanwhile is set aside.

It waits for a moment only. A short line that is not ended soon (a prompt, a progress bar) is
given up, and so is a long one that does not grow: what was set aside comes next, and the line
goes on later after all. A line is given up once; nobody waits for the rest of it again.
"""

import time
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from proctor.logs.lines import PIECE_BYTES, Block

WAIT_SECONDS = 0.2
"""So long others wait for an open line of less than `PIECE_BYTES`, whether or not it grows."""

LONG_LINE_WAIT_SECONDS = 0.5
"""A longer one is waited for until it has not grown for so long."""

LONGEST_WAIT_SECONDS = 2.0
"""No block waits longer than this for others' lines, steadily as they may grow."""

MOST_ASIDE_BYTES = 1024 * 1024
MOST_GROWTH_BYTES = 16 * 1024 * 1024
"""A line that grows by more than this while others wait is given up, however slow the reader."""


class UnbrokenLines:
    """Puts blocks in an order in which few lines are broken, those of each process as they came.

    What proctor says about a process in the middle of its line comes after that line.

    `clock` tells seconds, and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: Block | None = None  # begins the line that others wait for
        self._aside: list[Block] = []
        self._aside_bytes = 0
        self._began = 0.0  # when the first of them was set aside
        self._waits_from = 0.0  # … or when the open line, if it is long, has grown since then
        self._size = 0  # of the open line
        self._growth = 0  # … since the first was set aside

    @property
    def waiting(self) -> bool:
        """Something is set aside."""
        return bool(self._aside)

    def due_in(self) -> float | None:
        """Seconds until `overdue` gives something up; None if nothing waits."""
        if not self._aside:
            return None
        wait = WAIT_SECONDS if self._size < PIECE_BYTES else LONG_LINE_WAIT_SECONDS
        due = min(self._waits_from + wait, self._began + LONGEST_WAIT_SECONDS)
        return max(0.0, due - self._clock())

    def take(self, block: Block) -> list[Block]:
        """What comes next, now that this block has come: it, nothing, or what waited too."""
        ready: list[Block] = []
        self._sort(block, ready)
        while self._aside_bytes > MOST_ASIDE_BYTES or self._growth > MOST_GROWTH_BYTES:
            self._give_up(ready)
        return ready

    def overdue(self, *, behind: bool) -> list[Block]:
        """What has waited long enough.

        With `behind` nothing has, and the wait begins anew: what ends the line may have been
        printed long ago, and just not been read.
        """
        ready: list[Block] = []
        if behind:
            self._began = self._waits_from = self._clock()
        while self.due_in() == 0.0:
            self._give_up(ready)
        return ready

    def release(self) -> list[Block]:
        """Everything that waits; no line is open any more."""
        ready: list[Block] = []
        while self._aside:
            self._give_up(ready)
        self._open = None
        return ready

    def _sort(self, block: Block, ready: list[Block]) -> None:
        """Let a block pass, or set it aside."""
        while (begun := self._open) is not None:
            if block.continued and block.track == begun.track:
                break
            if block.process != begun.process or block.stream == "proctor":
                self._set_aside(block)
                return
            self._give_up(ready)  # what a process prints stays in its order
        if self._open is not None and b"\n" in block.data:
            self._open = None
            if self._aside:
                line, *rest = _cut(block)
                ready.append(line)
                self._sort_aside(ready)
                for each in rest:
                    self._sort(each, ready)
                return
        self._pass(block, ready)

    def _pass(self, block: Block, ready: list[Block]) -> None:
        ready.append(block)
        if self._open is not None:
            self._grow(len(block.data))
        elif not block.data.endswith(b"\n") and (not block.continued or b"\n" in block.data):
            self._open = block  # … but not if it is the rest of a line that is broken already
            self._size = len(block.data) - block.data.rfind(b"\n") - 1

    def _set_aside(self, block: Block) -> None:
        if not self._aside:
            self._began = self._waits_from = self._clock()
            self._growth = 0
        self._aside.append(block)
        self._aside_bytes += block.cost

    def _grow(self, size: int) -> None:
        self._size += size
        if self._aside:
            self._growth += size
            if self._size >= PIECE_BYTES:
                self._waits_from = self._clock()

    def _give_up(self, ready: list[Block]) -> None:
        """Wait for the open line no more."""
        self._open = None
        self._sort_aside(ready)

    def _sort_aside(self, ready: list[Block]) -> None:
        """Let pass what was set aside; where a line in it is open, others go on waiting."""
        began = self._began
        aside, self._aside, self._aside_bytes, self._growth = self._aside, [], 0, 0
        for block in aside:
            self._sort(block, ready)
        if self._aside:
            self._began = min(self._began, began)


def _cut(block: Block) -> Iterator[Block]:
    """The first line of a block, and what else there is of it."""
    end = block.data.index(b"\n") + 1
    yield replace(block, data=block.data[:end], rows=1)
    if end < len(block.data):
        yield replace(block, data=block.data[end:], rows=block.rows - 1, continued=False)
