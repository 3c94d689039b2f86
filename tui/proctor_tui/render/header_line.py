"""The top line: which app, which release, where, how it is, and whether it watches files."""

from typing import TYPE_CHECKING

from proctor.logs.safe import safe
from proctor.model.events import GLYPHS, STATES
from proctor_tui.render.cells import Cell, Line, cut, width_of
from proctor_tui.render.units import span_in_words

if TYPE_CHECKING:
    from proctor.model.events import WatchView
    from proctor_tui.view import View


def header_line(view: "View", width: int, now: float, *, attached: bool = False) -> Line:
    """The line in exactly `width` columns; what is worth least gives way first.

    An `attached` screen, with which the app does not end, says what it ends with.
    """
    block = Cell(f" {safe(view.app.name)} ", "block bold")
    release = (Cell(f"  {safe(view.app.release)}", "bold ink"),) if view.app.release else ()
    address = _address(view.app.address)
    counts, watch = _counts(view), _watch(view.watch, _last_change(view.watch, now))
    near_watch = _watch(view.watch, _last_change(view.watch, now, short=True))
    short_watch = _watch(view.watch, "")
    ends = (Cell(f"  ends with {safe(view.app.ends_with)}", "dim", "detach"),) if attached else ()
    for start, end in (
        ((block, *release, *address, *ends), (*counts, *watch)),
        ((block, *release, *address, *ends), (*counts, *near_watch)),
        ((block, *release, *address, *ends), (*counts, *short_watch)),
        ((block, *ends), (*counts, *short_watch)),
        ((block, *release, *address), (*counts, *watch)),
        ((block, *release, *address), (*counts, *near_watch)),
        ((block, *release, *address), (*counts, *short_watch)),
        ((block, *address), (*counts, *short_watch)),
        ((block,), (*counts, *short_watch)),
        ((block,), counts),
    ):
        gap = width - 2 - width_of(start) - width_of(end)
        if gap >= 1:
            return (Cell(" "), *start, Cell(" " * gap), *end, Cell(" "))
    return cut((Cell(" "), block), width)


def _address(address: str | None) -> Line:
    if address is None:
        return ()
    return (Cell("  "), Cell(safe(address), "link", "open"))


def _counts(view: "View") -> Line:
    cells: list[Cell] = []
    for state in STATES:
        count = sum(each.state == state for each in view.processes.values())
        if count:
            text = f"{GLYPHS[state]} {count}"
            cells += [Cell("  "), Cell(text, f"state-{state}")]
    return tuple(cells[1:])


def _watch(watch: "WatchView", change: str) -> Line:
    word, paint = ("on", "state-up") if watch.on else ("off", "dim")
    if watch.on and watch.problem:
        word, paint = "paused", "warning"
    cells = [Cell("   "), Cell("watch ", "dim", "watch"), Cell(word, f"bold {paint}", "watch")]
    if change:
        cells.append(Cell(change, "warning" if watch.problem else "dim", "watch"))
    return tuple(cells)


def _last_change(watch: "WatchView", now: float, *, short: bool = False) -> str:
    """The file that was changed last, and how long ago; `short`: without its folders."""
    if watch.on and watch.problem:
        return f" · {safe(watch.problem)}"
    if not watch.last_change:
        return ""
    since = watch.last_change_at
    ago = "" if since is None else f" {span_in_words(now - since)}"
    if short:
        return f" · {safe(watch.last_change.rpartition('/')[2])}{ago}"
    return f" · {safe(watch.last_change)}{ago and ago + ' ago'}"
