"""Where the user is: what is selected, shown and focused, and what that makes possible. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from proctor.model.events import ProcessView, TypeView
    from proctor_tui.view import View

ALL = "all"
"""The target that means every process."""

Layout = Literal["tiles", "zoom", "type", "everything"]
Place = Literal["rail", "tabs", "panes"]

RUNNING = frozenset({"starting", "up", "stopping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the availability of an action is decided on, and its command is built from."""

    view: "View"
    target: str = ALL  #: a process ("web.1"), a process type ("web") or ALL
    layout: Layout = "tiles"
    place: Place = "rail"
    selected_text: bool = False
    holds_lease: bool = True
    quantity: int | None = None  #: for "set to": the digits typed

    @property
    def type_name(self) -> str | None:
        """The process type of the target; None for ALL."""
        if self.target == ALL:
            return None
        process = self.view.processes.get(self.target)
        return process.type if process else self.target

    @property
    def type(self) -> "TypeView | None":
        """The process type of the target as the Procfile has it."""
        name = self.type_name
        return None if name is None else self.view.type(name)

    @property
    def is_process(self) -> bool:
        """Whether the target is one process."""
        return self.target in self.view.processes

    @property
    def processes(self) -> "list[ProcessView]":
        """All processes that the target means."""
        if self.target == ALL:
            return list(self.view.processes.values())
        one = self.view.processes.get(self.target)
        return [one] if one else self.view.of_type(self.target)

    @property
    def running(self) -> "list[ProcessView]":
        """Those of them that have a tree of processes now."""
        return [each for each in self.processes if each.state in RUNNING or each.leaving]

    @property
    def named(self) -> str:
        """The target as it stands in a sentence."""
        return "everything" if self.target == ALL else self.target
