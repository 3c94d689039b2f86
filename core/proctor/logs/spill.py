"""Writes logs to files, in a thread of its own.

Each process has `<process>.log`, with the exact bytes it printed (out and err by whole lines);
what proctor says goes to `proctor.log`, with times. `lines.index` says who printed which bytes
when, in the order of arrival (see `index`). Files grow to a part of the limit, then
become `<process>.log.1`, and the older ones `.2`, `.3`, …; the oldest are removed when all
together exceed the limit. A disk that fails never stops anything: what could not be written is
counted, told once, and writing goes on when it can.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from proctor.logs.files import LogFiles
from proctor.logs.formats import rfc3339
from proctor.logs.index import Began, Ended, LogIndex, Printed, Record
from proctor.logs.lines import Block
from proctor.logs.marks import Mark, Marks

HOLD_ABOVE_BYTES = 32 * 1024 * 1024
_BATCH_SECONDS = 0.02
_RETRY_SECONDS = 1.0
_PROCTOR = "proctor"


class SpillTrouble(msgspec.Struct, frozen=True):
    """Writing fails since `problem`; or works again (None), after `lost` bytes were not written."""

    problem: OSError | None
    lost: int


class Spill:
    """Takes blocks on the event loop, and writes them from its thread.

    Args:
        folder: where the files are; made if it is missing.
        limit: bytes of all files together.
        post: hands a callback over to the event loop's thread (`loop.call_soon_threadsafe`).
        on_trouble: called through `post` when writing begins to fail, and when it works again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limit: int = 1024 * 1024 * 1024,
        post: Callable[[Callable[[], object]], object],
        on_trouble: Callable[[SpillTrouble], None] | None = None,
    ) -> None:
        self.on_pressure: Callable[[], object] = lambda: None
        self.lost = 0
        self.folder = folder
        self.marks = Marks()
        self._files = LogFiles(folder, limit=limit, on_gone=self.marks.forget)
        self._index = LogIndex(folder)
        self._began: float | None = time.time()  # None once that is in the index
        self._places: dict[str, int] = {}  # bytes ever printed to files of a name: by the loop
        self._post = post
        self._on_trouble = on_trouble
        self._queue: deque[Block] = deque()  # both threads use it, by its atomic calls only
        self._queued = 0  # bytes: added to by the loop
        self._written = 0  # bytes: added to by the thread
        self._failing = False
        self._retry_at = 0.0
        self._told_behind = False
        self._something = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="log files", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> bool:
        """Whether so much waits to be written that processes should wait as well."""
        waiting = self._queued - self._written
        if waiting > HOLD_ABOVE_BYTES:
            self._told_behind = True
            # Look again: the thread may have finished before it could see that we wait for it
            waiting = self._queued - self._written
        if waiting < HOLD_ABOVE_BYTES // 4:
            self._told_behind = False
        return self._told_behind

    def path(self, process: str) -> Path:
        """The newest file of a process; `proctor` for proctor's own words."""
        return self._files.path(process)

    def write(self, block: Block) -> None:
        """Have a block written soon."""
        name = file_of(block)
        block.place = self._places.get(name, 0)
        self._places[name] = block.place + len(_as_written(block))
        self._queued += len(block.data)
        self._queue.append(block)
        if not self._something.is_set():
            self._something.set()

    def close(self, *, within_seconds: float = 5.0) -> None:
        """Write what is left and end the thread; a disk that hangs is given up after a while."""
        self._closing.set()
        self._something.set()
        self._thread.join(within_seconds)

    def _work(self) -> None:
        while not self._closing.is_set():
            self._something.wait()
            self._write_queue()
            self._closing.wait(_BATCH_SECONDS)  # let more come together
        self._write_queue()
        if self._began is None:
            self._index.write([Ended(time.time())])
        self._index.close()
        self._files.close()

    def _write_queue(self) -> None:
        self._something.clear()
        size = number = 0
        together: dict[str, list[tuple[int, Block]]] = {}
        while self._queue:
            block = self._queue.popleft()
            size += len(block.data)
            together.setdefault(file_of(block), []).append((number, block))
            number += 1
        written: dict[int, Record] = {}
        for name, blocks in together.items():
            written |= self._write_file(name, blocks)
        self._write_index([written[number] for number in sorted(written)])
        self._written += size
        if self._told_behind:
            self._tell(self.on_pressure)

    def _write_index(self, records: list[Record]) -> None:
        if self._began is not None and records:
            records.insert(0, Began(self._began, os.getpid()))
            self._began = None
        if records:
            self._index.write(records)

    def _write_file(self, name: str, numbered: list[tuple[int, Block]]) -> dict[int, Record]:
        """Write these blocks; what the index is to say of each, by its number."""
        blocks = [block for _, block in numbered]
        parts = [_as_written(block) for block in blocks]
        size = sum(map(len, parts))
        if self._failing and time.monotonic() < self._retry_at and not self._closing.is_set():
            self.lost += size
            return {}
        before = self._files.written
        try:
            inode, offset = self._files.end_of(name)
            self._files.write(name, parts)
        except OSError as problem:
            self.lost += size - (self._files.written - before)
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            if not self._failing:
                self._failing = True
                self._tell_trouble(SpillTrouble(problem, self.lost))
            return {}
        self._note(name, inode, offset, blocks)
        if self._failing:
            self._failing = False
            self._tell_trouble(SpillTrouble(None, self.lost))
        return _indexed(inode, offset, numbered)

    def _note(self, name: str, inode: int, offset: int, blocks: list[Block]) -> None:
        for block in blocks:
            size = len(_as_written(block))
            run = None if block.stream == _PROCTOR else block.run
            mark = Mark(inode, offset, size, block.place, block.at, block.at, run, block.stream)
            self.marks.note(name, mark)
            offset += size

    def _tell_trouble(self, trouble: SpillTrouble) -> None:
        if self._on_trouble is not None:
            on_trouble = self._on_trouble
            self._tell(lambda: on_trouble(trouble))

    def _tell(self, callback: Callable[[], object]) -> None:
        try:
            self._post(callback)
        except RuntimeError:  # the loop has been closed: nobody is left to be told
            return


def file_of(block: Block) -> str:
    """The name of the files that a block is written to."""
    return _PROCTOR if block.stream == _PROCTOR else block.process or _PROCTOR


def _indexed(inode: int, offset: int, numbered: list[tuple[int, Block]]) -> dict[int, Record]:
    """What the index says of blocks that are in a file one after the other."""
    records: dict[int, Record] = {}
    for number, block in numbered:
        size = len(_as_written(block))
        records[number] = Printed(
            inode, offset, size, block.rows, block.at, block.process, block.run, block.stream,
            block.continued, block.platform.decode("utf-8", "replace"),
        )  # fmt: skip
        offset += size
    return records


def _as_written(block: Block) -> bytes:
    return _said(block) if block.stream == _PROCTOR else block.data


def _said(block: Block) -> bytes:
    prefix = f"{rfc3339(block.at)} {block.process or _PROCTOR}: ".encode()
    return b"".join(prefix + line + b"\n" for line in block.lines())
