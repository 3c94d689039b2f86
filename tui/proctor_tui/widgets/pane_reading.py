"""Where in a journal a pane reads, and which of its lines it holds.

Places are absolute: a line's number in the journal and a row within that line when it wraps. So
new lines below, lines dropped above and another width of the pane leave the same text under the
eye. Following means that the last row of the journal is at the bottom.

Only a window of lines is held: what is shown and a margin. What is wanted besides is said by
`wanted`, once per change; what comes is taken by `take`. Pure: no widget, no clock.
"""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from proctor.logs.window import Row, Window

_MARGIN = 24  #: lines held above and below the shown ones, so that a turn of the wheel finds them
_NEAR = 8  #: closer than this to the edge of what is held, more is asked for


class Place(NamedTuple):
    """A row of the screen: which row of which line."""

    line: int
    row: int = 0


class Shown(NamedTuple):
    """A row of the screen with its line; None while that line has not come yet."""

    place: Place
    line: Row | None


class Reading:
    """One reader of one journal. `rows_of` says how many rows a line takes on the screen."""

    def __init__(self, rows_of: Callable[[Row], int]) -> None:
        self._rows_of = rows_of
        self.first = 0  #: the oldest line that is kept
        self.end = 0  #: one past the newest line
        self.height = 0
        self.follow = True
        self.top = Place(0)  #: where the pane reads while it does not follow
        self._held: dict[int, Row] = {}  # in order; with a gap where lines were dropped between
        self._seen_end = 0
        self._stale = True
        self._unsure = False  # the end is known to be out of date
        self.counts = False  #: the count of new lines has changed since this was set to False

    # What is known of the journal

    def notice(self, first: int, end: int) -> None:
        """The journal holds other lines now.

        A window may have told of more already: notices are on their way for a while. So one
        that tells of less is no sign of another journal, and only makes sure that one asks.
        """
        self.counts |= not self.follow and end > self.end
        self._stale, self._unsure = True, self._unsure or end < self.end
        if end >= self.end:
            self.first, self.end = first, end

    def touch(self) -> None:
        """Something about the journal has changed, it is not known what: a window will tell."""
        self._stale = self._unsure = True

    def resize(self, height: int) -> None:
        """So many rows are shown from now on."""
        self.height, self._stale = height, True

    def take(self, window: Window) -> None:
        """Hold the lines of a window, and those under the eye that the journal has dropped."""
        self._begin_anew_before(window.total_end)
        self.counts |= not self.follow and window.total_end > self.end
        self.first, self.end = window.total_first, window.total_end
        came = {window.first + at: row for at, row in enumerate(window.rows)}
        if self.follow or self.top.line >= window.first:
            self._held = came
        elif self.top.line in self._held:  # under the eye, though the journal has dropped it
            near = range(self.top.line - _MARGIN, self.top.line + self.height + _MARGIN)
            kept = {n: row for n, row in self._held.items() if n in near and n < window.first}
            self._held = {**kept, **came}
        else:
            self._held, self.top = came, max(self.top, Place(self.first))

    def _begin_anew_before(self, end: int) -> None:
        """A window that ends before what was read is of another journal: its supervisor is."""
        if end < next(iter(self._held), 0) or (end < self.top.line and not self.follow):
            self._held, self._seen_end, self.end = {}, 0, 0
            self.follow, self.top, self._stale = True, Place(0), True

    def wanted(self) -> tuple[int | None, int] | None:
        """The lines to ask for: the first (None: the newest), how many; or None: nothing to ask."""
        if not self._stale or not self.height:
            return None
        self._stale, unsure, self._unsure = False, self._unsure, False
        if self.follow:
            return None, self.height + _MARGIN
        if not unsure and all(line is not None and not line.unfinished for line in self._near()):
            return None
        first = max(self.first, self.top.line - _MARGIN)
        return first, self.height + 2 * _MARGIN

    # What is shown

    def rows(self) -> list[Shown]:
        """The rows of the screen, from top to bottom, at most `height`."""
        if not self.follow:
            return [each for each, _ in zip(self._downward(self.top), range(self.height))]  # noqa: B905 - the shorter decides
        shown = [each for each, _ in zip(self._upward(), range(self.height))]  # noqa: B905 - the same
        return shown[::-1]

    def line(self, number: int) -> Row | None:
        """A line by its number, if it is held."""
        return self._held.get(number)

    @property
    def new(self) -> int:
        """Lines that have come since the reader stopped following."""
        return 0 if self.follow else max(0, self.end - self._seen_end)

    @property
    def held(self) -> Collection[int]:
        """The numbers of the lines that are held, in order."""
        return self._held.keys()

    # Moving

    def to_start(self) -> None:
        """Read from the oldest line that is kept."""
        self.pause()
        self._go(Place(self.first))

    def to_end(self) -> None:
        """Follow."""
        self.follow, self._stale = True, True

    def to_fraction(self, fraction: float) -> None:
        """Read at a part of the journal: 0 is its beginning, 1 its end."""
        self.pause()
        self._go(Place(self.first + int(max(0.0, min(1.0, fraction)) * (self.end - self.first))))

    def move(self, rows: int) -> None:
        """Read further down by so many rows of the screen (up: negative)."""
        if rows < 0:
            self.pause()
            self._go(self._above(self.top, -rows))
        elif rows > 0 and not self.follow:
            self._go(self._below(self.top, rows))

    def pause(self) -> None:
        """Stay where the pane reads now."""
        if self.follow:
            shown = self.rows()
            self.top = shown[0].place if shown else Place(self.end)
            self.follow, self._seen_end = False, max(self.end, self._held_end)

    def _go(self, place: Place) -> None:
        self.top, self._stale = place, True
        below = [each for each, _ in zip(self._downward(place), range(self.height + 1))]  # noqa: B905 - the shorter decides
        if below:
            self._seen_end = max(self._seen_end, below[-1].place.line)
        if len(below) <= self.height:
            self.follow = True

    def _above(self, place: Place, rows: int) -> Place:
        number, row = place.line, place.row - rows
        while row < 0 and (before := self._before(number)) is not None:
            number = before
            row += self._height_of(number)
        return Place(number, max(0, row))

    def _below(self, place: Place, rows: int) -> Place:
        number, row = place.line, place.row + rows
        while row >= (height := self._height_of(number)):
            if number >= self._last:
                return Place(number, height - 1)
            row -= height
            number = self._after(number)
        return Place(number, row)

    def _downward(self, place: Place) -> Iterator[Shown]:
        number, row = place
        while number <= self._last:
            line = self.line(number)
            for each in range(row, self._height_of(number)):
                yield Shown(Place(number, each), line)
            number, row = self._after(number), 0

    def _upward(self) -> Iterator[Shown]:
        for number, line in reversed(self._held.items()):
            for row in range(self._rows_of(line) - 1, -1, -1):
                yield Shown(Place(number, row), line)

    def _near(self) -> Iterator[Row | None]:
        """The lines on the screen and some around them: what should be held."""
        number = self.top.line
        for _ in range(_NEAR):
            before = self._before(number)
            number = number if before is None else before
        for _ in range(self.height + 2 * _NEAR):
            if number > self._last:
                return
            yield self.line(number)
            number = self._after(number)

    def _after(self, number: int) -> int:
        """The next line; those that were dropped and are not held are passed over."""
        number += 1
        return number if number >= self.first or number in self._held else self.first

    def _before(self, number: int) -> int | None:
        """The line before, in the same way; None before the first."""
        number -= 1
        if number >= self.first or number in self._held:
            return number
        return next((each for each in reversed(self._held) if each < number), None)

    def _height_of(self, number: int) -> int:
        line = self.line(number)
        return 1 if line is None else self._rows_of(line)

    @property
    def _last(self) -> int:
        return max(self.end, self._held_end) - 1

    @property
    def _held_end(self) -> int:
        return next(reversed(self._held), -1) + 1
