"""A clock that stands still until the test moves it."""

import heapq
from collections.abc import Callable

WALL_OF_ZERO = 1_767_268_800.0


class ManualTimer:
    """A timer of `ManualTimers`."""

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualTimers:
    """Implements `Timers`. `ring_next` moves the clock to the next timer that is due."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._timers: list[tuple[float, int, ManualTimer]] = []
        self._count = 0

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return WALL_OF_ZERO + self.time

    def call_at(self, when: float, call: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer(when, call)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        return timer

    @property
    def pending(self) -> int:
        """How many timers may still ring."""
        return sum(not timer.cancelled for _, _, timer in self._timers)

    def ring_next(self, until: float) -> bool:
        """Ring the next timer due by `until`; False if there is none: then the clock is there."""
        while self._timers and self._timers[0][0] <= until:
            when, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                self.time = max(self.time, when)
                timer.call()
                return True
        self.time = max(self.time, until)
        return False

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, and ring all that is due on the way."""
        until = self.time + seconds
        while self.ring_next(until):
            pass
