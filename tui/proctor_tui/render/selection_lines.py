"""What is known of the selection, in a few lines under the formation: state, why, identity."""

import textwrap
from typing import TYPE_CHECKING

from proctor.logs.safe import safe
from proctor_tui.render.cells import Cell, Line, cut
from proctor_tui.render.formation_rows import type_paint
from proctor_tui.render.states import glyph, paint, remarks
from proctor_tui.render.units import span_in_words
from proctor_tui.situation import ALL

if TYPE_CHECKING:
    from proctor.model.events import ProcessView, TypeView
    from proctor_tui.view import View


def selection_lines(view: "View", target: str, width: int, now: float) -> list[Line]:
    """A heading and what belongs under it; each line fits into the width."""
    process, type_ = view.processes.get(target), view.type(target)
    if process is not None:
        lines = _about_process(view, process, width, now)
    elif type_ is not None:
        lines = _about_type(view, type_, width)
    else:
        lines = _about_app(view, width) if target == ALL else []
    return [cut(line, width) for line in lines]


def _about_process(view: "View", one: "ProcessView", width: int, now: float) -> list[Line]:
    state = remarks(one, now) or (f"up {span_in_words(now - one.since)}",)
    heading = (
        Cell(f"{glyph(one)} ", paint(one)),
        Cell(safe(one.name), f"bold {type_paint(view, one.type)}"),
        Cell(f"  {state[0]}", paint(one)),
    )
    facts = [f"pid {one.pid}"] if one.pid else []
    facts += [f"run {one.run}"] if one.run else []
    facts += [_times(one.restarts, "restart")] if one.restarts else []
    used = view.usage.get(one.name)
    if used and used.processes > 1:
        facts.append(f"{used.processes} processes")
    if one.listens_on and one.listens_on != one.port:
        facts.append(f"listens on :{one.listens_on}, not :{one.port}")
    return [
        heading,
        *_wrapped(one.why, width, "ink"),
        *_wrapped(" · ".join(facts), width, "dim"),
        *_command(view.type(one.type), width),
    ]


def _about_type(view: "View", type_: "TypeView", width: int) -> list[Line]:
    wanted = _times(type_.quantity, "process", "es") + " wanted"
    said = wanted if type_.in_formation else "not kept running"
    heading = (
        Cell(safe(type_.type), f"bold {type_paint(view, type_.type)}"),
        Cell(f"  {said} · Procfile:{type_.line}", "dim"),
    )
    return [heading, *_command(type_, width)]


def _about_app(view: "View", width: int) -> list[Line]:
    lease = f"  ends with {safe(view.app.ends_with)}"
    return [
        (Cell(safe(view.app.name), "bold ink"), Cell(lease, "dim")),
        *_wrapped(view.app.root, width, "dim"),
    ]


def _command(type_: "TypeView | None", width: int) -> list[Line]:
    if type_ is None:
        return []
    return [(Cell("$ ", "accent"), Cell(safe(type_.command), "ink"))] if width else []


def _wrapped(text: str, width: int, colour: str) -> list[Line]:
    return [(Cell(line, colour),) for line in textwrap.wrap(safe(text), max(10, width))[:3]]


def _times(count: int, word: str, plural: str = "s") -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}{plural}"
