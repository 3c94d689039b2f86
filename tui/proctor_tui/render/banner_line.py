"""A line over everything, when something concerns the whole app."""

from typing import TYPE_CHECKING

from proctor.logs.safe import safe
from proctor_tui.render.cells import Cell, Line, spread
from proctor_tui.render.states import exit_words
from proctor_tui.render.units import span_in_words

if TYPE_CHECKING:
    from proctor_tui.view import View


def banner_line(view: "View", width: int, now: float) -> Line | None:
    """What concerns the whole app and what can be done about it; None when nothing does."""
    if view.stopping:
        return _stopping(view, width, now)
    if view.pending:
        words = f" Procfile changed: {safe(view.pending)}"
        return spread((Cell(words, "bold warning"),), _button("R", "apply", "reload"), width)
    wanted = [each for each in view.processes.values() if each.wanted]
    crashed = [each for each in wanted if each.state == "crashed"]
    if wanted and len(crashed) == len(wanted):
        return _all_crashed(view, width)
    return None


def _stopping(view: "View", width: int, now: float) -> Line:
    left = sum(each.state in {"up", "starting", "stopping"} for each in view.processes.values())
    words = f" Stopping: {left} process{'' if left == 1 else 'es'} left"
    rest = view.stopping_until
    if left and rest is not None:
        words += f", killed in {span_in_words(rest - now)}"
    return spread((Cell(words, "bold warning"),), _button("^c", "kill now", "quit"), width)


def _all_crashed(view: "View", width: int) -> Line:
    endings = ", ".join(
        f"{safe(each.name)} {exit_words(each.exit)}"
        for each in view.processes.values()
        if each.state == "crashed"
    )
    words = " Everything has crashed" if len(view.processes) > 1 else " It has crashed"
    start = (Cell(words, "bold state-crashed"), Cell(f"  {endings}", "state-crashed"))
    return spread(start, _button("▶", "try again now", "start:all"), width)


def _button(key: str, word: str, action: str) -> Line:
    return (Cell(f" {key}", "bold accent", action), Cell(f" {word} ", "ink", action))
