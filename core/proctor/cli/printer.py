"""Prints the merged log stream to a terminal, a pipe or a file."""

import asyncio
from collections.abc import Callable
from typing import Literal

from proctor.logs.store import LogStore

LogFormat = Literal["human", "json"]


class Printer:
    """Follows a log store and writes it to a descriptor, without ever blocking the event loop.

    A pipe or a file gets exact bytes and makes the processes wait when it is slow; a terminal
    gets safe ones, and is told how many lines it missed.
    """

    def __init__(
        self,
        store: LogStore,
        descriptor: int,
        *,
        log_format: LogFormat = "human",
        colour: bool = False,
        names: tuple[str, ...] = (),
        on_reader_gone: Callable[[], None] | None = None,
    ) -> None:
        raise NotImplementedError

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to print."""
        raise NotImplementedError

    async def finish(self, *, within_seconds: float = 5.0) -> None:
        """Print what is left, wait until it is written, or given up, and detach."""
        raise NotImplementedError
