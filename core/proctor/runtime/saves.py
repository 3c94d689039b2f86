"""Who is restarted by a file save, and how that is said."""

from collections.abc import Mapping
from typing import NamedTuple

from proctor.model.names import ProcessName
from proctor.model.slots import Slot
from proctor.runtime.mailbox import FilesChanged


class Restarts(NamedTuple):
    """The processes that a save restarts, and the sentence for the log."""

    processes: tuple[ProcessName, ...]
    words: str


def restarts_by(changed: FilesChanged, slots: Mapping[ProcessName, Slot]) -> Restarts:
    """All that is wanted, or what of it is of the types that look at these files."""
    wanted = [name for name, slot in slots.items() if slot.wanted]
    said = f"{changed.words} changed"
    if changed.types is None:
        return Restarts(tuple(wanted), f"{said}: restarting")
    names = tuple(name for name in wanted if name.type in changed.types)
    types = ", ".join(dict.fromkeys(name.type for name in names))
    return Restarts(names, f"{said}: restarting {types or 'nothing, as no such process is wanted'}")
