"""The formation panel: what is wanted and what is there, to be read and to be taken by the hand."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from proctor_tui.actions import ACTIONS
from proctor_tui.keymap import RAIL_KEYS
from proctor_tui.render.cells import Cell, hit_at, right
from proctor_tui.render.formation_rows import Look, Row, rows
from proctor_tui.render.slider import HIT
from proctor_tui.situation import ALL
from proctor_tui.widgets.painted import Painted
from proctor_tui.widgets.scale_hand import ScaleHand

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from proctor_tui.view import View

ROOMY_HEIGHT = 16
"""From this height on, blank lines set the types apart."""

WHEEL_REST_SECONDS = 0.4
"""A wheel that has not turned for so long begins anew: what is under the mouse then is meant."""


def _verb(name: str) -> str:
    return "act" if name in ACTIONS else "move"


class FormationPanel(Painted, can_focus=True):
    """Shows each process type with its slider and its processes, and takes keys and mouse."""

    BINDINGS: ClassVar[list["BindingType"]] = [
        # Done by the screen in the turn of the key: a message would come after the next key, which
        # might then be for what was selected before.
        Binding(",".join(keys), f"screen.{_verb(name)}('{name}')", show=False)
        for name, keys in RAIL_KEYS.items()
    ]
    DEFAULT_CSS = """
    FormationPanel { height: 1fr; }
    """

    view: "reactive[View | None]" = reactive(None, repaint=False)
    """What is shown."""
    selected = reactive(ALL, repaint=False)
    """The selected process ("web.1"), type ("web") or ALL."""
    now = reactive(0.0, repaint=False)
    """Wall time, from which durations are counted."""

    class Selected(Message):
        """Another row was selected; `zoomed` after a double click."""

        def __init__(self, target: str, *, zoomed: bool = False) -> None:
            super().__init__()
            self.target = target
            self.zoomed = zoomed

    class Asked(Message):
        """A button was clicked: an action for a target, which is selected before it is done."""

        def __init__(self, action: str, target: str) -> None:
            super().__init__()
            self.action = action
            self.target = target

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self.hand = ScaleHand(self, moved=self.update_rows)
        self._rows: list[Row] = []
        self._top = 0
        self._scrolled_at = float("-inf")
        self._hovered = ""
        self._lit = ""

    def watch_view(self) -> None:
        """Forget what has been confirmed meanwhile, then show the rest."""
        if self.view is not None:
            self.hand.settle(self.view)
        self.update_rows()

    def watch_selected(self) -> None:
        """Bring the selected row into sight."""
        self.update_rows()
        self.scroll_to_selected()

    def watch_now(self) -> None:
        """Durations have grown."""
        self.update_rows()

    def on_resize(self) -> None:
        """Other columns may fit now."""
        self.update_rows(all_lines=True)
        self.scroll_to_selected()

    def update_rows(self, *, all_lines: bool = False) -> None:
        """Lay the rows out again; only lines that differ are drawn."""
        if self.view is None or not self.size.width:
            return
        before, top = self._rows, self._top
        look = Look(
            width=self.size.width,
            now=self.now,
            selected=self.selected,
            hovered=self._hovered,
            roomy=self.size.height >= ROOMY_HEIGHT,
            asked=self.hand.asked,
            maxima=self.hand.maxima,
        )
        self._rows = rows(self.view, look)
        self._top = max(0, min(self._top, len(self._rows) - self.size.height))
        if all_lines or len(before) != len(self._rows) or top != self._top:
            self.refresh()
            return
        for number, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if old != new:
                self.refresh(Region(0, number - self._top, self.size.width, 1))

    def scroll_to_selected(self) -> None:
        """Move the part that is shown by as little as brings the selection into sight."""
        place = next((n for n, row in enumerate(self._rows) if row.target == self.selected), 0)
        height = max(1, self.size.height - 1)  # the last line may say how much is below
        self._scroll(max(place - height + 1, min(self._top, place)))

    def render_line(self, y: int) -> Strip:
        """One line of the part that is shown."""
        number = y + self._top
        if number >= len(self._rows):
            return self.strip((), self.size.width)
        below = len(self._rows) - self._top - self.size.height
        if y == self.size.height - 1 and below > 0:
            more = Cell(right(f"↓ {below + 1} more ", self.size.width), "dim")
            return self.strip([more], self.size.width)
        row = self._rows[number]
        chosen = row.target == self.selected and row.kind != "heading"
        ground = "marked" if chosen else "hovered" if row.target == self._hovered != "" else ""
        over = row.target == self._hovered
        return self.strip(row.cells, self.size.width, lit=self._lit if over else "", ground=ground)

    def row_at(self, y: int) -> Row | None:
        """The row under a line of the panel."""
        number = y + self._top
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def on_mouse_down(self, event: "events.MouseDown") -> None:
        """Take the knob, press a button, or select a row."""
        row = self.row_at(event.y)
        if row is None or event.button != 1:
            return
        event.stop()
        hit = hit_at(row.cells, event.x)
        if row.kind == "heading" and hit:
            self.post_message(self.Asked(hit, self.selected))
        elif hit == HIT and row.slider is not None:
            self.post_message(self.Selected(row.target))
            self.hand.take(row.target, row.slider, event.x)
        elif hit:
            self.post_message(self.Asked(hit, row.target))
        elif row.target:
            self.post_message(self.Selected(row.target))

    def on_mouse_move(self, event: "events.MouseMove") -> None:
        """Drag the knob; else say what a click would do by making it brighter."""
        if self.hand.dragging:
            self.hand.drag(event.x, held=event.button != 0)
            return
        row = self.row_at(event.y)
        self._hover(row.target if row else "", hit_at(row.cells, event.x) if row else "")

    def on_mouse_up(self, event: "events.MouseUp") -> None:
        """Let the knob go: what it stands on is wanted."""
        if self.hand.dragging:
            event.stop()
            self.hand.release()

    def on_mouse_release(self) -> None:
        """The mouse was taken away in the middle of a drag."""
        self.hand.release()

    def on_leave(self) -> None:
        """Nothing is under the mouse any more."""
        self._hover("", "")

    def on_click(self, event: "events.Click") -> None:
        """A double click on a process or type shows its pane alone."""
        row = self.row_at(event.y)
        double = event.chain == 2  # noqa: PLR2004 - a double click
        if row and row.target and double and not hit_at(row.cells, event.x):
            self.post_message(self.Selected(row.target, zoomed=True))

    def on_mouse_scroll_up(self, event: "events.MouseScrollUp") -> None:
        """On a slider, one more; elsewhere, scroll."""
        self._wheel(event, +1)

    def on_mouse_scroll_down(self, event: "events.MouseScrollDown") -> None:
        """On a slider, one fewer; elsewhere, scroll."""
        self._wheel(event, -1)

    def reached_by(self, motion: str) -> str:
        """What a motion ("select_next", "page_down" …) would select."""
        targets = [row.target for row in self._rows if row.target] or [ALL]
        here = targets.index(self.selected) if self.selected in targets else 0
        page = max(1, self.size.height - 2)
        places = {
            "select_next": here + 1,
            "select_previous": here - 1,
            "select_first": 0,
            "select_last": len(targets) - 1,
            "page_down": here + page,
            "page_up": here - page,
        }
        return targets[max(0, min(len(targets) - 1, places[motion]))]

    def _hover(self, target: str, hit: str) -> None:
        if (target, hit) == (self._hovered, self._lit):
            return
        left, self._hovered, self._lit = self._hovered, target, hit
        self.update_rows()
        for number, row in enumerate(self._rows):
            if row.target and row.target in {left, target}:
                self.refresh(Region(0, number - self._top, self.size.width, 1))

    def _wheel(self, event: "events.MouseEvent", step: int) -> None:
        event.stop()
        row = self.row_at(event.y)
        # A slider that only passes under the mouse while somebody scrolls is not meant.
        scrolling = event.time - self._scrolled_at < WHEEL_REST_SECONDS
        if row and row.slider and hit_at(row.cells, event.x) == HIT and not scrolling:
            self.hand.step(row.target, step, by="slider")
        else:
            self._scrolled_at = event.time
            self._scroll(self._top - 3 * step)

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, len(self._rows) - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()
