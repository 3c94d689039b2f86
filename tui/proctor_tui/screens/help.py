"""The help page over the main screen."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from proctor_tui.widgets.help_sheet import HelpSheet

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from proctor_tui.situation import Situation


class HelpScreen(ModalScreen[str]):
    """A sheet that is read, scrolled, and closed; answers with the action that was clicked."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list["BindingType"]] = [
        Binding("escape,q,question_mark,f1,enter,ctrl+c", "close", "Close", show=False),
        Binding("j", "read_on(1)", "Down", show=False),
        Binding("k", "read_on(-1)", "Up", show=False),
    ]

    def __init__(self, situation: "Situation") -> None:
        super().__init__()
        self._situation = situation
        self._answered = False

    def compose(self) -> "ComposeResult":
        """The sheet."""
        with VerticalScroll(id="sheet"):
            yield HelpSheet(self._situation)

    def on_mount(self) -> None:
        """Say how to get away from here."""
        self.query_one("#sheet").border_subtitle = "esc closes"

    def on_help_sheet_chosen(self, message: HelpSheet.Chosen) -> None:
        """A line was clicked: it is done, on the main screen."""
        self._answer(message.action)

    def on_click(self) -> None:
        """A click beside the sheet closes it."""
        self._answer("")

    def action_close(self) -> None:
        """Back to the app."""
        self._answer("")

    def _answer(self, action: str) -> None:
        """Answer, once: what was pressed and clicked before the sheet had gone comes here too."""
        if not self._answered:
            self._answered = True
            self.dismiss(action)

    def action_read_on(self, step: int) -> None:
        """Read on."""
        self.query_one("#sheet").scroll_relative(y=step, animate=False)
