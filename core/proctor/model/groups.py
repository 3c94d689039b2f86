"""Groups: process types that are shown, and may be steered, together by one name."""

from collections.abc import Iterable, Mapping, Sequence

from proctor.errors import UserError
from proctor.model.events import TypeView
from proctor.model.quoting import quoted
from proctor.model.type_settings import TypeSettings

_EVERYTHING = "all"


def require_groups(
    types: Mapping[str, TypeSettings], procfile_types: Sequence[str], places: Mapping[str, str]
) -> None:
    """See that a group's name means nothing else; `places` is where each type's is written.

    Raises:
        UserError: it is that of a process type, or could be one of a process, or means all.
    """
    for type_, settings in types.items():
        group = settings.group
        if group is None:
            continue
        problem = None
        if group in procfile_types:
            problem = f"{quoted(group)} is the name of a process type, and cannot be a group's"
        elif group == _EVERYTHING:
            problem = f"{quoted(group)} means all processes, and cannot be a group's name"
        elif not group or group.rpartition(".")[2].isdecimal() or set(group) & set(" \t=,"):
            problem = f"{quoted(group)} cannot be the name of a group"
        if problem is not None:
            raise UserError(
                f"group: {problem}",
                where=places.get(type_, f"group of {type_}"),
                hint="Use a word that no type has, as 'backend'",
            )


def types_in(group: str, types: Iterable[TypeView]) -> tuple[str, ...]:
    """The types of a group, in their order; none if there is no such group."""
    return tuple(each.type for each in types if each.group == group)
