"""Reads what processes print, from pipes and terminals, on the event loop."""

import asyncio
from collections.abc import Callable


class Valve:
    """Pauses and resumes all readers of output at once: `LogStore(on_pressure=valve.hold)`."""

    def hold(self, held: bool) -> None:  # noqa: FBT001 - a callback's only argument
        """Stop reading, or go on."""
        raise NotImplementedError(held)


class OutputReader:
    """Reads one descriptor; one read of 64 KiB at most for each time that the kernel wakes it.

    It makes the descriptor non-blocking and does not close it. `on_end` is called once: at end of
    file of a pipe, when the other side of a terminal is closed, or by `drain`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        descriptor: int,
        on_bytes: Callable[[bytes], None],
        on_end: Callable[[], None],
        *,
        valve: Valve | None = None,
    ) -> None:
        raise NotImplementedError

    def drain(self) -> None:
        """Read all that there is now, then end: for when everything that could write has gone."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop reading, without a word."""
        raise NotImplementedError
