"""Notices an app that is restarted by files which it writes itself. Pure: time is an argument."""

from collections import Counter, deque
from collections.abc import Sequence

MOST_RESTARTS = 5
WITHIN_SECONDS = 10.0
_COUNTED = 1000


class LoopGuard:
    """After five restarts in ten seconds it names the file that is behind them."""

    def __init__(self) -> None:
        self._bursts: deque[tuple[float, Sequence[str]]] = deque(maxlen=MOST_RESTARTS)

    def culprit(self, paths: Sequence[str], now: float) -> str | None:
        """The file to blame if this burst would be one restart too many, else None.

        `paths` are the changed files of the burst, first changed first. A burst that passes is
        remembered as a restart; one that does not is not.
        """
        is_full = len(self._bursts) == MOST_RESTARTS
        if is_full and now - self._bursts[0][0] < WITHIN_SECONDS:
            times = Counter(path for _, burst in self._bursts for path in burst[:_COUNTED])
            return max(paths, key=lambda path: times[path]) if paths else times.most_common(1)[0][0]
        self._bursts.append((now, paths))
        return None

    def forget(self) -> None:
        """Begin again: the loop was mended."""
        self._bursts.clear()
