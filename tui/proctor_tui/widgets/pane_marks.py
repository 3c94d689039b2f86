"""Under the tiles, when there are more than one page of them: which page, and the way to others.

[  1 2 3  ]   panes 7 to 12 of 20
"""

from typing import ClassVar

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from proctor_tui.render.cells import Cell, Line, hit_at
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
        numbers = [
            Cell(f" {number + 1} ", "block" if number == self.page else "dim", hit=str(number))
            for number in range(self.pages)
        ]
        back, on = (self.page - 1) % self.pages, (self.page + 1) % self.pages
        return (
            Cell(" [ ", "bold accent", hit=str(back)),
            *numbers,
            Cell(" ] ", "bold accent", hit=str(on)),
            Cell("  " + self.words, "dim"),
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
