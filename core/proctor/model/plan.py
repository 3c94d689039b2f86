"""Desired formation against the slots there are: which to start, which to stop, in which order."""

from collections.abc import Iterable, Mapping

import msgspec

from proctor.model.names import ProcessName
from proctor.model.slots import Slot


class Plan(msgspec.Struct, frozen=True):
    """What to do, in order: what to start by type and number, what to stop highest number first.

    `again` were on their way out, and are wanted after all.
    """

    start: tuple[ProcessName, ...]
    again: tuple[ProcessName, ...]
    stop: tuple[ProcessName, ...]


def plan(quantities: Mapping[str, int], slots: Mapping[ProcessName, Slot]) -> Plan:
    """What the change to these quantities asks for.

    A type that `quantities` does not name is gone from the Procfile. A process within its
    quantity that was stopped by hand stays down; one that was scaled away comes back. One-offs
    are no matter of quantities.
    """
    wanted = [name for type_ in quantities for name in numbered(type_, quantities[type_])]
    start = (name for name in wanted if name not in slots)
    again = (name for name in wanted if name in slots and slots[name].scaled_away)
    stop = (
        name
        for name, slot in slots.items()
        if slot.one_off is None
        and not slot.scaled_away
        and name.number > quantities.get(name.type, 0)
    )
    return Plan(tuple(start), tuple(again), tuple(sorted(stop, reverse=True)))


def surplus(quantities: Mapping[str, int], slots: Iterable[Slot]) -> tuple[ProcessName, ...]:
    """The slots that nobody wants any more and whose last run has gone: they are forgotten."""
    return tuple(
        slot.name
        for slot in slots
        if slot.run is None
        and not slot.wanted
        and slot.name.number > quantities.get(slot.name.type, 0)
    )


def numbered(type_: str, quantity: int) -> Iterable[ProcessName]:
    """The names of so many processes of the type: web.1, web.2 …."""
    return (ProcessName(type_, number) for number in range(1, quantity + 1))
