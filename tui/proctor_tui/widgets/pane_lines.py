"""The lines of one journal, painted: what a log pane shows, without keys and mouse.

A pane costs per frame, not per line: whatever the flood, it asks for one window at a time and
paints the rows it shows. It never lays out: scrolling and new lines only repaint.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from proctor.logs.window import Row, Window
from proctor_tui.render.cells import Cell
from proctor_tui.render.highlight import highlight
from proctor_tui.render.log_line import Look, PaintedRow, Shape
from proctor_tui.render.stamps import counted
from proctor_tui.widgets.painted import Painted
from proctor_tui.widgets.pane_paint import PaintCache, laid_over, thumb
from proctor_tui.widgets.pane_reading import Reading, Shown

if TYPE_CHECKING:
    from proctor_tui.widgets.pane_selection import Selection

_ANSWER_FRAMES = 60  #: so many frames without an answer, and it is asked again
_MOST_NAME_CELLS = 14


class PaneLines(Painted):
    """Holds the window it shows, and paints it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"paint--selected"}
    DEFAULT_CSS = """
    PaneLines {
        height: 1fr;
        color: $ink;
        & > .paint--selected { background: $screen-selection-background; }
    }
    """

    wraps: var[bool] = var(default=True, init=False)
    stamps: var[bool] = var(default=True, init=False)
    types: var[Mapping[str, str]] = var(dict, init=False)
    empty_words: var[str] = var("nothing printed yet", init=False)

    class WindowWanted(Message, namespace="log_pane"):
        """Lines are needed: from `first`, or the newest ones (`first` is None)."""

        def __init__(self, pane: "PaneLines", first: int | None, count: int) -> None:
            super().__init__()
            self.pane = pane
            self.journal = pane.journal
            self.first = first
            self.count = count

        def can_replace(self, message: Message) -> bool:
            """A later wish of the same pane outdates an earlier one."""
            return isinstance(message, PaneLines.WindowWanted) and message.pane is self.pane

    def __init__(
        self,
        journal: str,
        *,
        merged: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own parameter
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.journal = journal
        self.merged = merged
        self.reading = Reading(lambda row: len(self.painted(row)))
        self.selection: Selection | None = None
        self.skipped_cells = 0
        self._cache = PaintCache()
        self._grounded: dict[str, Style] = {}
        self._shown: list[Shown] | None = None
        self._name_width = 0
        self._waited: int | None = None  # frames since lines were asked for
        self._repaint = False

    def notice(self, first: int, end: int) -> None:
        """The journal now holds the lines from `first` up to `end`."""
        self.reading.notice(first, end)

    def touch(self) -> None:
        """Lines were added to a merged journal, whose end is not told."""
        self.reading.touch()

    def window(self, window: Window) -> None:
        """Lines that were asked for; they are painted with the next frame."""
        self._waited = None
        self.reading.take(window)
        if self.merged:
            widest = max((len(row.process or "") for row in window.rows), default=0)
            self._name_width = min(_MOST_NAME_CELLS, max(self._name_width, widest))
        self.changed()

    def frame(self) -> None:
        """Ask for lines and repaint, if there is a reason for it; costs nothing while hidden."""
        if not (self.is_mounted and self.size.height):
            return
        if self._waited is not None:
            self._waited += 1
            if self._waited > _ANSWER_FRAMES:
                self._waited = None
                self.reading.touch()
        if self._waited is None:
            wanted = self.reading.wanted()
            if wanted is not None:
                self._waited = 0
                self.post_message(self.WindowWanted(self, *wanted))
        if self._repaint or self.reading.counts:
            self._repaint = self.reading.counts = False
            self.refresh(self.size.region)  # a region: it is painted, and nothing laid out

    def changed(self) -> None:
        """What is shown is not what was painted: the next frame paints."""
        self._shown = None
        self._repaint = True

    def repaint(self) -> None:
        """Show a change that the user made at once: while nothing happens there are no ticks."""
        self.changed()
        self.frame()

    @property
    def shown(self) -> list[Shown]:
        """The rows on the screen."""
        if self._shown is None:
            self._shown = self.reading.rows()
        return self._shown

    @property
    def text_width(self) -> int:
        """The columns of the text: all but a margin and the scroll bar's column."""
        return max(1, self.size.width - 2)

    def painted(self, row: Row) -> tuple[PaintedRow, ...]:
        """The rows of the screen that show a line."""
        shape = Shape(
            self.text_width, self.wraps, self.stamps, self._name_width, self.skipped_cells
        )
        return self._cache.painted(row, Look(self.grounded, self.types), shape)

    def painted_at(self, shown: Shown) -> PaintedRow | None:
        """What one row of the screen shows; None where its line has not come yet."""
        if shown.line is None:
            return None
        rows = self.painted(shown.line)
        return rows[min(shown.place.row, len(rows) - 1)]

    def grounded(self, paint: str) -> Style:
        """The style of a paint on this pane's background."""
        if paint not in self._grounded:
            self._grounded[paint] = self.rich_style + self.paint(paint)
        return self._grounded[paint]

    def render_line(self, y: int) -> Strip:
        """One row: a margin, the text, the column of the scroll bar; and what lies over them."""
        ground = self.grounded("")
        if y < len(self.shown):
            text = self._text(self.shown[y])
        else:
            words = self.empty_words if y == 0 and not self.reading.end else ""
            text = self.strip([Cell(words, "dim")], self.text_width)
        margin = Strip.blank(1, ground)
        return self._overlaid(Strip.join([margin, text, margin]), y)

    def _text(self, shown: Shown) -> Strip:
        painted = self.painted_at(shown)
        if painted is None:
            return self.strip([Cell("·", "faint")], self.text_width)
        if self.selection is None:
            return painted.strip
        selected = self.selection.range_in(shown.place.line, len(painted.text))
        if selected is None:
            return painted.strip
        return highlight(painted.strip, *painted.columns(*selected), self.paint("selected"))

    def _overlaid(self, strip: Strip, y: int) -> Strip:
        reading = self.reading
        if y in self.thumb:
            strip = laid_over(strip, "▐", self.grounded("dim"))
        if y == self.size.height - 1 and (badge := self.badge):
            strip = laid_over(
                strip, badge, self.grounded("block" if reading.new else "accent marked")
            )
        elif y == 0 and 0 < reading.first == reading.top.line and not reading.follow:
            words = f" {counted(reading.first)} before are in the log files "
            strip = laid_over(strip, words, self.grounded("dim"))
        return strip

    @property
    def badge(self) -> str:
        """What stands at the lower right while the pane is paused: a click on it follows."""
        if self.reading.follow:
            return ""
        new = self.reading.new
        return f" {new:,} new ↓ " if new else " paused ↓ "

    @property
    def thumb(self) -> range:
        """The rows that the scroll bar's thumb takes: none while the pane follows."""
        reading, lines = self.reading, {shown.place.line for shown in self.shown}
        if not lines or (reading.follow and not self.mouse_hover):
            return range(0)
        return thumb(self.size.height, reading.first, reading.end, min(lines), len(lines))

    def notify_style_update(self) -> None:
        """Paint anew: the theme, or the pane's own background, has changed."""
        super().notify_style_update()
        self._grounded = {}
        self._cache.clear()

    def on_resize(self) -> None:
        """Show more or fewer rows, around the same place."""
        self.reading.resize(self.size.height)
        self.repaint()

    def watch_wraps(self) -> None:
        """Lay the lines out anew."""
        self.skipped_cells = 0
        self.repaint()

    def watch_stamps(self) -> None:
        """Lay the lines out anew."""
        self.repaint()

    def watch_types(self) -> None:
        """Process types have other colours."""
        self._cache.clear()
        self.repaint()

    def watch_empty_words(self) -> None:
        """Say something else where no lines are."""
        self.repaint()
