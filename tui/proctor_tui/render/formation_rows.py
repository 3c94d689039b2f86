"""The rows of the formation panel: types with their sliders, and their processes under them.

Pure: a view and a moment in, rows of cells out. Numbers stand right-aligned in fixed columns, so
that nothing jumps while they change; what is wrong with a process replaces them with words.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from proctor.logs.safe import safe
from proctor_tui.render.cells import Cell, Line, cut, left, right, spread, width_of
from proctor_tui.render.slider import (
    Quantity,
    maximum_for,
    quantity_of,
    track,
)
from proctor_tui.render.states import fitting, glyph, paint, remarks
from proctor_tui.render.units import percent, size, span, trend
from proctor_tui.situation import ALL, RUNNING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proctor.model.events import ProcessView, TypeView
    from proctor_tui.view import View

WORDS = 8  #: columns for "12 → 14"
MINUS = "\N{MINUS SIGN}"
NAME = (8, 18)  #: least and most columns for the name of a process
RAIL = {"narrow": 0, "normal": 31, "wide": 41, "huge": 54}


class Columns(NamedTuple):
    """Which numbers of a process are shown, and how wide they are; 0 leaves one out."""

    name: int
    port: int
    uptime: int
    cpu: int
    memory: int
    trend: int
    restarts: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel; `target` is what a click selects, "" for nothing."""

    cells: Line
    target: str = ""
    kind: Literal["heading", "type", "process", "blank", "note"] = "blank"
    slider: tuple[int, int, int] | None = None  #: column, width and maximum of its track


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What of the panel is not in the view: its size, the hand, and the moment."""

    width: int
    now: float
    selected: str = ALL
    hovered: str = ""  #: the target under the mouse
    roomy: bool = True  #: whether blank lines may set types apart
    asked: "Mapping[str, int]" = field(default_factory=dict)  #: quantities asked for, not confirmed
    maxima: "Mapping[str, int]" = field(default_factory=dict)  #: held while a hand drags


def type_paint(view: "View", type_: str) -> str:
    """The paint of a process type, by its place in the Procfile."""
    place = next((n for n, each in enumerate(view.types) if each.type == type_), 0)
    return f"type-{place % 8}"


def columns_for(view: "View", width: int) -> Columns:
    """The columns that a panel of this width has room for."""
    longest = max((len(name) for name in view.processes), default=0)
    rest = width - 3  # mark, glyph, blank
    if width < RAIL["wide"] - 2:
        return Columns(min(max(NAME[0], longest), rest - 15) + 1, 0, 4, 6, 5, 0, 0)
    extra = width >= RAIL["huge"] - 2
    wide = 7 if extra else 0
    trend_width = 10 if extra else 6
    numbers = 6 + 4 + 7 + 6 + wide
    name = max(NAME[0], min(longest, NAME[1], rest - numbers))
    room = rest - name - numbers
    return Columns(name, 6, 4, 7, 6, min(trend_width, max(0, room - 1)), wide)


def rows(view: "View", look: Look) -> list[Row]:
    """All rows from top to bottom; the panel shows as many as it has room for."""
    lines = [_heading(view, look)]
    columns = columns_for(view, look.width)
    for each in view.types:
        if look.roomy:
            lines.append(Row(()))
        if not each.in_formation:
            lines.append(_not_kept(each, look))
            continue
        lines.append(_type_row(view, each, look))
        lines += [_process_row(view, one, columns, look) for one in view.of_type(each.type)]
    known = {each.type for each in view.types}
    leaving = [each for each in view.processes.values() if each.type not in known]
    if leaving:
        lines.append(Row((Cell(" not in the Procfile any more", "dim"),), kind="note"))
        lines += [_process_row(view, each, columns, look) for each in leaving]
    return lines


def buttons(processes: "list[ProcessView]", *, dim: bool = True) -> Line:
    """Restart, stop or start, kill: for what is there. A click says why when one cannot."""
    running = any(each.state in RUNNING for each in processes)
    toggle = Cell(" ■ ", "dim", "stop") if running else Cell(" ▶ ", "dim", "start")
    cells = (Cell(" ↻ ", "dim", "restart"), toggle, Cell(" ⊗ ", "dim", "kill"))
    return cells if dim else tuple(cell._replace(paint="accent bold") for cell in cells)


def _mark(target: str, look: Look) -> Cell:
    return Cell("▌" if target == look.selected else " ", "accent")


def _heading(view: "View", look: Look) -> Row:
    one = view.processes.get(look.selected)
    chosen = [one] if one else view.of_type(look.selected)
    if look.selected == ALL:
        chosen = list(view.processes.values())
    steps: Line = ()
    if look.selected != ALL:
        steps = (Cell(f" {MINUS} ", "dim", "scale_down"), Cell(" + ", "dim", "scale_up"))
    start = (_mark(ALL, look), Cell("FORMATION", "bold dim"))
    cells = spread(start, (*steps, *buttons(chosen)), look.width)
    return Row(cells, ALL, "heading")


def _type_row(view: "View", each: "TypeView", look: Look) -> Row:
    processes = view.of_type(each.type)
    quantity = quantity_of(processes, each.quantity, look.asked.get(each.type))
    maximum = look.maxima.get(each.type) or maximum_for(quantity)
    colour = type_paint(view, each.type)
    names = max((len(other.type) for other in view.types if other.in_formation), default=0)
    name = max(7, min(names, look.width - WORDS - 12)) + 1
    extra = buttons(processes) if look.hovered == each.type and look.width >= RAIL["huge"] else ()
    width = max(4, look.width - 1 - name - WORDS - 1 - width_of(extra))
    cells = (
        _mark(each.type, look),
        Cell(left(safe(each.type), name), f"bold {colour}"),
        *track(quantity, width, maximum, colour),
        Cell(f"  {left(quantity.words(), WORDS - 1)}", _words_paint(quantity)),
        *extra,
    )
    return Row(cut(cells, look.width), each.type, "type", (1 + name, width, maximum))


def _words_paint(quantity: Quantity) -> str:
    return "bold ink" if quantity.missing == 0 else "bold state-crashed"


def _not_kept(each: "TypeView", look: Look) -> Row:
    name = safe(each.type)
    cells = (
        _mark(each.type, look),
        Cell(f"{name}  ", "bold dim"),
        Cell(f"proctor run {name}", "dim"),
    )
    return Row(cut(cells, look.width), each.type, "note")


def _process_row(view: "View", one: "ProcessView", columns: Columns, look: Look) -> Row:
    chosen = one.name == look.selected
    start = (
        _mark(one.name, look),
        Cell(f"{glyph(one)} ", paint(one)),
        Cell(left(safe(one.name), columns.name), "bold ink" if chosen else "ink"),
    )
    room = look.width - width_of(start)
    hovered = look.hovered == one.name
    if hovered:
        room -= 9
    body = _numbers(view, one, columns, look.now)
    if words := remarks(one, look.now):
        port = _port(one, columns)
        if len(words[0]) >= room - columns.port:
            port = ()  # the words are worth more than a port on which nobody listens
        body = (*port, Cell(f" {fitting(words, room - width_of(port) - 1)}", paint(one)))
    cells = (*start, *cut(body, room))
    if hovered:
        cells = spread(cells, buttons([one], dim=False), look.width)
    return Row(cut(cells, look.width), one.name, "process")


def _port(one: "ProcessView", columns: Columns) -> Line:
    if not columns.port:
        return ()
    port = one.listens_on or one.port
    moved = one.listens_on is not None and one.listens_on != one.port
    return (Cell(right(f":{port}" if port else "", columns.port), "warning" if moved else "dim"),)


def _numbers(view: "View", one: "ProcessView", columns: Columns, now: float) -> Line:
    used = view.usage.get(one.name)
    cpu = percent(used.cpu_percent) if used else ""
    memory = size(used.memory_bytes) if used else ""
    restarts = f"↻{one.restarts}" if columns.restarts and one.restarts else ""
    uptime = Cell(right(span(now - one.since), columns.uptime), "dim")
    measured = (
        Cell(right(cpu, columns.cpu), "ink"),
        Cell(right(memory, columns.memory), "dim"),
    )
    if not columns.port:
        return (*measured, uptime)
    bars = trend(view.trends.get(one.name, ()), columns.trend, ceiling=8.0) if used else ""
    return (
        *_port(one, columns),
        uptime,
        *measured,
        Cell(right(restarts, columns.restarts), "dim"),
        Cell(f" {bars}" if columns.trend else "", "accent"),
    )
