"""The question before leaving: what is to become of the running processes."""

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from proctor.logs.safe import safe

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


Answer = Literal["stop", "leave", "stay"]


class QuitScreen(ModalScreen[Answer]):
    """Answers whether everything is to be stopped, or goes on without or with this screen.

    Args:
        running: how many processes are.
        ends_with: whom the app ends with, where that is not this screen: to quit is then to leave.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list["BindingType"]] = [
        Binding("q,y,ctrl+c", "quit", "Quit", show=False),
        Binding("s", "answer('stop')", "Stop all and quit", show=False),
        Binding("d", "answer('leave')", "Detach", show=False),
        Binding("escape,n,k", "answer('stay')", "Keep looking", show=False),
        Binding("left,h,shift+tab", "app.focus_previous", "Other", show=False),
        Binding("right,l,tab", "app.focus_next", "Other", show=False),
    ]

    def __init__(self, running: int, *, ends_with: str | None = None) -> None:
        super().__init__()
        self._count = running
        self._ends_with = ends_with
        self._answered = False

    @property
    def quits_by(self) -> Answer:
        """What to quit means here."""
        return "stop" if self._ends_with is None else "leave"

    def compose(self) -> "ComposeResult":
        """The question, and its answers."""
        subject = "One process is" if self._count == 1 else f"{self._count} processes are"
        with Vertical(id="dialog"):
            yield Label(Content(f"{subject} running"), id="question")
            yield Label(Content(self._explanation), id="explanation")
            with Horizontal(id="answers"):
                if self._ends_with is None:
                    yield Button(Content("Stop and quit  q"), id="stop", variant="error")
                    yield Button(Content("Detach  d"), id="leave")
                else:
                    yield Button(Content("Leave  q"), id="leave")
                    yield Button(Content("Stop and quit  s"), id="stop", variant="error")
                yield Button(Content("Keep looking  esc"), id="stay", variant="primary")

    def on_mount(self) -> None:
        """Enter keeps the app: what is harmless is what one gets by accident."""
        self.query_one("#stay").focus()

    @property
    def _explanation(self) -> str:
        if self._ends_with is None:
            return (
                "Quitting stops them gracefully; this screen stays until all are gone. "
                "Detached, they go on: proctor attach comes back."
            )
        return f"Without this screen they go on: the app ends with {safe(self._ends_with)}."

    def answer(self, answer: Answer) -> None:
        """Take this answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """An answer by mouse, or by enter."""
        given: dict[str | None, Answer] = {"stop": "stop", "leave": "leave"}
        self.answer(given.get(event.button.id, "stay"))

    def action_answer(self, answer: Answer) -> None:
        """An answer by key."""
        self.answer(answer)

    def action_quit(self) -> None:
        """The key that has asked the question, again."""
        self.answer(self.quits_by)
