"""All log panes: tiled in pages, one zoomed, a type's merged stream, or everything.

    PaneGrid()
    down    set_panes(specs)                 which panes there are, in this order
            show(layout, selected)           "tiles" | "zoom" | "type" | "everything"; a process
            update_process(view)             for the titles
            notice(process, first, end)      a process's journal holds other lines
            journals({journal: (first, end)})  the same for many, from a snapshot
            window(Window)                   lines that a pane asked for, to the pane they are for
            frame()                          the one shared tick: at most two panes a call
            clock(now)                       about once a second: uptimes and rates
            page(step), wraps, stamps
    up      LogPane.WindowWanted, LogPane.Copied, LogPane.Followed, PaneTitle.Requested,
            Pane.Chosen(journal)             a pane was clicked, or got the focus

Panes are made when they are first shown, and kept then: a hidden one costs nothing, and has its
place and its selection when it comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import var
from textual.widget import Widget

from proctor.control.session import EVERYTHING
from proctor_tui.widgets.log_pane import LogPane
from proctor_tui.widgets.pane import Pane, PaneSpec
from proctor_tui.widgets.pane_marks import PaneMarks
from proctor_tui.widgets.pane_tiling import Tiling, tile

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from proctor.logs.window import Window
    from proctor.model.events import ProcessView

Layout = Literal["tiles", "zoom", "type", "everything"]


class PaneGrid(Widget):
    """The panes, arranged."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "page(-1)", "Page back", show=False),
        Binding("right_square_bracket", "page(1)", "Next page", show=False),
    ]
    DEFAULT_CSS = """
    PaneGrid {
        layout: vertical;
        & > #tiles { layout: grid; grid-gutter: 1 1; grid-rows: 1fr; height: 1fr; }
    }
    """

    wraps: var[bool] = var(default=True, init=False)
    stamps: var[bool] = var(default=True, init=False)

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own parameter
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._specs: dict[str, PaneSpec] = {}
        self._processes: dict[str, ProcessView] = {}
        self._bounds: dict[str, tuple[int, int]] = {}
        self._panes: dict[str, Pane] = {}
        self._shown: list[str] = []
        self._arrangement: Layout = "tiles"
        self._selected = ""
        self._page = 0
        self._turn = 0
        self._now = 0.0
        self._tiles = Container(id="tiles")
        self._marks = PaneMarks()

    def compose(self) -> "ComposeResult":
        """The tiles, and under them the page marks."""
        yield self._tiles
        yield self._marks

    # Down

    def set_panes(self, specs: Sequence[PaneSpec]) -> None:
        """There are these panes; merged ones that are not named are made when they are shown."""
        self._specs = {spec.journal: spec for spec in specs}
        had_keys = False
        for journal in [each for each in self._panes if not self._is_known(each)]:
            pane = self._panes.pop(journal)
            had_keys |= pane.log_pane.has_focus
            pane.remove()
        for pane in self._panes.values():
            self._dress(pane)
        self._arrange()
        if had_keys:
            self.call_after_refresh(self.focus_selected)

    def show(self, layout: Layout, selected: str) -> None:
        """Arrange the panes so that the selected process ("web.1") or type is seen."""
        turned = (layout, selected) != (self._arrangement, self._selected)
        self._arrangement, self._selected = layout, selected
        self._arrange(to_selected=turned)

    def update_process(self, view: "ProcessView") -> None:
        """A process is in this state now."""
        self._processes[view.name] = view
        if pane := self._panes.get(view.name):
            pane.set_process(view, self._now)

    def notice(self, process: str, first: int, end: int) -> None:
        """The journal of a process, or a merged one, now holds the lines from `first` to `end`."""
        self._bounds[process] = first, end
        if pane := self._panes.get(process):
            pane.log_pane.notice(first, end)
        for journal in (process.rpartition(".")[0], EVERYTHING):
            if journal != process and (pane := self._panes.get(journal)):
                pane.log_pane.touch()

    def journals(self, bounds: Mapping[str, tuple[int, int]]) -> None:
        """What each journal holds, as a snapshot tells it."""
        for journal, (first, end) in bounds.items():
            self.notice(journal, first, end)

    def window(self, window: "Window") -> None:
        """Lines that a pane has asked for."""
        if pane := self._panes.get(window.journal):
            pane.log_pane.window(window)

    def frame(self) -> None:
        """One tick: the selected pane each time, of the others one in turn."""
        if not self._shown:
            return
        first = self._selected if self._selected in self._shown else self._shown[0]
        self._panes[first].log_pane.frame()
        others = [each for each in self._shown if each != first]
        if others:
            self._turn = (self._turn + 1) % len(others)
            self._panes[others[self._turn]].log_pane.frame()

    def clock(self, now: float) -> None:
        """The wall time: uptimes and rates in the titles follow it."""
        self._now = now
        for journal in self._shown:
            self._panes[journal].clock(now)

    def page(self, step: int) -> None:
        """Turn so many pages on."""
        pages = max(1, -(-len(self._tiled) // self._tiling.size))
        self._page = (self._page + step) % pages
        self._arrange()

    def pane(self, journal: str) -> Pane | None:
        """The pane of a journal, if it has been shown."""
        return self._panes.get(journal)

    @property
    def shown(self) -> Sequence[str]:
        """The journals that are seen now."""
        return tuple(self._shown)

    def focus_selected(self) -> None:
        """Give the keys to the selected pane, or to the first one that is seen."""
        if self._shown:
            first = self._selected if self._selected in self._shown else self._shown[0]
            self._panes[first].log_pane.focus()

    # Arranging

    def _arrange(self, *, to_selected: bool = False) -> None:
        if not self.is_mounted:
            return
        wanted = self._wanted(to_selected=to_selected)
        for journal in wanted:
            if journal not in self._panes:
                self._make(journal)
        # A hidden pane loses the keys: the one that is seen instead gets them.
        had_keys = any(pane.log_pane.has_focus for pane in self._panes.values())
        for journal, pane in self._panes.items():
            pane.display = journal in wanted
            pane.set_class(journal == self._selected or len(wanted) == 1, "-selected")
            pane.heading.zoomed = self._arrangement != "tiles"
        self._shown = wanted
        self._place()
        if had_keys and not any(self._panes[each].log_pane.has_focus for each in wanted):
            self.call_after_refresh(self.focus_selected)

    def _wanted(self, *, to_selected: bool) -> list[str]:
        match self._arrangement:
            case "everything":
                return [EVERYTHING]
            case "type" if type_ := self._type_of(self._selected):
                return [type_]
            case "zoom" if self._is_known(self._selected):
                return [self._selected]
        tiled, size = self._tiled, self._tiling.size
        pages = max(1, -(-len(tiled) // size))
        if to_selected and self._selected in tiled:
            self._page = tiled.index(self._selected) // size
        self._page = min(self._page, pages - 1)
        start = self._page * size
        self._marks.page, self._marks.pages = self._page, pages
        last = min(start + size, len(tiled))
        several = f"panes {start + 1} to {last}" if last > start + 1 else f"pane {last}"
        self._marks.words = f"{several} of {len(tiled)}"
        return tiled[start : start + size]

    @property
    def _tiled(self) -> list[str]:
        return [spec.journal for spec in self._specs.values() if spec.kind == "process"]

    @property
    def _tiling(self) -> Tiling:
        return tile(len(self._tiled), self.size.width, self.size.height)

    def _place(self) -> None:
        count = len(self._shown)
        columns = self._tiling.columns if self._arrangement == "tiles" else 1
        columns = max(1, min(columns, count))
        self._tiles.styles.grid_size_columns = columns
        for number, journal in enumerate(self._shown):
            last = number == count - 1
            self._panes[journal].styles.column_span = columns - number % columns if last else 1
        if self._arrangement != "tiles":
            self._marks.pages = 1

    def _make(self, journal: str) -> None:
        spec = self._specs.get(journal) or PaneSpec(journal, journal, self._colour_of(journal))
        pane = self._panes[journal] = Pane(spec)
        pane.log_pane.set_reactive(type(pane.log_pane).wraps, self.wraps)
        pane.log_pane.set_reactive(type(pane.log_pane).stamps, self.stamps)
        self._dress(pane)
        if view := self._processes.get(journal):
            pane.set_process(view, self._now)
        if bounds := self._bounds.get(journal):
            pane.log_pane.notice(*bounds)
        order = list(self._specs)
        later = (
            [each for each in order[order.index(journal) + 1 :] if each in self._panes]
            if journal in order
            else []
        )
        self._tiles.mount(pane, before=self._panes[later[0]] if later else None)

    def _dress(self, pane: Pane) -> None:
        types = {spec.process_type: spec.colour for spec in self._specs.values()}
        pane.set_colours(self._colour_of(pane.spec.journal), types)

    def _is_known(self, journal: str) -> bool:
        return journal in self._specs or journal in self._merged

    @property
    def _merged(self) -> Iterable[str]:
        return {EVERYTHING, *(spec.process_type for spec in self._specs.values())}

    def _type_of(self, selected: str) -> str:
        type_ = selected.rpartition(".")[0] or selected
        return type_ if type_ in self._merged else ""

    def _colour_of(self, journal: str) -> str:
        type_ = journal.rpartition(".")[0] or journal
        return next((s.colour for s in self._specs.values() if s.process_type == type_), "ink")

    # What happens

    def on_mount(self) -> None:
        """Arrange what was set before."""
        self._arrange(to_selected=True)

    def on_resize(self) -> None:
        """Another size, perhaps another number of panes on a page."""
        self._arrange(to_selected=True)

    def on_log_pane_selection_begun(self, message: LogPane.SelectionBegun) -> None:
        """Only one pane has a selection."""
        message.stop()
        for pane in self._panes.values():
            if pane.log_pane is not message.pane and pane.log_pane.selection is not None:
                pane.log_pane.action_clear_selection()

    def on_pane_marks_turned(self, message: PaneMarks.Turned) -> None:
        """A page mark was pressed."""
        message.stop()
        self._page = message.page
        self._arrange()

    def action_page(self, step: int) -> None:
        """Turn the page."""
        self.page(step)

    def watch_wraps(self, wraps: bool) -> None:  # noqa: FBT001 - Textual's own call
        """Wrap lines in all panes, or in none."""
        for pane in self._panes.values():
            pane.log_pane.wraps = wraps

    def watch_stamps(self, stamps: bool) -> None:  # noqa: FBT001 - Textual's own call
        """Show times in all panes, or in none."""
        for pane in self._panes.values():
            pane.log_pane.stamps = stamps
