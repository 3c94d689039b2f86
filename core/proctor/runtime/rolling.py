"""A rolling restart: the processes of a type one after the other, each up before the next."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from proctor.model.names import ProcessName
from proctor.model.slots import Slot


@dataclass(slots=True)
class Rolling:
    """The restart of one type: whose turn it is, and who is still to come."""

    cause: str
    reason: str
    waiting: deque[ProcessName]
    current: ProcessName | None = None
    _run_before: int = field(default=0)

    @classmethod
    def over(cls, names: Iterable[ProcessName], *, cause: str, reason: str) -> "Rolling":
        """A restart of these, in this order."""
        return cls(cause=cause, reason=reason, waiting=deque(names))

    def begin(self, slot: Slot) -> None:
        """It is this process's turn."""
        self.current = slot.name
        self._run_before = slot.runs

    def is_done_with(self, slot: Slot) -> bool:
        """The current process is up in a new run, or nobody wants it any more."""
        return (slot.state == "up" and slot.runs > self._run_before) or not slot.wanted

    def has_failed_at(self, slot: Slot) -> bool:
        """The current process did not come up: the others are left as they are."""
        return slot.runs > self._run_before and slot.state in {"crashed", "complete"}
