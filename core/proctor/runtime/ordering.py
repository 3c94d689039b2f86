"""Start order at work: who waits until others are up, who stops before them, who follows them.

What is decided of one process is decided by its rules; this tells them of the others. Only
`Processes` calls this.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from proctor.model.configuration import AppConfiguration
from proctor.model.facts import Fact, StopAsked, StopDue, WaitsFor
from proctor.model.names import ProcessName
from proctor.model.one_offs import ONE_OFF
from proctor.model.slots import Slot
from proctor.model.start_order import StartOrder
from proctor.runtime.timers import Handle, Timers


class Steered(Protocol):
    """What ordering sees of the processes, and does to them."""

    @property
    def unordered(self) -> Mapping[ProcessName, Slot]:
        """The processes as they are, in any order."""
        ...

    def tell(self, process: ProcessName, fact: Fact) -> None:
        """Let a process's rules decide on a fact."""
        ...

    def roll(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Restart these of one type one after the other."""
        ...


class _HeldStop(msgspec.Struct):
    """A process whose stop is held until those that start after it have gone."""

    behind: frozenset[str]
    due: StopDue
    timer: Handle


class Ordering:
    """Keeps the start order of an app.

    `post` takes facts that timers bring, `say` sentences about the app.
    """

    def __init__(
        self,
        processes: Steered,
        *,
        timers: Timers,
        post: Callable[[ProcessName, Fact], None],
        say: Callable[[str], None],
    ) -> None:
        self._processes = processes
        self._timers = timers
        self._post = post
        self._say = say
        self._order = StartOrder()
        self._quantities: Mapping[str, int] = {}
        self._absent: set[tuple[str, str]] = set()
        self._held: dict[ProcessName, _HeldStop] = {}
        self._outdated: dict[str, dict[ProcessName, int]] = {}

    # What is wanted

    def configure(self, configuration: AppConfiguration) -> None:
        """From now on this order holds, for all that is started or stopped."""
        self._order = StartOrder(configuration.types)

    def want(self, quantities: Mapping[str, int]) -> None:
        """These quantities are wanted: who waits for others may start, or has to wait."""
        self._quantities = quantities
        slots = self._processes.unordered
        held = (name.type for name, slot in slots.items() if slot.waits_for is not None)
        for type_ in dict.fromkeys((*self._order.after, *held)):  # an order may be gone, too
            self._tell_of_absent(type_)
            self._tell_what_comes_first(type_)

    def first_to_last(self, names: Iterable[ProcessName]) -> list[ProcessName]:
        """In the order in which they are started; those of one turn stay as they are."""
        names = list(names)
        stages = self._order.stages(name.type for name in names) if self._order else {}
        return sorted(names, key=lambda name: -stages.get(name.type, 0))

    # Stops

    def stop(
        self, names: Iterable[ProcessName], asked: StopAsked, grace: Callable[[ProcessName], float]
    ) -> None:
        """Stop these, dependants first, so that all have gone by one deadline.

        What others depend on is told when these have gone, or when its share of the time has
        come. `grace` gives the seconds that a process has.
        """
        names = list(names)
        slots = self._processes.unordered
        stages = self._order.stages(name.type for name in names) if self._order else {}
        longest = max(map(grace, names), default=0.0)
        now = self._timers.now()
        deadline = now + longest
        turns = 1 + max(stages.values(), default=0)
        first = sorted(names, key=lambda name: stages.get(name.type, 0))
        for name in first:
            behind = self._order.all_dependants(name.type) & stages.keys()
            if behind:  # a one-off may use whatever others start after
                behind |= {ONE_OFF}
            turn = stages.get(name.type, 0)
            slot = slots.get(name)
            runs = slot is not None and slot.state in ("starting", "up")
            if not runs or not (behind and behind & self._types_left()):
                self._processes.tell(name, asked)
                continue
            self._processes.tell(name, msgspec.structs.replace(asked, held=True))
            self._hold(name, behind, StopDue(deadline=deadline), now + longest * turn / turns)

    def _hold(self, name: ProcessName, behind: frozenset[str], due: StopDue, latest: float) -> None:
        timer = self._timers.call_at(latest, lambda: self._post(name, due))
        self._held[name] = _HeldStop(behind, due, timer)

    def is_held(self, name: ProcessName) -> bool:
        """Its stop has been asked for, and waits for others."""
        return name in self._held

    def forget(self, name: ProcessName) -> None:
        """Something else was asked of it, or its stop begins: nothing is held any more."""
        held = self._held.pop(name, None)
        if held is not None:
            held.timer.cancel()

    def close(self) -> None:
        """Nothing is expected any more."""
        for name in list(self._held):
            self.forget(name)

    def _let_go(self) -> None:
        left = self._types_left()
        for name, held in list(self._held.items()):
            if name in self._held and not held.behind & left:
                self.forget(name)
                self._processes.tell(name, held.due)

    def _types_left(self) -> frozenset[str]:
        """The types of which somebody is still there whom nobody wants."""
        slots = self._processes.unordered.items()
        return frozenset(name.type for name, slot in slots if slot.is_leaving)

    # What has happened

    def moved(self, before: Slot, slot: Slot) -> None:
        """A process is in another state, or wanted or not: others may depend on that."""
        if not self._order:
            return
        if slot.run is None and slot.name in self._held:
            self.forget(slot.name)
        if self._held and (slot.run is None or slot.wanted):
            self._let_go()
        if before.state == slot.state:
            return
        type_ = slot.name.type
        if slot.state == "up" and slot.runs > 1:
            self._outdate(slot)
        for dependant in self._order.dependants(type_):
            self._tell_what_comes_first(dependant)
        if slot.state == "up" and type_ in self._outdated:
            self._restart_outdated(slot)

    def _outdate(self, slot: Slot) -> None:
        """Those that run have begun with an earlier run of it: note them, to be restarted."""
        for type_ in self._order.restarted_with(slot.name.type):
            outdated = self._outdated.setdefault(slot.name.type, {})
            for name, each in self._processes.unordered.items():
                if name.type == type_ and each.run is not None and each.state != "stopping":
                    outdated[name] = each.runs

    def _restart_outdated(self, slot: Slot) -> None:
        """As soon as all of the type are up again, so that a rolling restart counts once."""
        slots = self._processes.unordered
        needed = slot.name.type
        if any(
            name.type == needed and each.wanted and each.state not in ("up", "complete")
            for name, each in slots.items()
        ):
            return
        outdated = self._outdated.pop(needed)
        names = [
            name
            for name, run in outdated.items()
            if name in slots and slots[name].wanted and slots[name].runs == run
            and slots[name].run is not None and slots[name].state != "stopping"
        ]  # fmt: skip
        for type_ in dict.fromkeys(name.type for name in names):
            self._processes.roll(
                sorted(name for name in names if name.type == type_),
                cause=slot.cause,
                reason=f"{slot.name} was restarted, and {type_} restarts with it",
            )

    # Waiting

    def _tell_what_comes_first(self, type_: str) -> None:
        slots = self._processes.unordered
        fact = WaitsFor(words=self._order.waits_for(type_, self._quantities, slots))
        for name in sorted(name for name in slots if name.type == type_):
            slot = self._processes.unordered.get(name)
            if slot is not None and slot.waits_for != fact.words:
                self._processes.tell(name, fact)

    def _tell_of_absent(self, type_: str) -> None:
        """Say once that it does not wait for a type that is scaled to 0, and how that starts."""
        absent = {
            (type_, need)
            for need in self._order.absent(type_, self._quantities)
            if self._quantities.get(type_)
        }
        for _, need in sorted(absent - self._absent):
            words = f"{type_} does not wait for {need}, which is scaled to 0"
            self._say(f"{words}; start it with: proctor scale {need}=1")
        self._absent = {pair for pair in self._absent if pair[0] != type_} | absent
