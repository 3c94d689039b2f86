"""The top line of the screen."""

from typing import TYPE_CHECKING

from textual.reactive import reactive

from proctor_tui.render.header_line import header_line
from proctor_tui.widgets.bar import Bar

if TYPE_CHECKING:
    from proctor_tui.view import View


class HeaderBar(Bar):
    """App, release, address, states by glyph and count, watch switch with its last change."""

    DEFAULT_CSS = """
    HeaderBar { background: $bar; }
    """

    view: "reactive[View | None]" = reactive(None, repaint=False)
    """What is shown."""
    now = reactive(0.0, repaint=False)
    """Wall time, from which durations are counted."""
    attached = False
    """Whether the app does not end with this screen, and its end has to be said."""

    def watch_view(self) -> None:
        """Lay the line out again."""
        if self.view is not None and self.size.width:
            self.line = header_line(self.view, self.size.width, self.now, attached=self.attached)

    watch_now = watch_view
    on_resize = watch_view
