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
KEYS_WIDTH, WORDS_WIDTH, COMMAND_WIDTH = 9, 62, 31
_COLUMNS = (KEYS_WIDTH + 2, WORDS_WIDTH + 2, COMMAND_WIDTH)


class HelpSheet(Painted):
    """The sheet; each line can be clicked, and then does what it says."""

    class Chosen(Message):
        """A line was clicked; `action` is "" between the lines."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, situation: "Situation", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self._situation = situation
        self.lines: list[Line] = []
        self._lit = ""
        self._lay_out(width=sum(_COLUMNS))

    def render_line(self, y: int) -> "Strip":
        """One line of the sheet."""
        line = self.lines[y] if y < len(self.lines) else ()
        return self.strip(cut(line, self.size.width), self.size.width, lit=self._lit)

    def on_resize(self) -> None:
        """Where there is no room for command lines beside the words, they stand below them."""
        self._lay_out(self.size.width)
        self.refresh()

    def _lay_out(self, width: int) -> None:
        lines = help_lines(self._situation, width)
        if lines != self.lines:
            self.lines = lines
            self.styles.height = len(lines)

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


def help_lines(situation: "Situation", width: int) -> list[Line]:
    """Groups of actions: keys, words, command line."""
    room = WORDS_WIDTH if width >= sum(_COLUMNS) else max(1, width - _COLUMNS[0])
    lines = [_heading("Moving"), *(_words(keys, words, "", room) for keys, words in MOTIONS)]
    for group in GROUPS:
        lines += [(), _heading(group)]
        for each in ACTIONS.values():
            if each.group == group and each.id != "scale_to":
                words = _words(signs(each.id), each.help, each.id, room)
                lines += _with_command(words, each.command_line(situation), each.id, width)
    return lines


def _heading(words: str) -> Line:
    return (Cell(words.upper(), "bold dim"),)


def _words(keys: str, words: str, action: str, room: int) -> Line:
    return (
        Cell(f"{right(keys, KEYS_WIDTH)}  ", "bold accent", action),
        Cell(left(words, room), "ink", action),
    )


def _with_command(words: Line, command: str | None, action: str, width: int) -> list[Line]:
    if not command:
        return [words]
    shown = Cell(f"$ {safe(command)}", "dim", action)
    if width >= sum(_COLUMNS):
        return [(*words, Cell("  ", "dim", action), shown)]
    return [words, (Cell(" " * _COLUMNS[0], "dim", action), shown)]
