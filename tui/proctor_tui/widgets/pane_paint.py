"""The rows of a pane as they are painted: kept for the next frame; and what lies over them."""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from proctor_tui.render.log_line import Look, PaintedRow, Shape, paint

if TYPE_CHECKING:
    from rich.style import Style

    from proctor.logs.window import Row

_ROWS_KEPT = 2048  #: enough for a large screen several times over, and a few megabytes at most


class PaintCache:
    """Painted lines by line and shape; emptied when too many, or when the theme changes."""

    def __init__(self) -> None:
        self._painted: dict[tuple[Row, Shape], tuple[PaintedRow, ...]] = {}
        self._rows = 0

    def painted(self, row: "Row", look: Look, shape: Shape) -> tuple[PaintedRow, ...]:
        """The rows of a line, painted now or before."""
        key = (row, shape)
        if (rows := self._painted.get(key)) is None:
            if self._rows > _ROWS_KEPT:
                self.clear()
            rows = self._painted[key] = paint(row, look, shape)
            self._rows += len(rows)
        return rows

    def clear(self) -> None:
        """Forget all."""
        self._painted.clear()
        self._rows = 0

    def __len__(self) -> int:
        return self._rows


def laid_over(strip: Strip, words: str, style: "Style") -> Strip:
    """Words over the right end of a row."""
    room = strip.cell_length - cell_len(words)
    if room < 0:
        return strip
    return Strip.join([strip.crop(0, room), Strip([Segment(words, style)])])


def thumb(height: int, first: int, end: int, top: int, shown: int) -> range:
    """The rows of a scroll bar's thumb, for a journal from `first` to `end` read at `top`."""
    total = max(1, end - first)
    if shown >= total:
        return range(0)
    size = max(1, round(height * shown / total))
    at = round((height - size) * min(1.0, max(0, top - first) / max(1, total - shown)))
    return range(at, at + size)
