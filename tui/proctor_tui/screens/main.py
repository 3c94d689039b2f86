"""The main screen: header, formation, panes, the last thing done, the keys."""

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical

from proctor.control.session import EVERYTHING
from proctor.model.commands import Scale
from proctor_tui.render.formation_rows import type_paint
from proctor_tui.screens.steered import SteeredScreen
from proctor_tui.situation import ALL, Layout, Place, Situation
from proctor_tui.view import Part
from proctor_tui.widgets.banner import Banner
from proctor_tui.widgets.bottom_bars import DoneBar, KeyBar
from proctor_tui.widgets.empty_words import EmptyWords
from proctor_tui.widgets.formation_panel import FormationPanel
from proctor_tui.widgets.header_bar import HeaderBar
from proctor_tui.widgets.log_pane import LogPane
from proctor_tui.widgets.pane import PaneSpec
from proctor_tui.widgets.pane_grid import PaneGrid
from proctor_tui.widgets.process_tabs import ProcessTabs
from proctor_tui.widgets.selection_details import SelectionDetails
from proctor_tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from proctor.model.commands import AnyCommand
    from proctor_tui.view import View

LEAST_SIZE = (24, 8)
"""Columns and rows below which nothing useful can be shown."""


class MainScreen(SteeredScreen):
    """Lets the user see and steer one app. Everything it wants it says in a message."""

    AUTO_FOCUS = "#formation"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own declaration
        (0, "-narrow"),
        (60, "-normal"),
        (110, "-wide"),
        (170, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own declaration
        (0, "-flat"),
        (20, "-short"),
        (30, "-tall"),
    ]

    def __init__(self, view: "View", *, now: float, holds_lease: bool) -> None:
        super().__init__()
        self._view = view
        self._now = now
        self._holds_lease = holds_lease
        self._arrangement: Layout = "tiles"
        self._target = _first_target(view)
        self._names: tuple[str, ...] | None = None
        # Kept, not looked up: a clock that strikes while the screen is taken down finds them.
        self._header = HeaderBar(id="header")
        self._header.attached = not holds_lease
        self._banner = Banner(id="banner")
        self._tabs = ProcessTabs(id="tabs")
        self._panel = FormationPanel(id="formation")
        self._details = SelectionDetails(id="details")
        self._grid = PaneGrid(id="panes")
        self._empty = EmptyWords(id="empty")
        self._done = DoneBar(id="done")
        self._key_bar = KeyBar(id="keys")

    def compose(self) -> "ComposeResult":
        """From top to bottom."""
        yield self._header
        yield self._banner
        yield self._tabs
        with Horizontal(id="body"):
            with Vertical(id="rail"):
                yield self._panel
                yield self._details
            with Vertical(id="right"):
                yield self._grid
                yield self._empty
        yield self._done
        yield self._key_bar
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Show what is known at once: the first frame is a whole one."""
        self.show(self._view, Part.ALL)
        self.clock(self._now)
        self.select(self._target)

    def on_resize(self) -> None:
        """Say when the terminal is too small; keep the focus on something that is seen."""
        width, height = self.app.size
        self.set_class(width < LEAST_SIZE[0] or height < LEAST_SIZE[1], "-too-small")
        self.call_after_refresh(self._keep_focus)

    @property
    def situation(self) -> Situation:
        """Where the user is."""
        panes = self.query(LogPane)
        return Situation(
            view=self._view,
            target=self._target,
            layout=self._arrangement,
            place=self._place,
            selected_text=any(pane.selection is not None for pane in panes),
            holds_lease=self._holds_lease,
        )

    @property
    def _place(self) -> Place:
        if isinstance(self.focused, LogPane):
            return "panes"
        return "tabs" if self.has_class("-narrow") else "rail"

    # Data down

    def show(self, view: "View", parts: Part) -> None:
        """Give each widget what has changed for it."""
        self._view = view
        if parts & (Part.PROCESSES | Part.TYPES):
            self._show_processes()
        if parts & Part.OUTPUT:
            self._grid.journals({each: view.journals[each] for each in view.touched})
        if parts & ~Part.OUTPUT:
            self._header.view = view
            self._banner.view = view
            self._tabs.view = view
            self._panel.view = view
            self._details.view = view
            self._done.done = view.done
            self.update_keys()

    def clock(self, now: float) -> None:
        """A second has passed."""
        self._now = now
        self._header.now = now
        self._banner.now = now
        self._panel.now = now
        self._details.now = now
        self._grid.clock(now)
        self.update_keys()

    def frame(self) -> None:
        """One tick for the panes."""
        self._grid.frame()

    @property
    def shown_panes(self) -> "Sequence[str]":
        """The journals whose panes are seen."""
        return self._grid.shown if self.is_mounted else ()

    def update_keys(self) -> None:
        """The keys that are valid may be others now."""
        self._key_bar.situation = self.situation

    def hint(self, words: str) -> None:
        """Say something at the bottom for a while."""
        self._done.hint = words

    def refuse(self, command: "AnyCommand", words: str) -> None:
        """A command was refused: say why, and show what is true again."""
        if isinstance(command, Scale):
            for type_ in command.quantities:
                self._panel.hand.give_up(type_)
        self.hint(words)

    def _show_processes(self) -> None:
        view = self._view
        names = tuple(view.processes)
        for each in view.processes.values():
            self._grid.update_process(each)
        if names != self._names:
            self._names = names
            colours = ((each.name, each.type) for each in view.processes.values())
            self._grid.set_panes([PaneSpec(name, t, type_paint(view, t)) for name, t in colours])
        self._grid.display = bool(names)
        self._empty.view = view
        if self._target not in view.processes and view.type(self._target) is None:
            type_ = self._target.rpartition(".")[0]
            self.select(type_ if view.type(type_) else ALL)

    # Selecting and arranging

    def select(self, target: str) -> None:
        """Select a process, a type, or ALL."""
        self._target = target
        self._panel.selected = target
        self._tabs.selected = target
        self._details.selected = target
        if self._arrangement in {"zoom", "type"}:
            self._arrangement = self._fitting(target, self._arrangement)
        self._show_panes()

    def rearrange(self, layout: Layout) -> None:
        """Show the panes in another layout."""
        self._arrangement = layout
        self._show_panes()

    def toggle(self, layout: Layout) -> None:
        """Show the panes in this layout, or as tiles if they are already."""
        wanted = self._fitting(self._target, layout)
        self.rearrange("tiles" if self._arrangement == wanted else wanted)

    def _fitting(self, target: str, layout: Layout) -> Layout:
        if layout != "zoom" or target in self._view.processes:
            return "everything" if layout == "type" and target == ALL else layout
        return "everything" if target == ALL else "type"

    def _show_panes(self) -> None:
        selected = EVERYTHING if self._target == ALL else self._target
        self._grid.show(self._arrangement, selected)
        self.update_keys()
        self.post_message(self.ScreenActionWanted("frame"))

    def _keep_focus(self) -> None:
        if self.focused is None or not self.focused.size.height:
            (self._tabs if self._tabs.display else self._panel).focus()
        self.update_keys()


def _first_target(view: "View") -> str:
    """What is selected at first: a process, else a type that could be started."""
    kept = (each.type for each in view.types if each.in_formation)
    return next(iter(view.processes), next(kept, ALL))
