"""What is said when the terminal has no room for anything else."""

from typing import TYPE_CHECKING

from proctor_tui.render.cells import Cell, cut
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual.strip import Strip


class TooSmall(Painted):
    """Says that the terminal is too small, and that the app goes on."""

    def render_line(self, y: int) -> "Strip":
        """Three short lines in the middle."""
        lines = ("too small", "make it larger", "the app goes on")
        number = y - max(0, (self.size.height - len(lines)) // 2)
        if not 0 <= number < len(lines):
            return self.strip((), self.size.width)
        words = lines[number].center(self.size.width)
        paint = "bold warning" if number == 0 else "dim"
        return self.strip(cut([Cell(words, paint)], self.size.width), self.size.width)
