"""The slider of a process type: a track on which the knob is what is wanted.

━━━━━━╍╍╍●──────   3 → 4      solid: the processes that are there; dashes: the way to the knob
━━━●╍╍╍──────────   4 → 2      on the way down the dashes are behind the knob
"""

from typing import TYPE_CHECKING, NamedTuple

from proctor_tui.render.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proctor.model.events import ProcessView

FIRST_MAXIMUM = 10
HIT = "slider"


class Quantity(NamedTuple):
    """How many of a type there are, and are wanted.

    `asked` is what the hand has asked for and the supervisor has not yet confirmed; `missing`
    are wanted and not on their way: crashed, or stopped by hand.
    """

    desired: int
    actual: int
    missing: int = 0
    asked: int | None = None

    @property
    def aim(self) -> int:
        """Where the knob is."""
        return self.desired if self.asked is None else self.asked

    def words(self) -> str:
        """`3`, `3 → 4` while it changes, `1 of 2` when some are missing for longer."""
        if self.asked is not None and self.asked != self.desired:
            return f"{self.actual} → {self.asked}"
        if self.actual == self.desired:
            return str(self.desired)
        if self.actual + self.missing == self.desired:
            return f"{self.actual} of {self.desired}"
        return f"{self.actual} → {self.desired}"


def quantity_of(processes: "Iterable[ProcessView]", desired: int, asked: int | None) -> Quantity:
    """Count the processes of one type."""
    shown = list(processes)
    present = sum(each.state in {"up", "stopping", "complete"} for each in shown)
    missing = sum(each.state in {"crashed", "down"} for each in shown)
    return Quantity(desired, present, missing, asked)


def maximum_for(quantity: Quantity) -> int:
    """The quantity at the right end: 10, then as much more as leaves room to go on."""
    maximum = FIRST_MAXIMUM
    while max(quantity.aim, quantity.actual) > maximum * 4 // 5:
        maximum *= 2
    return maximum


def column_of(value: int, width: int, maximum: int) -> int:
    """The column of a track at which a quantity stands."""
    return round(min(value, maximum) * (width - 1) / maximum)


def value_at(x: int, width: int, maximum: int) -> int:
    """The quantity that a column of a track stands for; outside it, the nearest end."""
    return max(0, min(maximum, round(x * maximum / max(1, width - 1))))


def track(quantity: Quantity, width: int, maximum: int, paint: str) -> list[Cell]:
    """The track in exactly `width` columns, in the paint of its type."""
    knob = column_of(quantity.aim, width, maximum)
    solid = column_of(quantity.actual, width, maximum)
    settled = quantity.asked is None or quantity.asked == quantity.desired
    way = "state-crashed" if settled and quantity.missing > 0 else paint
    head = Cell("●" if settled else "○", f"bold {paint}", HIT)
    if solid <= knob:
        return [
            Cell("━" * solid, paint, HIT),
            Cell("╍" * (knob - solid), way, HIT),
            head,
            Cell("─" * (width - knob - 1), "faint", HIT),
        ]
    return [
        Cell("━" * knob, paint, HIT),
        head,
        Cell("╍" * (solid - knob), paint, HIT),
        Cell("─" * (width - solid - 1), "faint", HIT),
    ]
