"""Targets: which processes "web.1", "web" and "all" mean."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from proctor.errors import UserError
from proctor.logs import window
from proctor.model.quoting import quoted

if TYPE_CHECKING:
    from proctor.model.events import Snapshot

EVERYTHING = "all"


def covered(target: str, names: Collection[str]) -> list[str]:
    """The names of the processes that a target means, in their order."""
    return [name for name in names if target in (EVERYTHING, name, name.rpartition(".")[0])]


def spelled_out(targets: Iterable[str], snapshot: "Snapshot") -> tuple[str, ...]:
    """The same targets with the types of a group in the place of its name."""
    found = []
    for target in targets:
        of_group = [each.type for each in snapshot.types if each.group == target]
        found += of_group or [target]
    return tuple(dict.fromkeys(found))


def journal_of(target: str | None, snapshot: "Snapshot", *, where: str | None = "--ps") -> str:
    """The journal that holds what a target has printed; everything without one.

    Raises:
        UserError: there is no such process or process type, nor was there.
    """
    if target is None:
        return window.EVERYTHING
    types = {each.type for each in snapshot.types}
    names = [view.name for view in snapshot.processes]
    if target in types or target in snapshot.journals or covered(target, names):
        return window.EVERYTHING if target == EVERYTHING else target
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistyped name alone

    near = get_close_matches(target, [*types, *names], n=1)
    hint = f"The nearest name is '{near[0]}'" if near else "'proctor ps' lists them"
    raise UserError(f"there is no process {quoted(target)}", where=where, hint=hint)
