"""The index of the log files: who printed which bytes of them when, in the order of arrival.

Log files hold the bytes of processes alone, so that people can read them with any tool. The file
`lines.index` beside them has a line of JSON for each block that was written, and one for each
beginning and end of the app: with it, all that was printed can be read back as it was printed.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from proctor.logs.window import Stream

NAME = "lines.index"
PART_BYTES = 16 * 1024 * 1024
PARTS = 4


class Began(msgspec.Struct, frozen=True, array_like=True, tag="began"):
    """The app was started at this wall time; `pid` is the supervisor's."""

    at: float
    pid: int


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="ended"):
    """The app has ended in order at this wall time."""

    at: float


class Printed(msgspec.Struct, frozen=True, array_like=True, tag="printed"):
    """`size` bytes from `offset` on in the file of this inode are `rows` lines of one block.

    `platform` has the platform's lines for what proctor says there.
    """

    inode: int
    offset: int
    size: int
    rows: int
    at: float
    process: str | None
    run: int | None
    stream: Stream
    continued: bool = False
    platform: str = ""


Record = Began | Ended | Printed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class LogIndex:
    """Writes the index of a folder; used from one thread.

    It grows to `PART_BYTES`, then becomes `lines.index.1`, and the older ones `.2` and so on; of
    `PARTS` parts the oldest goes. What cannot be written is left away: files can do without.
    """

    def __init__(self, folder: Path, *, part_bytes: int = PART_BYTES) -> None:
        self._path = folder / NAME
        self._part_bytes = part_bytes
        self._descriptor: int | None = None
        self._size = 0

    def write(self, records: Sequence[Record]) -> None:
        """Append these records."""
        try:
            if self._descriptor is None:
                self._open()
            assert self._descriptor is not None
            self._size += os.write(self._descriptor, _encoder.encode_lines(records))
        except OSError:
            self.close()
            return
        if self._size > self._part_bytes:
            self._rotate()

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(self._path, flags, 0o600)
        self._size = os.fstat(self._descriptor).st_size
        if self._size:
            os.write(self._descriptor, b"\n")  # the last one may have been cut by a full disk

    def _rotate(self) -> None:
        self.close()
        for number in range(PARTS - 1, 0, -1):
            older = self._path if number == 1 else _part(self._path, number - 1)
            with suppress(FileNotFoundError):
                older.rename(_part(self._path, number))


def newest_first(folder: Path) -> Iterator[Record]:
    """All records of a folder's index, the newest first; what cannot be read is left out."""
    newest = folder / NAME
    for path in (newest, *(_part(newest, number) for number in range(1, PARTS))):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        for line in reversed(data.split(b"\n")):
            with suppress(msgspec.DecodeError):  # an empty one, or one that was cut
                yield _decoder.decode(line)


def _part(newest: Path, number: int) -> Path:
    return newest.with_name(f"{newest.name}.{number}")
