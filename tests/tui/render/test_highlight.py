from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from proctor_tui.render.highlight import highlight

HIT = Style(bgcolor="yellow")


def painted(strip: Strip) -> list[tuple[str, bool]]:
    return [(text, style is not None and style.bgcolor == HIT.bgcolor) for text, style, _ in strip]


def test_the_style_lies_over_the_background_of_the_text() -> None:
    strip = Strip([Segment("abcdef", Style(bgcolor="black", color="red"))])
    lit = highlight(strip, 2, 4, HIT)
    assert painted(lit) == [("ab", False), ("cd", True), ("ef", False)]
    assert [style.color for text, style, _ in lit if style and text == "cd"] == [
        Style(color="red").color
    ]


def test_a_wide_character_is_never_cut_in_a_way_that_changes_the_width() -> None:
    strip = Strip([Segment("漢字漢字")])
    for start in range(9):
        for end in range(9):
            assert highlight(strip, start, end, HIT).cell_length == 8


def test_an_empty_range_changes_nothing() -> None:
    strip = Strip([Segment("abc")])
    assert highlight(strip, 2, 2, HIT) is strip
    assert highlight(strip, 7, 9, HIT) is strip
