"""A log pane: the lines of one journal, with keys, mouse, selection and copy.

LogPane(journal, merged=False)
down    notice(first, end)      the journal holds other lines: sets flags only
        touch()                 the same, when it is not known which (merged journals)
        window(Window)          lines that were asked for
        frame()                 called by the one shared tick: asks and repaints, if need be
        wraps, stamps, types ({process type: paint}), empty_words
up      WindowWanted(pane, journal, first | None, count)
        Copied(pane, text, words)       put the text into the clipboard, say the words
        Followed(pane, following)       follows again, or has been paused
"""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message

from proctor_tui.render.stamps import counted
from proctor_tui.widgets.pane_lines import PaneLines
from proctor_tui.widgets.pane_selection import Point, Selection, word_at

if TYPE_CHECKING:
    from textual.timer import Timer

_WHEEL = 3  #: rows a turn of the wheel
_SIDEWAYS = 8  #: columns a step to the side
_EDGE_SECONDS = 0.05  #: how often it scrolls while the mouse is held beyond an edge
_WORD, _LINE = 2, 3  #: clicks


class LogPane(PaneLines, can_focus=True):
    """A pane over one journal, which has the keys while it is focused."""

    ALLOW_SELECT = False  # Textual's own selection takes whole logs on a double click

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "to_start", "First line", show=False),
        Binding("end", "to_end", "Follow", show=False),
        Binding("left", "sideways(-1)", "Left", show=False),
        Binding("right", "sideways(1)", "Right", show=False),
        Binding("y,ctrl+c", "copy", "Copy", show=False),
        Binding("escape", "clear_selection", "Clear the selection", show=False),
    ]

    class Copied(Message):
        """Text for the clipboard, and the words that say what it is."""

        def __init__(self, pane: "LogPane", text: str, words: str) -> None:
            super().__init__()
            self.pane = pane
            self.text = text
            self.words = words

    class Followed(Message):
        """The pane follows its journal again (`following`), or has been paused."""

        def __init__(self, pane: "LogPane", *, following: bool) -> None:
            super().__init__()
            self.pane = pane
            self.following = following

    class SelectionBegun(Message):
        """Text is selected in this pane now: only one pane has a selection at a time."""

        def __init__(self, pane: "LogPane") -> None:
            super().__init__()
            self.pane = pane

    def __init__(
        self,
        journal: str,
        *,
        merged: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own parameter
        classes: str | None = None,
    ) -> None:
        super().__init__(journal, merged=merged, name=name, id=id, classes=classes)
        self._grab: Point | None = None  # where the mouse was pressed, while it is held
        self._mouse_x = self._mouse_y = 0
        self._drags_bar = False
        self._paused_to_select = False
        self._edge: Timer | None = None
        self._said_following = True

    # Moving

    def action_move(self, rows: int) -> None:
        """Go up or down by rows of the screen."""
        self.reading.move(rows)
        self._moved()

    def action_page(self, pages: int) -> None:
        """Go up or down by what is shown, less a row that stays in sight."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_to_start(self) -> None:
        """Go to the oldest line that is kept."""
        self.reading.to_start()
        self._moved()

    def action_to_end(self) -> None:
        """Go to the newest line and follow."""
        self.reading.to_end()
        self._moved()

    def action_sideways(self, steps: int) -> None:
        """Show columns further to the right, where lines do not wrap."""
        if self.wraps:
            raise SkipAction
        self.skipped_cells = max(0, self.skipped_cells + steps * _SIDEWAYS)
        self.repaint()

    def _moved(self) -> None:
        self._paused_to_select = False
        self._repaint_and_tell()

    def _repaint_and_tell(self) -> None:
        self.repaint()
        following = self.reading.follow
        if following is not self._said_following:
            self._said_following = following
            self.post_message(self.Followed(self, following=following))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Read further up; with shift or ctrl to the left."""
        event.stop()
        self._wheel(-1, sideways=event.shift or event.ctrl)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Read further down; with shift or ctrl to the right."""
        event.stop()
        self._wheel(1, sideways=event.shift or event.ctrl)

    def _wheel(self, steps: int, *, sideways: bool) -> None:
        if not sideways:
            self.action_move(steps * _WHEEL)
        elif not self.wraps:
            self.action_sideways(steps)

    # Selecting and copying

    def action_copy(self) -> None:
        """Hand the selected text up; without one the key is somebody else's."""
        if self.selection is None:
            raise SkipAction
        self._remember()
        text, complete = self.selection.copy()
        words = counted(self.selection.lines) if "\n" in text else f"{len(text):,} characters"
        suffix = "" if complete else " (not all of it)"
        self.post_message(
            self.Copied(self, text, f"{words} sent to the terminal's clipboard{suffix}")
        )

    def action_clear_selection(self) -> None:
        """Select nothing, and follow again if it was the selection that had paused the pane."""
        if self.selection is None:
            raise SkipAction
        self.selection = None
        if self._paused_to_select:
            self.action_to_end()
        self.repaint()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection, drag the scroll bar, or follow by the badge."""
        if event.button != 1:
            return
        event.stop()
        at = event.get_content_offset_capture(self)
        if self._on_badge(at):
            self.action_to_end()
            return
        self.capture_mouse()
        if at.x >= self.size.width - 1 and self.thumb:
            self._drags_bar = True
            self._drag_bar(at.y)
        else:
            self._grab = self._point_at(at)
            if self.selection is not None:
                self.selection = None
                self.repaint()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the end of the selection, or the scroll bar."""
        at = event.get_content_offset_capture(self)
        self._mouse_x, self._mouse_y = at.x, at.y
        if self._drags_bar:
            self._drag_bar(at.y)
        elif self._grab is not None:
            self._select_to(at)
            self._watch_edge()

    def on_mouse_up(self) -> None:
        """The selection stays as it is."""
        self.release_mouse()

    def on_mouse_release(self) -> None:
        """The mouse is somebody else's now, for whatever reason."""
        self._grab, self._drags_bar = None, False
        if self.selection is None and self._paused_to_select:
            self.action_to_end()  # what was read has been let go
        if self._edge is not None:
            self._edge.stop()
            self._edge = None

    def on_click(self, event: events.Click) -> None:
        """The second click selects the word, the third the line."""
        event.stop()
        if event.chain < _WORD:
            return
        point = self._point_at(event.get_content_offset_capture(self))
        row = self.reading.line(point.line)
        if row is None:
            return
        text = self.painted(row)[0].text
        start, end = word_at(text, point.character) if event.chain == _WORD else (0, len(text))
        if start == end:
            return
        self._pause_to_select()
        self.selection = Selection(Point(point.line, start), Point(point.line, end))
        self.post_message(self.SelectionBegun(self))
        self._remember()
        self._repaint_and_tell()

    def on_enter(self) -> None:
        """Show the scroll bar."""
        self.repaint()

    def on_leave(self) -> None:
        """Hide the scroll bar, unless the pane is paused."""
        self.repaint()

    def _on_badge(self, at: Offset) -> bool:
        return (
            bool(self.badge)
            and at.y == self.size.height - 1
            and at.x >= self.size.width - len(self.badge)
        )

    def _drag_bar(self, y: int) -> None:
        self.reading.to_fraction(y / max(1, self.size.height - 1))
        self._moved()

    def _select_to(self, at: Offset) -> None:
        point = self._point_at(at)
        if self.selection is None:
            if self._grab is None or point == self._grab:
                return
            self._pause_to_select()
            self.selection = Selection(self._grab)
            self.post_message(self.SelectionBegun(self))
        self.selection.end = point
        if self.selection.is_empty:
            self.selection = None
        self._remember()
        self._repaint_and_tell()

    def _pause_to_select(self) -> None:
        """Text that is being selected does not run away under the mouse."""
        if self.reading.follow:
            self.reading.pause()
            self._paused_to_select = True

    def _watch_edge(self) -> None:
        beyond = self._mouse_y < 0 or self._mouse_y >= self.size.height
        if beyond and self._edge is None:
            self._edge = self.set_interval(_EDGE_SECONDS, self._scroll_at_edge)
        elif not beyond and self._edge is not None:
            self._edge.stop()
            self._edge = None

    def _scroll_at_edge(self) -> None:
        """The mouse is held above or below the pane: the further away, the faster."""
        below = self._mouse_y - self.size.height + 1
        self.reading.move(self._mouse_y if self._mouse_y < 0 else max(0, below))
        self.repaint()
        row = 0 if self._mouse_y < 0 else self.size.height - 1
        self._select_to(Offset(self._mouse_x, row))

    def _point_at(self, at: Offset) -> Point:
        """The character under a cell; beyond the last row the end of the text."""
        shown = self.shown
        if not shown:
            return Point(0, 0)
        row = shown[max(0, min(at.y, len(shown) - 1))]
        painted = self.painted_at(row)
        if painted is None:
            return Point(row.place.line, 0)
        if at.y >= len(shown):
            return Point(row.place.line, painted.end)
        return Point(row.place.line, painted.index_at(at.x - 1))

    def _remember(self) -> None:
        """Keep the selected text, as far as it is held now."""
        if self.selection is None:
            return
        first, last = self.selection.bounds
        for number in self.reading.held:
            wanted = first.line <= number <= last.line and not self.selection.knows(number)
            if wanted and (row := self.reading.line(number)):
                continued = row.continued and not self.merged
                self.selection.remember(number, self.painted(row)[0].text, continued=continued)
