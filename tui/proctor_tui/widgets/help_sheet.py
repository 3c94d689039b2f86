"""All keys, what they do, and the command line for the same: made from the table of actions."""

from typing import TYPE_CHECKING

from textual.message import Message

from proctor.logs.safe import safe
from proctor_tui.actions import ACTIONS
from proctor_tui.keymap import signs
from proctor_tui.render.cells import Cell, Line, cut, hit_at, left, right
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip

    from proctor_tui.situation import Situation

GROUPS = ("Processes", "Panes", "App", "Screen")
MOTIONS = (
    ("↑ ↓ k j", "Select in the rail; scroll in a pane"),
    ("tab", "From the rail to the panes, and back"),
    ("0 … 9", "Set the quantity of the selected type"),
    ("^c", "Copy what is selected; else quit"),
    ("mouse", "Drag sliders, click anything, double-click to zoom"),
)
KEYS_WIDTH, WORDS_WIDTH = 9, 52


class HelpSheet(Painted):
    """The sheet; each line can be clicked, and then does what it says."""

    class Chosen(Message):
        """A line was clicked; `action` is "" between the lines."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, situation: "Situation", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self.lines = help_lines(situation)
        self.styles.height = len(self.lines)
        self._lit = ""

    def render_line(self, y: int) -> "Strip":
        """One line of the sheet."""
        line = self.lines[y] if y < len(self.lines) else ()
        return self.strip(cut(line, self.size.width), self.size.width, lit=self._lit)

    def on_click(self, event: "events.Click") -> None:
        """Do what the line says."""
        event.stop()
        self.post_message(self.Chosen(self._hit(event)))

    def on_mouse_move(self, event: "events.MouseMove") -> None:
        """The line under the mouse is brighter."""
        lit = self._hit(event)
        if lit != self._lit:
            self._lit = lit
            self.refresh()

    def _hit(self, event: "events.MouseEvent") -> str:
        return hit_at(self.lines[event.y], event.x) if 0 <= event.y < len(self.lines) else ""


def help_lines(situation: "Situation") -> list[Line]:
    """Groups of actions: keys, words, command line."""
    lines = [_heading("Moving"), *(_line(keys, words, None, "") for keys, words in MOTIONS)]
    for group in GROUPS:
        lines += [(), _heading(group)]
        lines += [
            _line(signs(each.id), each.help, each.command_line(situation), each.id)
            for each in ACTIONS.values()
            if each.group == group and each.id != "scale_to"
        ]
    return lines


def _heading(words: str) -> Line:
    return (Cell(words.upper(), "bold dim"),)


def _line(keys: str, words: str, command: str | None, action: str) -> Line:
    shown = f"$ {safe(command)}" if command else ""
    return (
        Cell(f"{right(keys, KEYS_WIDTH)}  ", "bold accent", action),
        Cell(left(words, WORDS_WIDTH), "ink", action),
        Cell(f"  {shown}", "dim", action),
    )
