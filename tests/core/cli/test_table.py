import pytest

from proctor.cli.table import painted, size, span, table


def test_columns_are_as_wide_as_they_need() -> None:
    text = table(("NAME", ">PID"), [("web.1", "7"), ("w", "12345")])
    assert text.splitlines() == ["NAME     PID", "web.1      7", "w      12345"]


def test_a_colour_takes_no_room() -> None:
    text = table(("A", "B"), [(painted("up", "32"), "x"), ("down", "y")])
    assert text.splitlines()[1] == "\x1b[32mup\x1b[0m    x"


def test_a_table_without_rows_is_its_heads() -> None:
    assert table(("A", "B"), []) == "A  B"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (0.4, "0 s"), (119.4, "119 s"), (120, "2 min"), (7199, "119 min"),
     (7200, "2 h"), (172_799, "47 h"), (172_800, "2 d")],
)  # fmt: skip
def test_a_span_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 kB"), (500_000, "488 kB"), (2**20, "1 MB"), (3 * 2**29, "1.5 GB")]
)
def test_bytes_are_told_in_the_unit_that_people_read(count: int, text: str) -> None:
    assert size(count) == text
