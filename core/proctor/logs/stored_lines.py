"""Reads back what log files hold, as it was printed: in the order of arrival, with its times."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from proctor.logs.index import Began, Ended, Printed, newest_first
from proctor.logs.lines import Block
from proctor.logs.selection import Selection
from proctor.logs.window import Row

_DISORDER_SECONDS = 1.0
_EVERY_OFFSET = 1 << 62
_LOG = re.compile(r".+\.log(\.[0-9]+)?")


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of an app by its log files; times are wall times in seconds.

    `ended` is None where it was cut off: then `last` is the time of its last line.
    """

    began: float
    last: float
    ended: float | None


class StoredLines:
    """The lines that a folder of log files holds. Close it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[int, int] = {}  # inode -> descriptor: files may be renamed meanwhile
        with suppress(OSError):
            for path in folder.iterdir():
                if _LOG.fullmatch(path.name):
                    self._open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()

    def last_run(self) -> LastRun | None:
        """When the last run began and ended; None where the files tell of none."""
        last: float | None = None
        ended: float | None = None
        for record in newest_first(self._folder):
            last = record.at if last is None else last
            if isinstance(record, Ended) and ended is None and last == record.at:
                ended = record.at
            if isinstance(record, Began):
                return LastRun(began=record.at, last=last, ended=ended)
        return None if last is None else LastRun(began=last, last=last, ended=ended)

    def latest(
        self,
        selection: Selection,
        count: int | None,
        *,
        before: Row | None = None,
        before_this_run: bool = False,
        earlier_runs: bool = False,
    ) -> Iterator[Block]:
        """The last `count` lines of those selected (None: all), the oldest first.

        Args:
            selection: which lines are wanted.
            count: how many, a line over 64 KiB counted in pieces.
            before: a row that is held elsewhere, the first of its block: lines before it alone.
            before_this_run: of the runs before the newest one alone, with `earlier_runs`.
            earlier_runs: not of the newest run alone.
        """
        chosen: list[Printed] = []
        left = count
        for record in self._of_files(before, before_this_run=before_this_run,
                                     earlier_runs=earlier_runs):  # fmt: skip
            if selection.since is not None and record.at < selection.since - _DISORDER_SECONDS:
                break
            if selection.admits(record.process, record.stream, record.at):
                if left is not None and left <= 0:
                    break
                chosen.append(record)
                left = None if left is None else left - record.rows
        surplus = -left if left is not None and left < 0 else 0
        while chosen:
            block = self._block(chosen.pop())
            if block is not None:
                yield _without_first(block, surplus) if surplus else block
            surplus = 0

    def _of_files(
        self, before: Row | None, *, before_this_run: bool, earlier_runs: bool
    ) -> Iterator[Printed]:
        """What was printed, the newest first, as far as the files are still there."""
        skipping = before is not None or before_this_run
        reaches: dict[int, int] = {}  # inode -> where the part of it begins that was seen
        for record in newest_first(self._folder):
            if isinstance(record, Began):
                if not earlier_runs:
                    return
                skipping = False
            if not isinstance(record, Printed) or record.inode not in self._files:
                continue
            if skipping:
                skipping = not (before is not None and self._is_of(record, before))
            # A file that is gone left its number to a newer one, whose bytes are not these
            elif record.offset + record.size <= reaches.get(record.inode, _EVERY_OFFSET):
                yield record
            reaches[record.inode] = min(record.offset, reaches.get(record.inode, _EVERY_OFFSET))

    def _is_of(self, record: Printed, row: Row) -> bool:
        """Whether this is the block whose first row it is."""
        same = (row.at, row.process, row.run, row.stream)
        if (record.at, record.process, record.run, record.stream) != same:
            return False
        block = self._block(record)
        return block is not None and block.data.startswith(row.data)

    def _block(self, record: Printed) -> Block | None:
        try:
            data = os.pread(self._files[record.inode], record.size, record.offset)
        except (OSError, KeyError):
            return None
        if len(data) < record.size:
            return None  # somebody has cut the file
        if record.stream == "proctor":  # its time and process are before it in the file
            data = data.split(b" ", 2)[-1]
        return Block(
            record.process, record.run, record.stream, record.at, data, record.rows,
            continued=record.continued, platform=record.platform.encode(),
        )  # fmt: skip

    def _open(self, path: Path) -> None:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            inode = os.fstat(descriptor).st_ino
            if inode in self._files:
                os.close(descriptor)
            else:
                self._files[inode] = descriptor


def _without_first(block: Block, rows: int) -> Block:
    lines = block.data.split(b"\n", rows)
    block.data = lines[-1]
    block.rows -= rows
    block.continued = False
    return block
