import re

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from proctor.model.events import STATES
from proctor_tui.themes import DARK, LIGHT, TYPE_COLOURS, has_dark_ground, meanings

READABLE = 4.5
"""The contrast that text needs to be read by everybody."""


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_a_colour_for_every_meaning(name: str) -> None:
    given = meanings(BUILTIN_THEMES[name])
    assert {f"state-{state}" for state in STATES} <= set(given)
    assert {f"type-{number}" for number in range(TYPE_COLOURS)} <= set(given)
    assert {"ink", "ink-dim", "ink-faint", "pane", "pane-focus", "bar", "marked", "link"} <= set(
        given
    )


@pytest.mark.parametrize("name", ["ansi-dark", "ansi-light"])
def test_the_terminals_own_colours_are_never_blended(name: str) -> None:
    assert all(
        re.fullmatch("ansi_[a-z_]+", each) for each in meanings(BUILTIN_THEMES[name]).values()
    )


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


COLOURED = ["ink", *(f"type-{n}" for n in range(TYPE_COLOURS)), *(f"state-{s}" for s in STATES)]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["pane", "bar"])
@pytest.mark.parametrize("name", [each for each in COLOURED if each != "state-down"])
def test_what_is_read_stands_out_from_its_ground(theme: object, ground: str, name: str) -> None:
    variables = theme.variables  # type: ignore[attr-defined]  # a Theme
    assert contrast(Color.parse(variables[name]), Color.parse(variables[ground])) >= READABLE


@pytest.mark.parametrize(
    ("told", "dark"), [({}, True), ({"COLORFGBG": "15;0"}, True), ({"COLORFGBG": "0;15"}, False)]
)
def test_a_terminal_that_says_it_is_light_begins_light(told: dict[str, str], dark: bool) -> None:
    assert has_dark_ground(told) is dark
