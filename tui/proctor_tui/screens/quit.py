"""The question before leaving: what is to become of the running processes."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class QuitScreen(ModalScreen[bool]):
    """Answers True when everything is to be stopped, False to go on."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list["BindingType"]] = [
        Binding("q,y,ctrl+c,s", "answer(True)", "Stop and quit", show=False),
        Binding("escape,n,k", "answer(False)", "Keep looking", show=False),
        Binding("left,right,tab,h,l", "app.focus_next", "Other", show=False),
    ]

    def __init__(self, running: int) -> None:
        super().__init__()
        self._count = running
        self._answered = False

    def compose(self) -> "ComposeResult":
        """The question, and its two answers."""
        subject = "One process is" if self._count == 1 else f"{self._count} processes are"
        with Vertical(id="dialog"):
            yield Label(Content(f"{subject} running"), id="question")
            yield Label(
                Content("Quitting stops them gracefully; this screen stays until all are gone."),
                id="explanation",
            )
            with Horizontal(id="answers"):
                yield Button(Content("Stop all and quit  q"), id="stop", variant="error")
                yield Button(Content("Keep looking  esc"), id="stay", variant="primary")

    def on_mount(self) -> None:
        """Enter keeps the app: what is harmless is what one gets by accident."""
        self.query_one("#stay").focus()

    def answer(self, *, stop: bool) -> None:
        """Take this answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(stop)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """An answer by mouse, or by enter."""
        self.answer(stop=event.button.id == "stop")

    def action_answer(self, stop: bool) -> None:  # noqa: FBT001 - the argument of a binding
        """An answer by key."""
        self.answer(stop=stop)
