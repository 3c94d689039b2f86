"""Marks: which bytes of which log file were printed when, and by which run.

Files hold the bytes of processes alone. What searches them wants to know more: where this
supervisor's part of a file begins, where a run's ends, and about when a line was printed.
"""

import msgspec

from proctor.logs.window import Stream

GRAIN_BYTES = 256 * 1024
GRAIN_SECONDS = 1.0
MOST_MARKS = 4096  # of one name; above it neighbours become one, with a coarser time


class Mark(msgspec.Struct, array_like=True):
    """A stretch of a file: `size` bytes from `offset` on, of one run and stream.

    `place` counts the bytes ever printed to files of this name before it. `at` and `last_at` are
    the wall times of its first and last bytes.
    """

    inode: int
    offset: int
    size: int
    place: int
    at: float
    last_at: float
    run: int | None
    stream: Stream

    def goes_on_with(self, inode: int, offset: int) -> bool:
        """Whether what is written there comes right after it."""
        return self.inode == inode and self.offset + self.size == offset


class Marks:
    """The marks of all files, in bounded memory. One thread writes; any may read."""

    def __init__(self) -> None:
        self._marks: dict[str, list[Mark]] = {}

    def all(self) -> dict[str, list[Mark]]:
        """The marks of each name, in order, as they are now."""
        return {name: list(marks) for name, marks in list(self._marks.items())}

    def note(self, name: str, mark: Mark) -> None:
        """These bytes have been written."""
        marks = self._marks.setdefault(name, [])
        last = marks[-1] if marks else None
        if (
            last is not None
            and last.goes_on_with(mark.inode, mark.offset)
            and (last.run, last.stream) == (mark.run, mark.stream)
            and last.size < GRAIN_BYTES
            and mark.last_at - last.at < GRAIN_SECONDS
        ):
            last.size += mark.size
            last.last_at = mark.last_at
            return
        marks.append(mark)
        if len(marks) > MOST_MARKS:
            self._marks[name] = _thinned(marks)

    def forget(self, inode: int) -> None:
        """This file is no more, or its number belongs to a new one."""
        for name, marks in self._marks.items():
            if any(mark.inode == inode for mark in marks):
                self._marks[name] = [mark for mark in marks if mark.inode != inode]


def _thinned(marks: list[Mark]) -> list[Mark]:
    """Half as many, where they go on with each other; all of them elsewhere, but the oldest."""
    kept: list[Mark] = []
    merged = True
    for mark in marks:
        last = kept[-1] if kept else None
        if not merged and last is not None and last.goes_on_with(mark.inode, mark.offset):
            kept[-1] = msgspec.structs.replace(
                last, size=last.size + mark.size, last_at=mark.last_at
            )
            merged = True
        else:
            kept.append(mark)
            merged = False
    return kept[-MOST_MARKS:]
