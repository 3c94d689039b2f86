"""The line under the header that is there only when something concerns the whole app."""

from typing import TYPE_CHECKING

from textual.reactive import reactive

from proctor_tui.render.banner_line import banner_line
from proctor_tui.widgets.bar import Bar

if TYPE_CHECKING:
    from proctor_tui.view import View


class Banner(Bar):
    """Stopping, a changed Procfile that waits, everything crashed: what, and what to do."""

    DEFAULT_CSS = """
    Banner { background: $marked; display: none; }
    Banner.-shown { display: block; }
    """

    view: "reactive[View | None]" = reactive(None, repaint=False)
    """What is shown."""
    now = reactive(0.0, repaint=False)
    """Wall time, from which durations are counted."""

    def watch_view(self) -> None:
        """Lay the line out again, or leave."""
        if self.view is None or not self.is_attached:  # the clock may strike after the end
            return
        line = banner_line(self.view, self.size.width or self.screen.size.width, self.now)
        self.set_class(line is not None, "-shown")
        if line is not None:
            self.line = line

    watch_now = watch_view
    on_resize = watch_view
