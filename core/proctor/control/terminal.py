"""The terminal of a process, as a user interface holds it."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

LARGEST_SIDE = 2000
"""No terminal has more columns or rows."""


class TerminalOutput(msgspec.Struct, frozen=True, tag_field="item", tag="output"):
    """What the process has written, as it came; it is for a terminal in raw mode."""

    data: bytes


class TerminalSaid(msgspec.Struct, frozen=True, tag_field="item", tag="said"):
    """What there is to say about the terminal; `over`: a run of the process is.

    What that run has switched on in a terminal that shows its output holds no more.
    """

    words: str
    over: bool = False


TerminalItem = TerminalOutput | TerminalSaid


class Terminal(Protocol):
    """The terminal of one process, from run to run, until it is closed or the app has ended.

    Iterated over, it gives what the process writes. Who does not keep up loses output, and is
    told how much; the process never waits.
    """

    process: str

    def __aiter__(self) -> AsyncIterator[TerminalItem]: ...

    async def write(self, data: bytes) -> None:
        """Type this, ^C and all other control characters included."""
        ...

    async def resize(self, columns: int, rows: int) -> None:
        """The window that shows it has another size."""
        ...

    async def close(self) -> None:
        """Leave it; after the last one it is as large again as if nobody had been there."""
        ...
