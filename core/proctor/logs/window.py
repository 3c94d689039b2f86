"""What a reader of logs sees: rows of a journal, with absolute numbers that are never reused.

A *journal* is a sequence of rows: what one process printed (`web.1`), what the processes of a
type printed (`web`), or everything (`EVERYTHING`). Journals forget their oldest rows when memory
runs short; the numbers of the others stay.
"""

from typing import Literal

import msgspec

Stream = Literal["out", "err", "proctor"]
"""Where a row came from: standard output (on a terminal: all), standard error, or proctor."""

EVERYTHING = "*"
"""The name of the journal that holds the rows of all processes, in the order of arrival."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One line of a journal, or a piece of a very long one.

    `number` is absolute in its journal, `at` wall time in seconds, `data` the exact bytes without
    the newline (they may hold anything: filter them before they reach a terminal). `process` is
    None for what proctor says about the app as a whole, `run` the number of the start.

    An `unfinished` row is still being written: its bytes and its number may change, so do not
    keep it. A `continued` row goes on where the row before it from the same stream stopped,
    without a newline between them. An `unended` row was kept without its newline: it is a piece
    of a very long line, or the last words of a run. `platform` holds the platform's lines for
    what proctor says here, each with its newline; none where the platform says no such thing.
    """

    number: int
    at: float
    process: str | None
    run: int | None
    stream: Stream
    data: bytes
    unfinished: bool = False
    continued: bool = False
    unended: bool = False
    platform: bytes = b""


class Window(msgspec.Struct, frozen=True, array_like=True):
    """Rows `first` to `end - 1` of a journal that holds `total_first` to `total_end - 1`.

    Unfinished rows are counted in `total_end`; they are always the last ones.
    """

    journal: str
    first: int
    end: int
    total_first: int
    total_end: int
    rows: list[Row]
