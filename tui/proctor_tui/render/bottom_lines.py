"""The two bottom lines: the last thing done with its command line, and the keys valid now."""

from typing import TYPE_CHECKING

from proctor.logs.safe import safe
from proctor_tui.actions import ACTIONS
from proctor_tui.keymap import KEYS, sign
from proctor_tui.render.cells import Cell, Line, cut, width_of
from proctor_tui.render.stamps import stamp

if TYPE_CHECKING:
    from proctor_tui.situation import Situation
    from proctor_tui.view import Done

_LEVELS = {"information": "ink", "warning": "warning", "error": "error"}


def done_line(done: "Done | None", width: int) -> Line:
    """When, what, through what, and `$ proctor …` for the same thing."""
    if done is None:
        return (Cell(" "), Cell("What you do here appears with its command line", "dim"))
    cells = [
        Cell(" "),
        Cell(f"{stamp(done.at)} ", "dim"),
        Cell(safe(done.words), _LEVELS.get(done.level, "ink")),
    ]
    if done.by:
        cells.append(Cell(f"  by {safe(done.by)}", "dim"))
    command = Cell(f"   $ {safe(done.cli)}", "accent")
    if done.cli and width_of([*cells, command]) > width and done.by:
        cells.pop()
    return cut((*cells, command) if done.cli else cells, width)


def hint_line(reason: str, width: int) -> Line:
    """Why a key does nothing now."""
    return cut((Cell(" "), Cell("· ", "warning"), Cell(safe(reason), "ink")), width)


def keys_line(situation: "Situation", width: int) -> Line:
    """The keys that are valid now, the most useful ones as far as there is room."""
    fixed = _motions(situation)
    room = width - width_of(fixed) - 1
    offered = [each for each in ACTIONS.values() if each.footer and _is_offered(each.id, situation)]
    kept: set[str] = set()
    for action in sorted(offered, key=lambda each: -each.footer):
        needed = width_of(_key_cells(action.id))
        if needed <= room:
            kept.add(action.id)
            room -= needed
    shown = [action.id for action in offered if action.id in kept]
    return (Cell(" "), *fixed, *(cell for each in shown for cell in _key_cells(each)))


def _is_offered(action: str, situation: "Situation") -> bool:
    if action == "reload" and situation.view.pending is None:
        return False  # it can be done at any time, and is wanted when something waits
    if action == "attach" and not any(each.prompt for each in situation.processes):
        return False  # it can be done at any time, and is wanted when a debugger waits
    if action == "start" and ACTIONS["stop"].unavailable(situation) is None:
        return False  # they share a key
    return ACTIONS[action].unavailable(situation) is None


def _motions(situation: "Situation") -> Line:
    if situation.place == "panes":
        return (*_pair("↑↓", "scroll"), *_pair("tab", "rail"))
    keys, more = ("←→", "+-") if situation.place == "tabs" else ("↑↓", "←→")
    scale = _pair(more, "scale") if ACTIONS["scale_up"].unavailable(situation) is None else ()
    return (*_pair(keys, "select"), *scale)


def _pair(keys: str, word: str) -> Line:
    return (Cell(keys, "bold accent"), Cell(f" {word}  ", "dim"))


def _key_cells(action: str) -> Line:
    key = sign(KEYS[action][0])
    return (
        Cell(key, "bold accent", action),
        Cell(f" {ACTIONS[action].words}  ", "dim", action),
    )
