"""News of file changes by looking at all files again and again: the last resort."""

import threading
import time
from collections.abc import Callable, Mapping

from proctor.watch.notifier import News

LOOK_SECONDS = 2.0
_SECOND_LOOK_SECONDS = 0.3


class PollingNotifier:
    """News by looking at everything every two seconds, or less often where that takes long."""

    def __init__(
        self, statuses: Callable[[], Mapping[str, object]], *, seconds: float = LOOK_SECONDS
    ) -> None:
        self._statuses = statuses
        self._seconds = seconds
        self._stopped = threading.Event()
        self._before = statuses()
        self._next = time.monotonic() + seconds
        self.delay_seconds = _SECOND_LOOK_SECONDS

    def watch_folder(self, folder: str) -> None:
        """Every folder is looked at anyway."""

    def wait(self, seconds: float | None) -> News:
        """Wait for the next look, so long at most."""
        left = max(0.0, self._next - time.monotonic())
        self._stopped.wait(left if seconds is None else min(left, seconds))
        if self._stopped.is_set() or time.monotonic() < self._next:
            return News()
        return self._look()

    def _look(self) -> News:
        begun = time.monotonic()
        now, before = self._statuses(), self._before
        self._before = now
        different = [path for path, seen in now.items() if before.get(path) != seen]
        different += [path for path in before if path not in now]
        # While something happens the end of it is looked for sooner; otherwise a look may take
        # a twentieth of a core, no more.
        took = time.monotonic() - begun
        self.delay_seconds = _SECOND_LOOK_SECONDS + took
        pause = _SECOND_LOOK_SECONDS if different else max(self._seconds, 20 * took)
        self._next = begun + took + pause
        return News(files=dict.fromkeys(different))

    def stop(self) -> None:
        """End the present and every later `wait` at once."""
        self._stopped.set()

    def close(self) -> None:
        """There is nothing to give back."""
