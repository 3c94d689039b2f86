"""The title line of a pane: state, name, how long and how much; buttons at its right end.

● web.1  up 2 m · 24/s                  ↻ ■ ⤢

PaneTitle(journal, colour)
down    process (ProcessView | None), words (for merged journals), now, lines_per_second, zoomed
up      Requested(action_id, journal)   action_id: restart, stop, start, zoom
"""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from proctor.control.session import EVERYTHING
from proctor.logs.safe import safe
from proctor.model.events import ProcessView
from proctor_tui.render.cells import Cell, Line, hit_at, left, spread, width_of
from proctor_tui.render.stamps import rate
from proctor_tui.render.states import fitting, glyph, paint, remarks
from proctor_tui.render.units import span_in_words
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUTTONS = {"restart": "↻", "stop": "■", "start": "▶", "zoom": "⤢"}
_UNZOOM = "⤡"
_DOUBLE = 2


class PaneTitle(Painted):
    """One line over the lines of a pane."""

    DEFAULT_CSS = """
    PaneTitle { height: 1; color: $ink; }
    """
    ALLOW_SELECT: ClassVar[bool] = False

    process: reactive[ProcessView | None] = reactive(None)
    words: reactive[str] = reactive("")
    now: reactive[float] = reactive(0.0, repaint=False)
    lines_per_second: reactive[float] = reactive(0.0, repaint=False)
    zoomed: reactive[bool] = reactive(default=False)

    class Requested(Message):
        """A button was pressed: an action for this journal is asked for."""

        def __init__(self, action_id: str, journal: str) -> None:
            super().__init__()
            self.action_id = action_id
            self.journal = journal

    def __init__(self, journal: str, colour: str) -> None:
        super().__init__()
        self.journal = journal
        self.colour = colour
        self._lit = ""

    def render_line(self, y: int) -> Strip:
        """The one line."""
        cells = self.cells if y == 0 else ()
        return self.strip(cells, self.size.width, lit=self._lit)

    @property
    def cells(self) -> Line:
        """What the line is made of, with what a click on each part asks for."""
        buttons = self._buttons()
        room = self.size.width - width_of(buttons) - 1
        start = [Cell(" "), *self._sign(), *self._named(room)]
        rest = room - width_of(start) - 2
        said = self._said(rest)
        if said and rest > 0:
            start.append(Cell("  " + left(said, rest).rstrip(), self._said_paint()))
        return spread(start, buttons, self.size.width)

    def clock(self, now: float, lines_per_second: float) -> None:
        """A second has passed: repaint if that changes a word."""
        before = self.cells
        self.now, self.lines_per_second = now, lines_per_second
        if self.cells != before:
            self.refresh(self.size.region)  # a region: it is painted, and nothing laid out

    def _sign(self) -> list[Cell]:
        if self.process is None:
            return [Cell("≡ ", self.colour)]
        return [Cell(glyph(self.process) + " ", paint(self.process))]

    def _named(self, room: int) -> list[Cell]:
        name = "everything" if self.journal == EVERYTHING else safe(self.journal)
        return [Cell(left(name, max(1, room - 3)).rstrip(), f"bold {self.colour}")]

    def _said(self, room: int) -> str:
        said: tuple[str, ...] = (self.words,)
        if self.process is not None:
            up = f"up {span_in_words(self.now - self.process.since)}"
            said = remarks(self.process, self.now) or (up,)
        speed = rate(self.lines_per_second)
        fullest = (f"{said[0]} · {speed}",) if speed and said[0] else (speed,) if speed else ()
        return fitting((*fullest, *said), room)

    def _said_paint(self) -> str:
        if self.process is None or self.process.state in ("up", "down", "complete"):
            return "dim"
        return paint(self.process)

    def _buttons(self) -> "Sequence[Cell]":
        actions = ["zoom"]
        if self.journal != EVERYTHING:
            idle = self.process is not None and not self.process.wanted
            actions = ["start", "zoom"] if idle else ["restart", "stop", "zoom"]
        signs = {**_BUTTONS, "zoom": _UNZOOM if self.zoomed else _BUTTONS["zoom"]}
        return [Cell(f" {signs[each]} ", "dim", hit=each) for each in actions]

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The button under the mouse is brighter."""
        self._light(hit_at(self.cells, event.x))

    def on_leave(self) -> None:
        """No button is under the mouse."""
        self._light("")

    def on_click(self, event: events.Click) -> None:
        """A button asks for its action; a double click beside them zooms."""
        if action := hit_at(self.cells, event.x):
            event.stop()
            self.post_message(self.Requested(action, self.journal))
        elif event.chain == _DOUBLE:
            self.post_message(self.Requested("zoom", self.journal))

    def _light(self, hit: str) -> None:
        if hit != self._lit:
            self._lit = hit
            self.refresh(self.size.region)
