"""When is a burst of changes over? Pure: the time is an argument.

A save in an editor is a few events within milliseconds, and somebody waits for the restart: it is
over after a tenth of a second of silence. A branch switch is ten thousand events over seconds,
with pauses, and must be *one* restart: it gets a little more silence, and is held open while git
says that it is at work. An app that writes into its own tree is never silent: such noise, the
same few files over and over, is cut after a second.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    quiet: float = 0.1  #: silence that ends a burst of a few files
    quiet_after_many: float = 0.2  #: silence that ends a burst of `many` files or more
    many: int = 50
    noise: float = 1.0  #: without silence, a burst ends when for so long it did not grow ...
    growth: int = 20  #: ... by so many new files
    longest: float = 30.0  #: whatever happens
    held: float = 1.0  #: silence that ends a burst although git is still at work


class Settle:
    """Collects the paths of one burst after the other."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience if patience is not None else Patience()
        self._paths: dict[str, None] = {}  # in the order of their first change
        self._began = 0.0
        self._last = 0.0
        self._grew = 0.0  # when it was last seen to have grown
        self._size_then = 0

    @property
    def is_open(self) -> bool:
        """Has a burst begun that is not over?"""
        return bool(self._paths)

    def note(self, paths: Iterable[str], now: float) -> None:
        """These paths have changed just now."""
        was_open = self.is_open
        self._paths.update(dict.fromkeys(paths))
        if not self.is_open:
            return
        if not was_open:
            self._began = self._grew = now
            self._size_then = 0
        if len(self._paths) - self._size_then >= self._patience.growth:
            self._grew = now
            self._size_then = len(self._paths)
        self._last = now

    def wait_seconds(self, now: float) -> float | None:
        """How long to wait before the next look, if nothing happens; None without a burst."""
        if not self.is_open:
            return None
        return max(0.0, min(self._last + self._quiet(), self._loud_end()) - now)

    def take(self, now: float, *, held: bool = False) -> tuple[str, ...] | None:
        """The paths of the burst if it is over, first changed first, else None.

        `held`: somebody is known to be in the middle of many changes.
        """
        if not self.is_open:
            return None
        silence = now - self._last
        is_quiet = silence >= self._quiet() and (not held or silence >= self._patience.held)
        if not is_quiet and now < self._loud_end():
            return None
        paths = tuple(self._paths)
        self._paths.clear()
        return paths

    def _quiet(self) -> float:
        many = len(self._paths) >= self._patience.many
        return self._patience.quiet_after_many if many else self._patience.quiet

    def _loud_end(self) -> float:
        return min(self._grew + self._patience.noise, self._began + self._patience.longest)
