"""Colours by meaning: proctor's own themes, and the same meanings for Textual's themes.

Besides Textual's variables, CSS may use
  $ink $ink-dim $ink-faint         three shades of text: read, read seldom, lines and tracks
  $pane $pane-focus $bar $marked   surfaces: panes, the focused one, bars, the selected row
  $link $block-ink                 addresses; text on the accent
  $state-up $state-starting $state-stopping $state-crashed $state-waiting $state-complete
  $state-down                      one for each state of a process
  $type-0 … $type-7                one for each process type, in the order of the Procfile
"""

from typing import TYPE_CHECKING

from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE_COLOURS = 8
"""How many process types have a colour of their own; later ones begin again."""

DARK = Theme(
    name="proctor-dark",
    dark=True,
    primary="#7aa2f7",
    secondary="#bb9af7",
    accent="#7aa2f7",
    foreground="#d6dbe5",
    background="#0f131a",
    surface="#161b23",
    panel="#1f2731",
    boost="#1f2731",
    success="#7bd88f",
    warning="#e5c07b",
    error="#ff7a90",
    variables={
        "ink": "#d6dbe5",
        "ink-dim": "#76818f",
        "ink-faint": "#333c49",
        "bar": "#161b23",
        "pane": "#161b23",
        "pane-focus": "#1f2731",
        "marked": "#1f2731",
        "link": "#7aa2f7",
        "state-up": "#7bd88f",
        "state-starting": "#e5c07b",
        "state-stopping": "#e0a070",
        "state-crashed": "#ff7a90",
        "state-waiting": "#7dcfff",
        "state-complete": "#7bd88f",
        "state-down": "#76818f",
        "type-0": "#7dcfff",
        "type-1": "#bb9af7",
        "type-2": "#e0af68",
        "type-3": "#73daca",
        "type-4": "#f79ac0",
        "type-5": "#b9d977",
        "type-6": "#8fb0ff",
        "type-7": "#d9b38c",
        "footer-background": "#161b23",
        "block-cursor-background": "#7aa2f7",
        "block-cursor-foreground": "#0f131a",
        "screen-selection-background": "#2f4468",
    },
)

LIGHT = Theme(
    name="proctor-light",
    dark=False,
    primary="#2f5fd0",
    secondary="#6f42b5",
    accent="#2f5fd0",
    foreground="#22262e",
    background="#fbfaf7",
    surface="#f2f1ec",
    panel="#e6e2d9",
    boost="#e6e2d9",
    success="#237a3b",
    warning="#8a5a00",
    error="#bf2a45",
    variables={
        "ink": "#22262e",
        "ink-dim": "#757b86",
        "ink-faint": "#d3d0c7",
        "bar": "#f2f1ec",
        "pane": "#f2f1ec",
        "pane-focus": "#e9e6de",
        "marked": "#e6e2d9",
        "link": "#2f5fd0",
        "state-up": "#237a3b",
        "state-starting": "#8a5a00",
        "state-stopping": "#a04f12",
        "state-crashed": "#bf2a45",
        "state-waiting": "#0f7488",
        "state-complete": "#237a3b",
        "state-down": "#757b86",
        "type-0": "#0f7488",
        "type-1": "#6f42b5",
        "type-2": "#a05a00",
        "type-3": "#00796b",
        "type-4": "#b02f70",
        "type-5": "#4f7a13",
        "type-6": "#2f5fd0",
        "type-7": "#7a5230",
        "footer-background": "#f2f1ec",
        "block-cursor-background": "#2f5fd0",
        "block-cursor-foreground": "#fbfaf7",
        "screen-selection-background": "#c5d5f7",
    },
)

_Colours = tuple[tuple[int, int, int], ...]


def _terminal(theme: Theme, colours: str) -> TerminalTheme:
    """The sixteen colours of logs: black, red, green … white, then the same, brighter."""
    triplets: _Colours = tuple(Color.parse(f"#{each}").rgb for each in colours.split())
    grounds = (Color.parse(theme.background or "").rgb, Color.parse(theme.foreground or "").rgb)
    return TerminalTheme(*grounds, list(triplets[:8]), list(triplets[8:]))


LOGS_DARK = _terminal(
    DARK,
    "2b333f ff7a90 7bd88f e5c07b 7aa2f7 bb9af7 7dcfff c3cad6"
    " 76818f ff9aab 9be8ab f0d399 9dbcff d0b8ff a8e0ff eef2f8",
)
LOGS_LIGHT = _terminal(
    LIGHT,
    "22262e bf2a45 237a3b 8a5a00 2f5fd0 6f42b5 0f7488 8f939b"
    " 757b86 d6405c 2f9450 a87000 4a78e0 8659c9 1d8ea5 5c616b",
)

_ANSI_TYPES = ("cyan", "magenta", "yellow", "green", "bright_magenta", "bright_cyan", "blue", "red")


_LIGHT_GROUNDS = frozenset({"7", "15"})


def has_dark_ground(environment: "Mapping[str, str]") -> bool:
    """Whether the terminal is dark, as far as it says so; most are."""
    return environment.get("COLORFGBG", "").rpartition(";")[2] not in _LIGHT_GROUNDS


def meanings(theme: Theme) -> "Mapping[str, str]":
    """The variables above for any theme, made from its own colours; a theme's own ones win."""
    return _for_terminal_colours(theme) if theme.ansi else _for_true_colours(theme)


def _for_terminal_colours(theme: Theme) -> dict[str, str]:
    # No blends: they would turn the terminal's own colours into fixed ones.
    states = {
        "up": "ansi_green",
        "starting": "ansi_yellow",
        "stopping": "ansi_yellow",
        "crashed": "ansi_red",
        "waiting": "ansi_cyan",
        "complete": "ansi_green",
        "down": "ansi_bright_black",
    }
    marked = "ansi_black" if theme.dark else "ansi_bright_white"
    return {
        "ink": "ansi_default",
        "ink-dim": "ansi_bright_black",
        "ink-faint": "ansi_bright_black",
        "bar": "ansi_default",
        "pane": "ansi_default",
        "pane-focus": "ansi_default",
        "marked": marked,
        "link": "ansi_blue",
        "block-ink": "ansi_black",
        **{f"state-{name}": colour for name, colour in states.items()},
        **{f"type-{number}": f"ansi_{name}" for number, name in enumerate(_ANSI_TYPES)},
    }


def _for_true_colours(theme: Theme) -> dict[str, str]:
    variables = theme.to_color_system().generate()
    ink = Color.parse(variables["foreground"])
    ground = Color.parse(variables["background"])
    surface, panel = Color.parse(variables["surface"]), Color.parse(variables["panel"])
    success, warning, error = (variables[name] for name in ("success", "warning", "error"))
    primary, accent, secondary = (variables[name] for name in ("primary", "accent", "secondary"))
    types = (primary, secondary, warning, success, accent, error)
    return {
        "ink": ink.hex6,
        "ink-dim": ground.blend(ink, 0.55).hex6,
        "ink-faint": ground.blend(ink, 0.2).hex6,
        "bar": surface.hex6,
        "pane": surface.hex6,
        "pane-focus": surface.blend(panel, 0.6).hex6,
        "marked": panel.hex6,
        "link": primary,
        "block-ink": ground.hex6,
        "state-up": success,
        "state-starting": warning,
        "state-stopping": warning,
        "state-crashed": error,
        "state-waiting": accent,
        "state-complete": success,
        "state-down": ground.blend(ink, 0.55).hex6,
        **{f"type-{number}": types[number % len(types)] for number in range(TYPE_COLOURS)},
    }
