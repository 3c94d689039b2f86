"""How many panes a page shows, and in how many columns: pure arithmetic."""

from typing import NamedTuple

LEAST_WIDTH, LEAST_HEIGHT = 36, 8  #: a smaller tile tells nothing: there are more pages instead
_GOOD_WIDTH, _GOOD_HEIGHT = 60, 16  #: more than that makes a tile no better
_GAP = 1


class Tiling(NamedTuple):
    """A page: at most `size` panes in so many columns."""

    columns: int
    size: int


def tile(panes: int, width: int, height: int) -> Tiling:
    """The best page for so many panes in an area of so many cells.

    A row is set aside for the page marks where one page does not hold all.
    """
    panes = max(1, panes)
    most = _fits(width, LEAST_WIDTH) * _fits(height, LEAST_HEIGHT)
    if panes > most:
        height -= 1
        most = _fits(width, LEAST_WIDTH) * _fits(height, LEAST_HEIGHT)
    pages = -(-panes // most)
    size = -(-panes // pages)
    columns = max(
        range(1, min(size, _fits(width, LEAST_WIDTH)) + 1),
        key=lambda count: (_worth(count, size, width, height), -count),
    )
    return Tiling(columns, size)


def _fits(room: int, least: int) -> int:
    return max(1, (room + _GAP) // (least + _GAP))


def _worth(columns: int, size: int, width: int, height: int) -> float:
    rows = -(-size // columns)
    tile_width = (width - (columns - 1) * _GAP) // columns
    tile_height = (height - (rows - 1) * _GAP) // rows
    if tile_height < LEAST_HEIGHT:
        return tile_height / LEAST_HEIGHT - 1
    return min(1.0, tile_width / _GOOD_WIDTH) * min(1.0, tile_height / _GOOD_HEIGHT)
