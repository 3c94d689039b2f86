"""Blocks of ports: which base an app gets where nobody names one and other apps run as well.

The first app has the default base, the next the one a thousand above, and so on. An app gets the
block back that it had the last time, as long as that is free: its address stays the same.
"""

from collections.abc import Iterable, Iterator

import msgspec

from proctor.model.ports import DEFAULT_BASE, HIGHEST, PER_TYPE

STEP = 1000


class PortBlock(msgspec.Struct, frozen=True):
    """The usual ports of a running app: `size` of them from `base` on."""

    app: str  #: as people name it
    root: str
    base: int
    size: int

    @property
    def last(self) -> int:
        """The highest port of it."""
        return self.base + self.size - 1

    def overlaps(self, base: int, size: int) -> bool:
        """Whether one of so many ports from `base` on belongs to it."""
        return self.base < base + size and base < self.base + self.size


class Choice(msgspec.Struct, frozen=True):
    """The base that an app gets, and a sentence where that is news."""

    base: int
    note: str | None = None


def block_size(types: int) -> int:
    """How many ports the process types of an app span."""
    return PER_TYPE * max(1, types)


def choose_base(size: int, taken: Iterable[PortBlock], *, former: int | None = None) -> Choice:
    """The base for an app of which nobody says one.

    `taken` are the blocks of the other apps that run, `former` is the base it had the last time,
    where that was not the default. Where no block is free it is the default: processes then
    evade ports one by one.
    """
    others = list(taken)

    def owner(base: int) -> PortBlock | None:
        return next((each for each in others if each.overlaps(base, size)), None)

    if former is not None and former + size - 1 <= HIGHEST and owner(former) is None:
        return Choice(former)
    first = owner(DEFAULT_BASE)
    for base in _bases(size):
        if owner(base) is None:
            return Choice(base, None if first is None else _note(base, first))
    return Choice(DEFAULT_BASE)


def _bases(size: int) -> Iterator[int]:
    return iter(range(DEFAULT_BASE, HIGHEST + 2 - size, STEP))


def _note(base: int, owner: PortBlock) -> str:
    return (
        f"ports count from {base} on: {owner.base} to {owner.last} belong to {owner.app} "
        f"({owner.root}), which runs as well; -p chooses others"
    )
