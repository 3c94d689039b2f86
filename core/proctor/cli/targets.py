"""Targets: which processes "web.1", "web" and "all" mean."""

from collections.abc import Collection

EVERYTHING = "all"


def covered(target: str, names: Collection[str]) -> list[str]:
    """The names of the processes that a target means, in their order."""
    return [name for name in names if target in (EVERYTHING, name, name.rpartition(".")[0])]
