"""Time: deadlines by the monotonic clock, moments for people by the wall clock."""

import time
from collections.abc import Callable
from typing import Protocol

from proctor.runtime.loops import Handle, Loop


class Timers(Protocol):
    """Where the runtime gets the time from; tests bring a clock that they move by hand."""

    def now(self) -> float:
        """Monotonic seconds, for deadlines."""
        ...

    def wall(self) -> float:
        """Seconds since 1970, for people only: it may jump."""
        ...

    def call_at(self, when: float, call: Callable[[], None]) -> Handle:
        """Call this at the monotonic time `when`, or as soon as may be after it."""
        ...


class LoopTimers:
    """The event loop's own clock."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Monotonic seconds."""
        return self._loop.time()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def call_at(self, when: float, call: Callable[[], None]) -> Handle:
        """Call this at the monotonic time `when`."""
        return self._loop.call_at(when, call)


__all__ = ["Handle", "LoopTimers", "Timers"]
