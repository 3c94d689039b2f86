import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_tui.render.cells import width_of
from proctor_tui.render.slider import (
    Quantity,
    column_of,
    maximum_for,
    quantity_of,
    track,
    value_at,
)
from support import histories


def drawn(quantity: Quantity, width: int = 21, maximum: int = 10) -> str:
    return "".join(cell.text for cell in track(quantity, width, maximum, "type-0"))


@pytest.mark.parametrize(
    ("quantity", "picture"),
    [
        (Quantity(3, 3), "━━━━━━●──────────────"),
        (Quantity(4, 3), "━━━━━━╍╍●────────────"),
        (Quantity(2, 4), "━━━━●╍╍╍╍────────────"),
        (Quantity(0, 0), "●────────────────────"),
        (Quantity(10, 10), "━━━━━━━━━━━━━━━━━━━━●"),
        (Quantity(3, 3, asked=5), "━━━━━━╍╍╍╍○──────────"),
    ],
)
def test_the_knob_is_what_is_wanted_and_the_solid_part_what_is_there(
    quantity: Quantity, picture: str
) -> None:
    assert drawn(quantity) == picture


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(3, 3), "3"),
        (Quantity(4, 3), "3 → 4"),
        (Quantity(2, 4), "4 → 2"),
        (Quantity(2, 1, missing=1), "1 of 2"),
        (Quantity(3, 3, asked=5), "3 → 5"),
        (Quantity(0, 0), "0"),
    ],
)
def test_the_words_say_both_quantities_while_they_differ(quantity: Quantity, words: str) -> None:
    assert quantity.words() == words


def test_starting_processes_are_on_their_way_and_crashed_ones_are_missing() -> None:
    shown = [
        histories.process("web.1"),
        histories.process("web.2", "starting"),
        histories.process("web.3", "crashed"),
        histories.process("web.4", "stopping"),
    ]
    assert quantity_of(shown, 3, None) == Quantity(3, 2, missing=1)


def test_the_track_of_missing_processes_is_in_the_colour_of_crashes() -> None:
    cells = track(Quantity(2, 1, missing=1), 21, 10, "type-0")
    assert [cell.paint for cell in cells if "╍" in cell.text] == ["state-crashed"]


@pytest.mark.parametrize(("aim", "maximum"), [(0, 10), (8, 10), (9, 20), (16, 20), (49, 80)])
def test_the_right_end_grows_so_that_there_is_room_to_go_on(aim: int, maximum: int) -> None:
    assert maximum_for(Quantity(aim, aim)) == maximum


@given(st.integers(0, 10), st.integers(11, 80))
def test_a_quantity_is_found_again_at_its_own_column(value: int, width: int) -> None:
    assert value_at(column_of(value, width, 10), width, 10) == value


@given(
    st.integers(0, 200), st.integers(0, 200), st.none() | st.integers(0, 200), st.integers(4, 120)
)
def test_a_track_is_exactly_as_wide_as_it_should_be(
    desired: int, actual: int, asked: int | None, width: int
) -> None:
    quantity = Quantity(desired, actual, asked=asked)
    assert width_of(track(quantity, width, maximum_for(quantity), "type-0")) == width


@given(st.integers(-50, 200))
def test_beyond_the_ends_of_a_track_are_the_ends(x: int) -> None:
    assert 0 <= value_at(x, 21, 10) <= 10
