"""Start order: which process types are up before which, and what a process waits for.

`after` is an order and no requirement: a type that is scaled to 0 is not waited for.
"""

from collections.abc import Iterable, Mapping

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.plan import numbered
from proctor.model.quoting import quoted
from proctor.model.slots import Slot
from proctor.model.type_settings import Dependency, TypeSettings

MOST_NAMED = 3
ARROW = " → "
#: of one and of several, by whether they have to end
_READY_WORDS = {
    False: ("is up", "are up"),
    True: ("has ended well", "have ended well"),
}
_ENDING = ("stay", "restart-on-failure")


class StartOrder:
    """The order of an app's process types; empty where no type says `after`."""

    def __init__(self, types: Mapping[str, TypeSettings] | None = None) -> None:
        self.after: dict[str, tuple[Dependency, ...]] = {
            type_: settings.after for type_, settings in (types or {}).items() if settings.after
        }

    def __bool__(self) -> bool:
        return bool(self.after)

    def dependants(self, type_: str) -> tuple[str, ...]:
        """The types that start after this one, by their own word."""
        return tuple(
            name for name, needs in self.after.items() if any(need.type == type_ for need in needs)
        )

    def restarted_with(self, type_: str) -> tuple[str, ...]:
        """The types that are restarted when a process of this one has been."""
        return tuple(
            name
            for name, needs in self.after.items()
            if any(need.type == type_ and need.restart for need in needs)
        )

    def all_dependants(self, type_: str) -> frozenset[str]:
        """The types that start after this one, also by way of others."""
        found: set[str] = set()
        left = [type_]
        while left:
            for name in self.dependants(left.pop()):
                if name not in found:
                    found.add(name)
                    left.append(name)
        return frozenset(found)

    def stages(self, types: Iterable[str]) -> dict[str, int]:
        """In which turn each of these is stopped: 0 for those that none of the others needs."""
        types = tuple(dict.fromkeys(types))
        above = {type_: self.all_dependants(type_) & set(types) for type_ in types}
        stages: dict[str, int] = {}
        # Who has fewer types that start after it comes before whom it starts after.
        for type_ in sorted(types, key=lambda each: len(above[each])):
            stages[type_] = 1 + max((stages[each] for each in above[type_]), default=-1)
        return stages

    def waits_for(
        self, type_: str, quantities: Mapping[str, int], slots: Mapping[ProcessName, Slot]
    ) -> str | None:
        """What a process of this type waits for, in words; None if it may start."""
        missing = [
            (need, names)
            for need in self.after.get(type_, ())
            if (names := _not_ready(need, quantities, slots))
        ]
        if not missing:
            return None
        named = [word for need, names in missing for word in _named(need.type, names, quantities)]
        words = f"waits until {_listed(named)}"
        ends = {need.completed for need, _ in missing}
        ((_, names),) = missing[:1]
        if len(missing) > 1 or len(names) > 1:
            return f"{words} {' or '.join(_READY_WORDS[end][1] for end in sorted(ends))}"
        how = _how_it_is(names[0], slots.get(names[0]))
        return f"{words} {_READY_WORDS[ends.pop()][0]} ({how})"

    def absent(self, type_: str, quantities: Mapping[str, int]) -> tuple[str, ...]:
        """The types that it would wait for, if they were not scaled to 0."""
        return tuple(
            need.type for need in self.after.get(type_, ()) if not quantities.get(need.type)
        )


def require_order(
    types: Mapping[str, TypeSettings], places: Mapping[str, str] | None = None
) -> None:
    """See that there is an order: that no type starts after itself, by whatever way.

    `places` tells where the `after` of a type stands.

    Raises:
        UserError: there is a cycle; it is drawn.
    """
    after = StartOrder(types).after
    done: set[str] = set()
    for type_ in after:
        cycle = _cycle_from(type_, after, done, ())
        if cycle is not None:
            raise UserError(
                f"process types wait for each other: {ARROW.join(cycle)}",
                where=(places or {}).get(cycle[0]),
                hint="Take one of them out of the 'after' of the one before it",
            )


def require_ends(
    types: Mapping[str, TypeSettings], usual: TypeSettings, places: Mapping[str, str]
) -> None:
    """See that what has to end before others start may stay so; `usual` is all other types'.

    Raises:
        UserError: it is started again, or all is stopped, whenever it ends.
    """
    for type_, settings in types.items():
        for need in settings.after:
            on_exit = types.get(need.type, usual).on_exit
            if need.completed and on_exit not in _ENDING:
                raise UserError(
                    f"{type_} waits for the end of {need.type}, whose on_exit is {quoted(on_exit)}",
                    where=places.get(type_),
                    hint=f'Write on_exit = "stay" below [types.{need.type}]',
                )


def _cycle_from(
    type_: str, after: Mapping[str, tuple[Dependency, ...]], done: set[str], way: tuple[str, ...]
) -> tuple[str, ...] | None:
    if type_ in way:
        return (*way[way.index(type_) :], type_)
    if type_ in done:
        return None
    for need in after.get(type_, ()):
        cycle = _cycle_from(need.type, after, done, (*way, type_))
        if cycle is not None:
            return cycle
    done.add(type_)
    return None


def _not_ready(
    need: Dependency, quantities: Mapping[str, int], slots: Mapping[ProcessName, Slot]
) -> list[ProcessName]:
    """Its processes that are not up; what has ended well and stays so has done its work."""
    ready = ("complete",) if need.completed else ("up", "complete")
    return [
        name
        for name in numbered(need.type, quantities.get(need.type, 0))
        if name not in slots or slots[name].state not in ready
    ]


def _named(type_: str, names: list[ProcessName], quantities: Mapping[str, int]) -> list[str]:
    """The type, if it has but one process or many of them are missing; else those that are."""
    if quantities.get(type_) == 1 or len(names) > MOST_NAMED:
        return [type_]
    return list(map(str, names))


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _how_it_is(name: ProcessName, slot: Slot | None) -> str:
    if slot is None or slot.state in ("starting", "stopping"):
        return "it is starting"
    if slot.state == "up":
        return "it runs"
    if slot.state == "waiting":
        return "it waits, too"
    if slot.state == "crashed":
        return "it has crashed"
    return f"it was stopped; start it with: proctor start {name}"
