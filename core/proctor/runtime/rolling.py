"""A rolling restart: the processes of a type one after the other, each up before the next."""

from collections.abc import Iterable
from typing import NamedTuple

from proctor.model.names import ProcessName
from proctor.model.slots import Slot


class Wish(NamedTuple):
    """Who asked for a restart, and why."""

    cause: str
    reason: str


class Rolling:
    """The restart of one type: whose turn it is, and who is still to come, by whose wish."""

    def __init__(self) -> None:
        self.waiting: dict[ProcessName, Wish] = {}
        self.current: ProcessName | None = None
        self.wish = Wish("app", "")
        self._run_before = 0

    def join(self, names: Iterable[ProcessName], wish: Wish) -> None:
        """These are to be restarted as well; whoever waits already is restarted once."""
        for name in names:
            if name != self.current:
                self.waiting.setdefault(name, wish)

    def leave(self, name: ProcessName) -> None:
        """It is not to be restarted any more: somebody has stopped it."""
        self.waiting.pop(name, None)

    def take_next(self) -> tuple[ProcessName, Wish] | None:
        """Whose turn it is after the current one; None when all are done."""
        if not self.waiting:
            return None
        name = next(iter(self.waiting))
        return name, self.waiting.pop(name)

    def begin(self, slot: Slot, wish: Wish) -> None:
        """It is this process's turn."""
        self.current, self.wish = slot.name, wish
        self._run_before = slot.runs

    def would_miss(self, slot: Slot) -> bool:
        """A wish that comes now is not met by the turn under way: the new run has begun."""
        run = slot.run
        return slot.runs > self._run_before and run is not None and run.leader is not None

    def is_done_with(self, slot: Slot) -> bool:
        """The current process is up in a new run, or nobody wants it any more."""
        return (slot.state == "up" and slot.runs > self._run_before) or not slot.wanted

    def has_failed_at(self, slot: Slot) -> bool:
        """The current process did not come up: the others are left as they are."""
        return slot.runs > self._run_before and slot.state in {"crashed", "complete"}
