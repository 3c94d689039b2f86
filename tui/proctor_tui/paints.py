"""Paints: the names by which lines ask for the colours of the theme.

ink dim faint     three shades of text
accent link       keys and marks; addresses
warning error     what is said of things that are odd or wrong
block             the name of the app, on the accent
marked hovered    grounds: of the selected row, of the row under the mouse
state-up …        one for each state of a process
type-0 …          one for each process type
"""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

from proctor.model.events import STATES
from proctor_tui.themes import TYPE_COLOURS

#: Paint -> variables of the theme: the colour of text, and that of the ground, where it has one.
_VARIABLES: Mapping[str, tuple[str | None, str | None]] = {
    "ink": ("ink", None),
    "dim": ("ink-dim", None),
    "faint": ("ink-faint", None),
    "accent": ("accent", None),
    "link": ("link", None),
    "warning": ("warning", None),
    "error": ("error", None),
    "block": ("block-ink", "accent"),
    "marked": (None, "marked"),
    "hovered": (None, "bar"),
    **{f"state-{state}": (f"state-{state}", None) for state in STATES},
    **{f"type-{number}": (f"type-{number}", None) for number in range(TYPE_COLOURS)},
}


def paints_of(variables: Mapping[str, str]) -> Mapping[str, Style]:
    """All paints, from the variables of a theme."""
    return {
        name: Style(
            color=None if text is None else Color.parse(variables[text]).rich_color,
            bgcolor=None if ground is None else Color.parse(variables[ground]).rich_color,
            underline=True if name == "link" else None,
        )
        for name, (text, ground) in _VARIABLES.items()
    }
