"""Pauses those whom a file that they write themselves restarts again and again."""

from collections.abc import Callable, Sequence

from proctor.watch.loop_guard import MOST_RESTARTS, WITHIN_SECONDS, LoopGuard


class Pausing:
    """A loop guard for each process type with globs of its own, and one for all others.

    `failed` gets a sentence for the user at the beginning of each pause.
    """

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self._guards: dict[str | None, LoopGuard] = {}
        self._paused: set[str | None] = set()

    def lets(self, who: str | None, files: Sequence[str], now: float) -> bool:
        """Whether this burst may restart them: a type, or None for the others."""
        if who in self._paused:
            return False
        culprit = self._guards.setdefault(who, LoopGuard()).culprit(files, now)
        if culprit is None:
            return True
        self._paused.add(who)
        self._failed(_words(who, culprit))
        return False

    def end(self) -> bool:
        """Something was mended: all begin again. Whether there was a pause."""
        was_paused = bool(self._paused)
        self._guards.clear()
        self._paused.clear()
        return was_paused


def _words(who: str | None, culprit: str) -> str:
    pauses = "The watch pauses" if who is None else f"The watch pauses for {who}"
    remedy = "add it to .gitignore" if who is None else f"leave it out of what {who} watches"
    return (
        f"{pauses}: {MOST_RESTARTS} restarts in {WITHIN_SECONDS:.0f} seconds, by {culprit}. "
        f"If the app writes it, {remedy}; else 'proctor watch on' goes on."
    )
