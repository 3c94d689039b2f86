"""Targets: which processes "web.1", "web", a group's name and "all" mean."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from proctor.errors import UserError
from proctor.model.quoting import quoted

if TYPE_CHECKING:
    from proctor.model.events import Snapshot

EVERYTHING = "all"


def covered(target: str, names: Collection[str]) -> list[str]:
    """The names of the processes that a target means, in their order."""
    return [name for name in names if target in (EVERYTHING, name, name.rpartition(".")[0])]


def named(targets: Collection[str], names: Collection[str]) -> list[str]:
    """The names of the processes that one of the targets means; without any, all of them."""
    if not targets:
        return list(names)
    return [name for name in names if any(covered(target, [name]) for target in targets)]


def spelled_out(targets: Iterable[str], groups: Mapping[str, str | None]) -> tuple[str, ...]:
    """The same targets with the types of a group in the place of its name; `groups` by type."""
    found = []
    for target in targets:
        of_group = [type_ for type_, group in groups.items() if group == target]
        found += of_group or [target]
    return tuple(dict.fromkeys(found))


def groups_of(snapshot: "Snapshot") -> dict[str, str | None]:
    """The group of each type."""
    return {each.type: each.group for each in snapshot.types}


def chosen(
    targets: Iterable[str], snapshot: "Snapshot", *, where: str | None = "--ps"
) -> tuple[str, ...]:
    """The types and processes that are meant, groups spelled out; none where it is everything.

    Raises:
        UserError: there is no such process or process type, nor was there.
    """
    found = spelled_out(targets, groups_of(snapshot))
    for target in found:
        require_target(target, snapshot, where=where)
    return () if EVERYTHING in found else found


def require_target(target: str, snapshot: "Snapshot", *, where: str | None = None) -> None:
    """See that there is such a process or process type, or was one; `where` said so.

    Raises:
        UserError: there is none.
    """
    types = {each.type for each in snapshot.types}
    names = [view.name for view in snapshot.processes]
    if target in (EVERYTHING, *types) or target in snapshot.journals or covered(target, names):
        return
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistyped name alone

    near = get_close_matches(target, [*types, *names], n=1)
    hint = f"The nearest name is '{near[0]}'" if near else "'proctor ps' lists them"
    raise UserError(f"there is no process {quoted(target)}", where=where, hint=hint)
