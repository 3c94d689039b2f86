"""What log files hold of a run of the app: read in the order of time, whole lines at a time."""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

CHUNK_BYTES = 1024 * 1024
LINE_BYTES = 64 * 1024
"""A longer line is looked at in pieces of this size, as in memory."""

_SAID = re.compile(rb"(\S+) ([^\s:]+): ")
_PROCTOR = "proctor"


class Entry(NamedTuple):
    """Who printed the lines of a chunk from `line` on, and when.

    `row` is the number of the first of them, None for those that are on disk alone.
    """

    line: int
    process: str | None
    run: int | None
    stream: str
    at: float
    row: int | None


class Chunk(NamedTuple):
    """Lines, each ended by a newline, and who printed them."""

    data: bytes
    entries: list[Entry]
    size: int  #: bytes as they are stored


class Segment(NamedTuple):
    """A stretch of one file, of one run and stream, about as old as `at`."""

    at: float
    name: str
    descriptor: int
    offset: int
    size: int
    run: int | None
    stream: str


class File(NamedTuple):
    """The files of one name that are to be read.

    `until` is how far, in bytes since the app began: memory holds what follows. None: all.
    `marks` are (inode, offset, size, place, at, last at, run, stream).
    """

    name: str
    until: int | None
    marks: list[tuple[int, int, int, int, float, float, int | None, str]]


def segments(files: list[File], *, since: float, until: float) -> list[Segment]:
    """What there is to read, the oldest first; files that are gone meanwhile are left out."""
    found: list[Segment] = []
    for file in files:
        opened = _open_all(file.name, {mark[0] for mark in file.marks})
        for inode, offset, size, place, at, last_at, run, stream in file.marks:
            left = size if file.until is None else min(size, file.until - place)
            if left > 0 and last_at >= since and at <= until and inode in opened:
                found.append(Segment(at, file.name, opened[inode], offset, left, run, stream))
    found.sort(key=lambda segment: segment.at)
    return found


def chunks(segment: Segment, *, targets: Collection[str], newest_first: bool) -> Iterator[Chunk]:
    """The lines of a segment that are of the targets."""
    windows = list(_windows(segment))
    for offset, size in reversed(windows) if newest_first else windows:
        data = os.pread(segment.descriptor, size, offset)
        if not data.endswith(b"\n"):
            data += b"\n"
        if segment.stream == _PROCTOR:
            yield _said(data, targets, size)
        else:
            process = None if segment.name == _PROCTOR else segment.name
            entry = Entry(0, process, segment.run, segment.stream, segment.at, None)
            yield Chunk(_in_pieces(data), [entry], size)


def is_of(process: str | None, targets: Collection[str]) -> bool:
    """Whether one of these processes and types is meant; without any, all are."""
    if not targets:
        return True
    return process is not None and (process in targets or process.rpartition(".")[0] in targets)


def _open_all(name: str, wanted: set[int]) -> dict[int, int]:
    """Descriptors of the files of a name by their inodes, whatever they are renamed to later."""
    newest = f"{name}.log"
    numbers = [
        int(each.removeprefix(f"{newest}."))
        for each in os.listdir(".")  # noqa: PTH208 - pathlib costs its import
        if each.startswith(f"{newest}.") and each.removeprefix(f"{newest}.").isdecimal()
    ]
    # Upward, as they are renamed upward: one that is renamed meanwhile is met again.
    names = [newest, *(f"{newest}.{number}" for number in range(1, max(numbers, default=0) + 3))]
    opened: dict[int, int] = {}
    for each in names:
        with suppress(OSError):
            descriptor = os.open(each, os.O_RDONLY | os.O_NOFOLLOW)
            inode = os.fstat(descriptor).st_ino
            if inode in wanted and inode not in opened:
                opened[inode] = descriptor
            else:
                os.close(descriptor)
    return opened


def _windows(segment: Segment) -> Iterator[tuple[int, int]]:
    """The segment in parts that end with a line."""
    position, end = segment.offset, segment.offset + segment.size
    while position < end:
        stop = min(position + CHUNK_BYTES, end)
        if stop < end:
            tail = os.pread(segment.descriptor, LINE_BYTES, stop - LINE_BYTES)
            newline = tail.rfind(b"\n")
            if newline >= 0:
                stop += newline + 1 - len(tail)
        yield position, stop - position
        position = stop


def _in_pieces(data: bytes) -> bytes:
    if not _has_long_line(data):
        return data
    pieces = [
        line[start : start + LINE_BYTES]
        for line in data.split(b"\n")
        for start in range(0, max(len(line), 1), LINE_BYTES)
    ]
    return b"\n".join(pieces)


def _has_long_line(data: bytes) -> bool:
    """Whether a line is longer than a piece; looks at a few newlines alone."""
    begin = 0
    while begin < len(data):
        newline = data.rfind(b"\n", begin, begin + LINE_BYTES + 1)
        if newline < 0:
            return True
        begin = newline + 1
    return False


def _said(data: bytes, targets: Collection[str], size: int) -> Chunk:
    """What proctor said: its file has the time and the process before each line."""
    entries: list[Entry] = []
    texts: list[bytes] = []
    for line in data.split(b"\n")[:-1]:
        prefix = _SAID.match(line)
        if prefix is None:
            continue  # cut by a disk that was full
        name = prefix[2].decode("utf-8", "replace")
        process = None if name == _PROCTOR else name
        if is_of(process, targets):
            at = datetime.fromisoformat(prefix[1].decode("ascii", "replace")).timestamp()
            entries.append(Entry(len(entries), process, None, _PROCTOR, at, None))
            texts.append(line[prefix.end() :] + b"\n")
    return Chunk(b"".join(texts), entries, size)
