"""Bars of one line: cells whose actions a click asks for."""

from typing import TYPE_CHECKING

from textual.message import Message

from proctor_tui.render.cells import Line, hit_at
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip


class ActionAsked(Message):
    """A cell was clicked: do this action, for what is selected."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class Bar(Painted):
    """One line of cells; whoever sets `line` decides what is on it."""

    DEFAULT_CSS = """
    Bar { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self._line: Line = ()
        self._lit = ""

    @property
    def line(self) -> Line:
        """What is on the bar."""
        return self._line

    @line.setter
    def line(self, line: Line) -> None:
        if line != self._line:
            self._line = line
            self.refresh()

    def render_line(self, y: int) -> "Strip":
        """The cells, from left to right."""
        return self.strip(self._line if y == 0 else (), self.size.width, lit=self._lit)

    def on_click(self, event: "events.Click") -> None:
        """Ask for what is under the mouse."""
        if action := hit_at(self._line, event.x):
            self.post_message(ActionAsked(action))

    def on_mouse_move(self, event: "events.MouseMove") -> None:
        """Show that there is something to click."""
        self._light(hit_at(self._line, event.x))

    def on_leave(self) -> None:
        """Nothing is under the mouse any more."""
        self._light("")

    def _light(self, hit: str) -> None:
        if hit != self._lit:
            self._lit = hit
            self.refresh()
