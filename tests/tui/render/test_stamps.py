import time

import pytest

from proctor_tui.render.stamps import counted, rate, stamp


def test_a_stamp_is_the_wall_time_of_this_machine() -> None:
    noon = time.mktime((2026, 1, 1, 12, 3, 0, 0, 0, -1))
    assert stamp(noon + 0.9) == "12:03:00"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (0, ""),
        (0.4, ""),
        (24.2, "24/s"),
        (9999, "9999/s"),
        (12_345, "12k/s"),
        (1_234_567, "1.2M/s"),
    ],
)
def test_a_rate_is_short_whatever_its_size(lines: float, words: str) -> None:
    assert rate(lines) == words


def test_lines_are_counted_in_words() -> None:
    assert (counted(1), counted(12_345)) == ("1 line", "12,345 lines")
