"""Log files on disk: appended to, rotated, limited in total. Used from one thread."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PARTS_OF_LIMIT = 16  # one file grows to this part of the limit
_PARTS_AT_ONCE = 512
_ROTATED = re.compile(r"(.+\.log)\.([0-9]+)")


class LogFiles:
    """The files `<name>.log` of a folder, and `.log.1`, `.log.2`, …: their older parts.

    `written` counts all bytes written so far. Files are readable by their owner alone.
    `on_gone` is told the inode of each file that was removed, or that begins empty.
    """

    def __init__(
        self, folder: Path, *, limit: int, on_gone: Callable[[int], None] = lambda _: None
    ) -> None:
        self.written = 0
        self._on_gone = on_gone
        self._folder = folder
        self._limit = limit
        self._part = max(limit // _PARTS_OF_LIMIT, 1)
        self._open: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._inodes: dict[str, int] = {}
        self._total: int | None = None  # of all files, the older parts included; unknown yet

    def path(self, name: str) -> Path:
        """The newest file of a name."""
        return self._folder / f"{name}.log"

    def end_of(self, name: str) -> tuple[int, int]:
        """The inode of the newest file of a name, and the offset where the next byte will be.

        Raises:
            OSError: the file cannot be opened.
        """
        self._descriptor(name)
        return self._inodes[name], self._sizes[name]

    def write(self, name: str, parts: list[bytes]) -> None:
        """Append to a file.

        Raises:
            OSError: not all could be written; `written` says how much was.
        """
        descriptor = self._descriptor(name)
        try:
            for first in range(0, len(parts), _PARTS_AT_ONCE):
                self._write_all(name, descriptor, parts[first : first + _PARTS_AT_ONCE])
        except OSError:
            self._close_file(name)  # it may have been removed, or its disk: begin anew
            raise
        if self._sizes[name] > self._part:
            self._rotate(name)
        if self._total is not None and self._total > self._limit:
            self._make_room()

    def close(self) -> None:
        """Close all files."""
        for name in list(self._open):
            self._close_file(name)

    def _descriptor(self, name: str) -> int:
        if self._total is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._total = self._size_of_all()
        if name not in self._open:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            self._open[name] = os.open(self.path(name), flags, 0o600)
            status = os.fstat(self._open[name])
            self._sizes[name], self._inodes[name] = status.st_size, status.st_ino
            if not status.st_size:
                self._on_gone(status.st_ino)
        return self._open[name]

    def _write_all(self, name: str, descriptor: int, parts: list[bytes]) -> None:
        count = os.writev(descriptor, parts)
        self._count(name, count)
        if count < sum(map(len, parts)):  # rare: nearly full, or interrupted
            rest = memoryview(b"".join(parts))[count:]
            while rest:
                count = os.write(descriptor, rest)
                self._count(name, count)
                rest = rest[count:]

    def _count(self, name: str, count: int) -> None:
        self.written += count
        self._sizes[name] += count
        self._total = (self._total or 0) + count

    def _close_file(self, name: str) -> None:
        descriptor = self._open.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)
            del self._sizes[name]

    def _rotate(self, name: str) -> None:
        """Make the newest file the newest of the older parts."""
        self._close_file(name)
        path = self.path(name)
        numbers = sorted(
            (int(found[2]) for part in self._rotated() if (found := _part_of(part, path))),
            reverse=True,
        )
        for number in numbers:
            with suppress(FileNotFoundError):
                Path(f"{path}.{number}").rename(f"{path}.{number + 1}")
        with suppress(FileNotFoundError):  # somebody tidied up
            path.rename(f"{path}.1")

    def _make_room(self) -> None:
        """Remove the oldest parts until all files together are within the limit."""
        self._total = self._size_of_all()
        while self._total > self._limit:
            parts = self._rotated()
            if not parts:
                largest = max(
                    self._folder.glob("*.log"),
                    key=lambda path: (path.stat().st_size, -path.stat().st_mtime_ns),
                    default=None,
                )
                if largest is None:
                    return  # somebody has tidied up meanwhile
                self._rotate(largest.name.removesuffix(".log"))
                continue
            # The time of its last byte; of one file the higher number is the older part
            oldest = min(parts, key=lambda part: (part.stat().st_mtime_ns, -int(part.suffix[1:])))
            status = oldest.stat()
            self._total -= status.st_size
            self._on_gone(status.st_ino)
            oldest.unlink()

    def _size_of_all(self) -> int:
        """Of our own files alone: what somebody else put here is not ours to make room for."""
        return sum(path.stat().st_size for path in (*self._folder.glob("*.log"), *self._rotated()))

    def _rotated(self) -> list[Path]:
        return [path for path in self._folder.glob("*.log.*") if _ROTATED.fullmatch(path.name)]


def _part_of(part: Path, newest: Path) -> re.Match[str] | None:
    found = _ROTATED.fullmatch(part.name)
    return found if found and found[1] == newest.name else None
