"""All keys, what they do, and the command line for the same: made from the table of actions."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from proctor_tui.actions import ACTIONS
from proctor_tui.keymap import RAIL_KEYS, signs

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from proctor_tui.situation import Situation

GROUPS = ("Processes", "Panes", "App", "Screen")
MOTIONS = (
    ("↑ ↓  k j", "Select in the rail; scroll in a pane"),
    ("tab", "From the rail to the panes, and back"),
    ("← →  h l", "Fewer or more processes of the selected type"),
    ("0 … 9", "Set the quantity of the selected type"),
    ("^c", "Copy what is selected; else quit"),
)


class HelpScreen(ModalScreen[None]):
    """A sheet that is read, scrolled, and closed by any of the keys that close things."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list["BindingType"]] = [
        Binding("escape,q,question_mark,f1,enter", "app.pop_screen", "Close", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, situation: "Situation") -> None:
        super().__init__()
        self._situation = situation

    def compose(self) -> "ComposeResult":
        """The sheet."""
        with VerticalScroll(id="sheet"):
            yield Static(help_text(self._situation), id="help-text")

    def on_click(self) -> None:
        """A click anywhere closes it."""
        self.app.pop_screen()

    def action_scroll(self, step: int) -> None:
        """Read on."""
        self.query_one("#sheet").scroll_relative(y=step, animate=False)


def help_text(situation: "Situation") -> Content:
    """Groups of actions: keys, words, command line."""
    lines = [_heading("Moving"), *(_line(keys, words, None) for keys, words in MOTIONS)]
    for group in GROUPS:
        lines += [Content(""), _heading(group)]
        lines += [
            _line(signs(each.id), each.help, each.command_line(situation))
            for each in ACTIONS.values()
            if each.group == group and (signs(each.id) or each.id not in RAIL_KEYS)
        ]
    lines += [Content(""), Content.styled("esc closes this page", "$ink-dim")]
    return Content("\n").join(lines)


def _heading(words: str) -> Content:
    return Content.styled(words.upper(), "bold $ink-dim")


def _line(keys: str, words: str, command: str | None) -> Content:
    parts = [Content.styled(f"{keys:>10}  ", "bold $accent"), Content.styled(words, "$ink")]
    if command:
        parts.append(Content.styled(f"   $ {command}", "$ink-dim"))
    return Content.assemble(*parts)
