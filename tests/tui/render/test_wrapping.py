import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from proctor_tui.render.wrapping import wrap

CHARACTERS = ["a", "b", "-", " ", "漢", "字", "e\u0301", "👩\u200d👧"]


def rows(text: str, first: int, width: int) -> list[str]:
    return [text[start:end] for start, end in wrap(text, first, width)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("exactly te", ["exactly te"]),
        ("a few words more", ["a few", "words more"]),
        ("https://example.com/a/b", ["https://ex", "ample.com/", "a/b"]),
        ("to https://example.com", ["to https:/", "/example.c", "om"]),
        ("漢字漢字漢字", ["漢字漢字漢", "字"]),
        ("a漢字漢字漢字", ["a漢字漢字", "漢字"]),
    ],
)
def test_a_line_is_broken_at_a_blank_that_is_near_and_else_where_it_is_full(
    text: str, pieces: list[str]
) -> None:
    assert rows(text, 10, 10) == pieces


def test_the_first_row_may_have_less_room() -> None:
    assert rows("abcdefghij", 3, 5) == ["abc", "defgh", "ij"]


@given(
    st.lists(st.sampled_from(CHARACTERS), max_size=80).map("".join),
    st.integers(2, 12),
    st.integers(2, 12),
)
def test_no_row_is_too_wide_and_no_character_but_blanks_is_lost(
    text: str, first: int, width: int
) -> None:
    ranges = list(wrap(text, first, width))
    for number, (start, end) in enumerate(ranges):
        assert cell_len(text[start:end]) <= (width if number else first)
    assert "".join(text[s:e] for s, e in ranges).replace(" ", "") == text.replace(" ", "")
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))


def test_a_line_of_many_rows_takes_linear_time() -> None:
    assert len(rows("漢" * 50_000, 10, 10)) == 10_000
    assert len(rows("x " * 50_000, 10, 10)) == 10_000
