"""The rail of a screen too narrow for one: all types and processes in one line."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive

from proctor.logs.safe import safe
from proctor_tui.render.cells import Cell, Line, hit_at, width_of
from proctor_tui.render.formation_rows import type_paint
from proctor_tui.render.slider import quantity_of
from proctor_tui.render.states import glyph, paint
from proctor_tui.situation import ALL
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

    from proctor_tui.view import View


class ProcessTabs(Painted, can_focus=True):
    """One tab a type and a process; the selected one is always in sight."""

    BINDINGS: ClassVar[list["BindingType"]] = [
        Binding("left,h,up,k", "screen.move('select_previous')", "Previous", show=False),
        Binding("right,l,down,j", "screen.move('select_next')", "Next", show=False),
    ]
    DEFAULT_CSS = """
    ProcessTabs { height: 1; }
    """

    view: "reactive[View | None]" = reactive(None, repaint=False)
    """What is shown."""
    selected = reactive(ALL, repaint=False)
    """The selected process, type or ALL."""

    class Selected(Message):
        """A tab was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter
        super().__init__(id=id)
        self._cells: Line = ()

    def watch_view(self) -> None:
        """Lay the tabs out again, from the first that lets the selected one be seen."""
        if self.view is None or not self.size.width:
            return
        tabs = _tabs(self.view, self.selected)
        chosen = next((n for n, (target, _) in enumerate(tabs) if target == self.selected), 0)
        first = 0
        while first < chosen and _reach(tabs[first : chosen + 1]) > self.size.width - 2:
            first += 1
        cells = [cell for _, tab in tabs[first:] for cell in tab]
        self._cells = (Cell("< " if first else " ", "dim"), *cells)
        self.refresh()

    watch_selected = watch_view
    on_resize = watch_view

    def render_line(self, y: int) -> "Strip":
        """The tabs, from left to right."""
        return self.strip(self._cells if y == 0 else (), self.size.width)

    def reached_by(self, motion: str) -> str:
        """The target of the next tab, or of the previous one; behind the last is the first."""
        if self.view is None:
            return self.selected
        targets = [target for target, _ in _tabs(self.view, self.selected)]
        here = targets.index(self.selected) if self.selected in targets else 0
        return targets[(here + (1 if motion == "select_next" else -1)) % len(targets)]

    def on_click(self, event: "events.Click") -> None:
        """Select what is under the mouse."""
        if target := hit_at(self._cells, event.x):
            self.post_message(self.Selected(target))


def _tabs(view: "View", selected: str) -> list[tuple[str, Line]]:
    tabs: list[tuple[str, Line]] = [(ALL, _tab(ALL, "all", "dim", selected))]
    for each in view.types:
        if not each.in_formation:
            continue
        processes = view.of_type(each.type)
        words = f"{safe(each.type)} {quantity_of(processes, each.quantity, None).words()}"
        tabs.append((each.type, _tab(each.type, words, type_paint(view, each.type), selected)))
        for one in processes:
            sign = Cell(f"{glyph(one)}", paint(one), one.name)
            number = _tab(one.name, one.name.rpartition(".")[2], "ink", selected)
            tabs.append((one.name, (sign, *number)))
    return tabs


def _tab(target: str, words: str, colour: str, selected: str) -> Line:
    chosen = f"bold {colour} reverse" if target == selected else colour
    return (Cell(words, chosen, target), Cell("  ", "", target))


def _reach(tabs: list[tuple[str, Line]]) -> int:
    return sum(width_of(tab) for _, tab in tabs)
