import pytest

from proctor_tui.render.units import percent, size, span, span_in_words, trend


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0s"),
        (0.9, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (7200, "2h"),
        (200_000, "2d"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_in_a_sentence_a_blank_stands_before_the_unit() -> None:
    assert span_in_words(4) == "4 s"


@pytest.mark.parametrize(("value", "words"), [(0.31, "0.3%"), (9.94, "9.9%"), (210.4, "210%")])
def test_a_part_of_a_core_has_two_digits_or_more(value: float, words: str) -> None:
    assert percent(value) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0K"), (900_000, "879K"), (40_000_000, "38M"), (1_300_000_000, "1.2G"), (2**45, "32768G")],
)
def test_bytes_are_told_in_few_digits(count: int, words: str) -> None:
    assert size(count) == words


def test_a_trend_ends_with_the_newest_sample_and_begins_flat() -> None:
    assert trend((0.0, 2.0), 4, ceiling=2.0) == "▁▁▁█"


def test_next_to_nothing_looks_like_nothing() -> None:
    assert trend((0.0, 0.01), 2, ceiling=4.0) == "▁▁"
