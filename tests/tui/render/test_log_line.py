import pytest
from rich.style import Style

from proctor.logs.window import Row, Stream
from proctor_tui.render.log_line import Look, PaintedRow, Shape, paint
from proctor_tui.render.stamps import stamp
from support.histories import NOON

NOW = stamp(NOON)
LOOK = Look(lambda name: Style(meta={"paint": name}), {"web": "type-0"})


def row(data: str, stream: Stream = "out", *, continued: bool = False) -> Row:
    return Row(7, NOON, "web.1", 1, stream, data.encode(), continued=continued)


def shown(row: Row, **shape: object) -> list[str]:
    return [each.strip.text.rstrip() for each in paint(row, LOOK, Shape(**shape))]  # type: ignore[arg-type]


def paint_of(painted: PaintedRow, text: str) -> str:
    (style,) = [each.style for each in painted.strip if each.text == text]
    assert style is not None
    return str(style.meta["paint"])


def test_a_line_has_its_time_and_its_text() -> None:
    assert shown(row("GET /"), width=40) == [f"{NOW} GET /"]


def test_without_stamps_there_is_the_text_alone() -> None:
    assert shown(row("GET /"), width=40, stamps=False) == ["GET /"]


def test_in_merged_journals_the_process_stands_before_the_text_in_its_colour() -> None:
    (painted,) = paint(row("GET /"), LOOK, Shape(40, name_width=8))
    assert painted.strip.text.rstrip() == f"{NOW} web.1    GET /"
    assert paint_of(painted, " web.1   ") == "type-0"


def test_standard_error_is_marked_by_a_sign_and_not_by_colour_alone() -> None:
    assert shown(row("oh no", "err"), width=40) == [f"{NOW}!oh no"]
    assert shown(row("oh no", "err"), width=40, stamps=False) == ["!oh no"]


def test_what_proctor_says_is_a_ruler_in_the_colour_of_the_state() -> None:
    words = "exited with status 3 · again in 4 s"
    (painted,) = paint(row(words, "proctor"), LOOK, Shape(60))
    assert painted.strip.text.rstrip() == f"{NOW} ── {words} ──"
    assert paint_of(painted, f"── {words} ──") == "state-crashed"


def test_the_end_of_a_ruler_does_not_take_a_row_of_its_own() -> None:
    assert shown(row("killed by SIGKILL", "proctor"), width=31) == [f"{NOW} ── killed by SIGKILL"]


def test_a_piece_of_a_very_long_line_is_marked_as_going_on() -> None:
    assert shown(row("the rest", continued=True), width=40) == ["       ↳ the rest"]


def test_a_narrow_pane_wraps_to_its_left_edge_and_a_wide_one_under_the_text() -> None:
    words = "one two three four five six seven eight nine ten eleven twelve"
    assert shown(row(words), width=40)[1].startswith("seven")
    assert shown(row(words), width=50)[1].startswith(" " * 9 + "nine")


def test_every_row_is_exactly_as_wide_as_the_pane() -> None:
    for width in (1, 2, 5, 9, 10, 20, 36, 80):
        painted = paint(row("漢字 \x1b[31mand words\x1b[0m " * 9), LOOK, Shape(width))
        assert {each.strip.cell_length for each in painted} == {width}


def test_unwrapped_lines_are_cut_with_a_mark_and_can_be_scrolled_to_the_side() -> None:
    line = row("abcdefghijklmnopqrstuvwxyz")
    assert shown(line, width=20, wraps=False) == [f"{NOW} abcdefghij→"]
    assert shown(line, width=20, wraps=False, skipped_cells=8) == [f"{NOW} ijklmnopqr→"]
    assert shown(line, width=20, wraps=False, skipped_cells=16) == [f"{NOW} qrstuvwxyz"]


@pytest.mark.parametrize("wraps", [True, False])
def test_a_column_and_its_character_are_found_from_each_other(*, wraps: bool) -> None:
    skipped = 0 if wraps else 4
    rows = paint(row("ab漢字cd" * 9), LOOK, Shape(30, wraps=wraps, skipped_cells=skipped))
    for painted in rows:
        for character in range(painted.start, painted.end):
            start, end = painted.columns(character, character + 1)
            if painted.indent < start < end <= 30:
                assert painted.index_at(start) == painted.index_at(end - 1) == character
    assert rows[-1].index_at(29) == rows[-1].end or not wraps


def test_a_name_cannot_carry_an_escape() -> None:
    evil = Row(1, NOON, "we\x1b[2Jb.1", 1, "out", b"x")
    (painted,) = paint(evil, LOOK, Shape(40, name_width=8))
    assert painted.strip.text.rstrip() == f"{NOW} we␛[2Jb. x"
