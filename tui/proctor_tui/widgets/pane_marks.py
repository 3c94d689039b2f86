"""Under the tiles, when there are more than one page of them: which page, and the way to others.

[  1 2 3  ]   panes 7 to 12 of 20

Where there is no room for all of it, the page that is shown keeps its number, those around it as
far as they fit, and the words are short: [ … 6 7 8 … ]   13 to 14 of 50
"""

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from proctor_tui.render.cells import Cell, Line, hit_at, width_of
from proctor_tui.widgets.painted import Painted


class PaneMarks(Painted):
    """A line of page numbers; `page` counts from 0."""

    DEFAULT_CSS = """
    PaneMarks { height: 1; color: $ink; display: none; }
    PaneMarks.-several { display: block; }
    """
    ALLOW_SELECT: ClassVar[bool] = False

    page: reactive[int] = reactive(0)
    pages: reactive[int] = reactive(1)
    words: reactive[str] = reactive("")

    class Turned(Message):
        """Another page is wanted."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self) -> None:
        super().__init__()
        self._lit = ""

    def watch_pages(self, pages: int) -> None:
        """One page needs no marks."""
        self.set_class(pages > 1, "-several")

    @property
    def cells(self) -> Line:
        """The marks, each with the page that a click on it turns to."""
        everything = range(self.pages)
        short = self.words.removeprefix("panes ")
        for words in (self.words, short):
            line = self._line(everything, words)
            if width_of(line) <= self.size.width:
                return line
        line = self._line(range(self.page, self.page + 1), short)
        for numbers in self._growing(self.page, self.page + 1):
            wider = self._line(numbers, short)
            if width_of(wider) > self.size.width:
                break
            line = wider
        return line

    def _growing(self, first: int, end: int) -> Iterator[range]:
        """More and more pages around those from `first` to before `end`."""
        while first > 0 or end < self.pages:
            if end < self.pages:
                end += 1
                yield range(first, end)
            if first > 0:
                first -= 1
                yield range(first, end)

    def _line(self, numbers: range, words: str) -> Line:
        marks = [
            Cell(f" {number + 1} ", "block" if number == self.page else "dim", hit=str(number))
            for number in numbers
        ]
        if numbers.start > 0:
            marks.insert(0, Cell("…", "dim", hit=str(numbers.start - 1)))
        if numbers.stop < self.pages:
            marks.append(Cell("…", "dim", hit=str(numbers.stop)))
        back, on = (self.page - 1) % self.pages, (self.page + 1) % self.pages
        return (
            Cell(" [ ", "bold accent", hit=str(back)),
            *marks,
            Cell(" ] ", "bold accent", hit=str(on)),
            Cell("  " + words, "dim"),
        )

    def render_line(self, y: int) -> Strip:
        """The one line."""
        return self.strip(self.cells if y == 0 else (), self.size.width, lit=self._lit)

    def on_click(self, event: events.Click) -> None:
        """Turn to the page under the mouse."""
        event.stop()
        if hit := hit_at(self.cells, event.x):
            self.post_message(self.Turned(int(hit)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The mark under the mouse is brighter."""
        self._light(hit_at(self.cells, event.x))

    def on_leave(self) -> None:
        """No mark is under the mouse."""
        self._light("")

    def _light(self, hit: str) -> None:
        if hit != self._lit:
            self._lit = hit
            self.refresh(self.size.region)
