"""Lines as cells: text with the names of its paints, and what a click on it asks for."""

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Cell(NamedTuple):
    """A piece of a line.

    `paint` names paints of the theme, separated by blanks ("bold state-up"); `hit` is the id of
    the action that a click asks for, or "" when a click on it means the whole row.
    """

    text: str
    paint: str = ""
    hit: str = ""


Line = tuple[Cell, ...]


def width_of(cells: "Iterable[Cell]") -> int:
    """How many columns the cells take."""
    return sum(cell_len(cell.text) for cell in cells)


def left(text: str, width: int) -> str:
    """Text in exactly so many columns, cut with `…` or padded at its right."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(0, width - 1)) + "…" * (width > 0)


def right(text: str, width: int) -> str:
    """Text in exactly so many columns, cut with `…` or padded at its left."""
    missing = width - cell_len(text)
    return " " * missing + text if missing >= 0 else left(text, width)


def spread(start: "Sequence[Cell]", end: "Sequence[Cell]", width: int) -> Line:
    """A line with cells at both ends; when there is no room for both, the end gives way."""
    gap = width - width_of(start) - width_of(end)
    if gap >= 0:
        return (*start, Cell(" " * gap), *end)
    return cut(start, width)


def cut(cells: "Iterable[Cell]", width: int) -> Line:
    """The cells as far as they fit into so many columns."""
    kept: list[Cell] = []
    for cell in cells:
        room = width - width_of(kept)
        if room <= 0:
            break
        fits = cell_len(cell.text) <= room
        kept.append(cell if fits else cell._replace(text=left(cell.text, room)))
    return tuple(kept)


def hit_at(cells: "Iterable[Cell]", x: int) -> str:
    """The action under a column of a line, or ""."""
    for cell in cells:
        x -= cell_len(cell.text)
        if x < 0:
            return cell.hit
    return ""
