"""What stands where the panes would be, when there is no process: what to do next."""

from typing import TYPE_CHECKING

from textual.reactive import reactive

from proctor.logs.safe import safe
from proctor_tui.render.cells import Cell, Line, width_of
from proctor_tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual.strip import Strip

    from proctor_tui.view import View


class EmptyWords(Painted):
    """Teaches the first step; not there once a process is."""

    DEFAULT_CSS = """
    EmptyWords { height: 1fr; background: $pane; }
    """

    view: "reactive[View | None]" = reactive(None)
    """What is shown."""

    def watch_view(self) -> None:
        """Leave when there is a process."""
        self.display = self.view is not None and not self.view.processes

    def render_line(self, y: int) -> "Strip":
        """A few centred lines."""
        lines = _lines(self.view) if self.view else []
        number = y - max(0, (self.size.height - len(lines)) // 2)
        line = lines[number] if 0 <= number < len(lines) else ()
        margin = Cell(" " * max(1, (self.size.width - width_of(line)) // 2))
        return self.strip((margin, *line), self.size.width)


def _lines(view: "View") -> list[Line]:
    types = [each.type for each in view.types if each.in_formation]
    if not types:
        return [
            (Cell("The Procfile has no process type to keep running", "bold ink"),),
            (),
            (Cell("Add a line such as ", "dim"), Cell("web: python app.py", "ink")),
            (Cell("save it, and press ", "dim"), Cell("R", "bold accent"), Cell(" reload", "ink")),
        ]
    first = safe(types[0])
    return [
        (Cell("Nothing is running yet", "bold ink"),),
        (),
        (
            Cell("Select ", "dim"),
            Cell(first, "bold type-0"),
            Cell(" and press ", "dim"),
            Cell("→", "bold accent"),
            Cell(", or drag its slider", "dim"),
        ),
        (Cell(f"$ proctor scale {first}=1", "accent"),),
    ]
