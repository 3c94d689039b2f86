"""Widgets that draw themselves line by line, in the colours of the theme."""

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from proctor_tui.themed_app import ThemedApp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proctor_tui.render.cells import Cell


class Painted(Widget):
    """A widget whose lines are made of cells: text and the names of paints.

    The paints are those of the theme (`proctor_tui.paints`), and the widget's own component
    classes `paint--NAME`; several add up ("bold state-up"). They are looked up once, and again
    when the theme changes.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own parameter
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._paints: dict[str, Style] = {}

    def notify_style_update(self) -> None:
        """Look the paints up again: the theme, or the widget's own style, has changed."""
        self._paints = {}
        super().notify_style_update()

    def paint(self, names: str) -> Style:
        """The style of some paints; `bold`, `underline`, `reverse` and `strike` are paints too."""
        if names not in self._paints:
            style = Style.null()
            for name in names.split():
                style += self._single_paint(name)
            self._paints[names] = style
        return self._paints[names]

    def strip(
        self, cells: "Iterable[Cell]", width: int, *, lit: str = "", ground: str = ""
    ) -> Strip:
        """One drawn line, exactly `width` columns wide.

        `lit` is the hit under the mouse, whose cells are brighter; `ground` a paint under all.
        """
        base = self.rich_style + self.paint(ground)
        segments = [
            Segment(cell.text, base + self.paint(_paint(cell, lit))) for cell in cells if cell.text
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _single_paint(self, name: str) -> Style:
        if name in _PLAIN:
            return _PLAIN[name]
        # Not component classes of each widget: every change of a class anywhere above would then
        # match some thirty virtual nodes a widget against all rules (6 ms a key, measured).
        shared = self.app.paints if isinstance(self.app, ThemedApp) else {}
        if name in shared:
            return shared[name]
        return self.get_component_rich_style(f"paint--{name}", partial=True)


_PLAIN = {name: Style.parse(name) for name in ("bold", "underline", "reverse", "strike", "italic")}


def _paint(cell: "Cell", lit: str) -> str:
    return f"{cell.paint} ink bold" if lit and cell.hit == lit else cell.paint
