"""The bottom of the screen: the last thing done, and the keys that are valid now."""

from typing import TYPE_CHECKING

from textual.reactive import reactive

from proctor_tui.render.bottom_lines import done_line, hint_line, keys_line
from proctor_tui.widgets.bar import Bar

if TYPE_CHECKING:
    from proctor_tui.situation import Situation
    from proctor_tui.view import Done

HINT_SECONDS = 6.0
"""So long a hint stands before the last thing done comes back."""


class DoneBar(Bar):
    """The last thing that was done, by whom, and its command line; or why a key does nothing."""

    done: "reactive[Done | None]" = reactive(None, repaint=False)
    """The last thing done."""
    hint = reactive("", repaint=False)
    """What stands there for a while instead."""

    def watch_done(self) -> None:
        """What was just done is of more interest than an older hint."""
        self.hint = ""
        self.lay_out()

    def watch_hint(self, hint: str) -> None:
        """Show the hint, and take it away after a while."""
        self.lay_out()
        if hint:
            self.set_timer(HINT_SECONDS, lambda: self._forget(hint))

    def lay_out(self) -> None:
        """Lay the line out again."""
        if width := self.size.width:
            self.line = hint_line(self.hint, width) if self.hint else done_line(self.done, width)

    on_resize = lay_out

    def _forget(self, hint: str) -> None:
        if self.hint == hint:
            self.hint = ""


class KeyBar(Bar):
    """The keys that are valid now; each can be clicked."""

    DEFAULT_CSS = """
    KeyBar { background: $bar; }
    """

    situation: "reactive[Situation | None]" = reactive(None, repaint=False)
    """Decides which keys are valid."""

    def watch_situation(self) -> None:
        """Lay the line out again."""
        if self.situation is not None and self.size.width:
            self.line = keys_line(self.situation, self.size.width)

    on_resize = watch_situation
