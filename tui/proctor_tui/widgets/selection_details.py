"""What is known of the selection, under the formation."""

from typing import TYPE_CHECKING

from textual.reactive import reactive

from proctor_tui.render.selection_lines import selection_lines
from proctor_tui.situation import ALL
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual.strip import Strip

    from proctor_tui.render.cells import Line
    from proctor_tui.view import View


class SelectionDetails(Painted):
    """State, why it is so, pid, run, restarts and command of what is selected."""

    DEFAULT_CSS = """
    SelectionDetails { height: 8; padding: 0 1; }
    """

    view: "reactive[View | None]" = reactive(None, repaint=False)
    """What is shown."""
    selected = reactive(ALL, repaint=False)
    """The selected process, type or ALL."""
    now = reactive(0.0, repaint=False)
    """Wall time, from which durations are counted."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self._lines: list[Line] = []

    def watch_view(self) -> None:
        """Lay the lines out again."""
        if self.view is None or not self.size.width:
            return
        lines = selection_lines(self.view, self.selected, self.size.width, self.now)
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    watch_selected = watch_view
    watch_now = watch_view
    on_resize = watch_view

    def render_line(self, y: int) -> "Strip":
        """One of the lines; they end near the bottom, beside the panes."""
        number = y - max(0, self.size.height - 1 - len(self._lines))
        line = self._lines[number] if 0 <= number < len(self._lines) else ()
        return self.strip(line, self.size.width)
