"""Widgets that draw themselves line by line, in the colours of the theme."""

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from proctor.model.events import STATES
from proctor_tui.themes import TYPE_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proctor_tui.render.cells import Cell


class Painted(Widget):
    """A widget whose lines are made of cells: text and the names of paints.

    Paints are the component classes below without `paint--`; several add up ("bold state-up").
    They are looked up once, and again when the theme changes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "paint--ink",
        "paint--dim",
        "paint--faint",
        "paint--accent",
        "paint--link",
        "paint--warning",
        "paint--error",
        "paint--block",
        "paint--marked",
        "paint--hovered",
        *(f"paint--state-{state}" for state in STATES),
        *(f"paint--type-{number}" for number in range(TYPE_COLOURS)),
    }
    DEFAULT_CSS = "\n".join(
        [
            "Painted > .paint--ink { color: $ink; }",
            "Painted > .paint--dim { color: $ink-dim; }",
            "Painted > .paint--faint { color: $ink-faint; }",
            "Painted > .paint--accent { color: $accent; }",
            "Painted > .paint--link { color: $link; text-style: underline; }",
            "Painted > .paint--warning { color: $warning; }",
            "Painted > .paint--error { color: $error; }",
            "Painted > .paint--block { color: $background; background: $accent; }",
            "Painted > .paint--marked { background: $marked; }",
            "Painted > .paint--hovered { background: $bar; }",
            *(f"Painted > .paint--state-{each} {{ color: $state-{each}; }}" for each in STATES),
            *(f"Painted > .paint--type-{n} {{ color: $type-{n}; }}" for n in range(TYPE_COLOURS)),
        ]
    )

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
                style += _PLAIN[name] if name in _PLAIN else self._component(name)
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

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"paint--{name}", partial=True)


_PLAIN = {name: Style.parse(name) for name in ("bold", "underline", "reverse", "strike", "italic")}


def _paint(cell: "Cell", lit: str) -> str:
    return f"{cell.paint} ink bold" if lit and cell.hit == lit else cell.paint
