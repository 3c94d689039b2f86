"""A pane: a title line and, under it, nothing but lines."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from textual import events
from textual.containers import Vertical
from textual.message import Message

from proctor.control.session import EVERYTHING
from proctor_tui.render.states import remarks
from proctor_tui.widgets.log_pane import LogPane
from proctor_tui.widgets.pane_title import PaneTitle

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from proctor.model.events import ProcessView

_LOW = 10  #: rows; in a lower pane the lines begin right under the title


class PaneSpec(NamedTuple):
    """Which pane there is: its journal ("web.1", "web" or "*"), its type, its colour ("type-0")."""

    journal: str
    process_type: str
    colour: str

    @property
    def kind(self) -> Literal["process", "type", "everything"]:
        """What the journal holds."""
        if self.journal == EVERYTHING:
            return "everything"
        return "process" if "." in self.journal else "type"


class Pane(Vertical):
    """The title and the lines of one journal."""

    DEFAULT_CSS = """
    Pane {
        background: $pane;
        &.-selected { background: $pane-focus; }
        & > LogPane { margin-top: 1; }
        &.-low > LogPane { margin-top: 0; }
    }
    """

    class Chosen(Message):
        """The user has clicked into this pane, or moved the focus into it."""

        def __init__(self, journal: str) -> None:
            super().__init__()
            self.journal = journal

    def __init__(self, spec: PaneSpec) -> None:
        super().__init__()
        self.spec = spec
        self.heading = PaneTitle(spec.journal, spec.colour)
        self.log_pane = LogPane(spec.journal, merged=spec.kind != "process")
        self._counted: tuple[float, int] | None = None

    def compose(self) -> "ComposeResult":
        """The title, then the lines."""
        yield self.heading
        yield self.log_pane

    def set_process(self, view: "ProcessView", now: float) -> None:
        """Show this state of the process."""
        self.heading.now = now
        self.heading.process = view
        words = remarks(view, now)
        self.log_pane.empty_words = words[0] if words else "nothing printed yet"

    def set_colours(self, colour: str, types: Mapping[str, str]) -> None:
        """The paints of this pane's type, and of all types."""
        self.heading.colour = colour
        if self.log_pane.types != types:
            self.log_pane.types = types

    def clock(self, now: float) -> None:
        """A second or so has passed: how many lines have come?"""
        end = self.log_pane.reading.end
        before, counted = self._counted or (now, end)
        seconds = now - before
        speed = (end - counted) / seconds if seconds > 0 else 0.0
        self._counted = now, end
        self.heading.clock(now, speed)

    def on_resize(self, event: events.Resize) -> None:
        """In a low pane every row counts."""
        self.set_class(event.size.height < _LOW, "-low")

    def on_descendant_focus(self) -> None:
        """The focus has come into this pane."""
        self.post_message(self.Chosen(self.spec.journal))

    def on_click(self) -> None:
        """A click anywhere beside the buttons chooses the pane."""
        self.log_pane.focus()
        self.post_message(self.Chosen(self.spec.journal))
