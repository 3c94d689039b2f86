import pytest

from proctor_tui.widgets.pane_tiling import LEAST_HEIGHT, LEAST_WIDTH, tile


@pytest.mark.parametrize(
    ("panes", "width", "height", "tiling"),
    [
        (1, 77, 36, (1, 1)),
        (2, 77, 36, (1, 2)),
        (4, 77, 36, (2, 4)),
        (4, 148, 44, (2, 4)),
        (9, 148, 44, (3, 9)),
        (3, 40, 20, (1, 2)),
        (5, 30, 6, (1, 1)),
        (0, 77, 36, (1, 1)),
    ],
)
def test_tiles_are_as_wide_and_high_as_is_worth_it(
    panes: int, width: int, height: int, tiling: tuple[int, int]
) -> None:
    assert tile(panes, width, height) == tiling


@pytest.mark.parametrize("panes", [1, 2, 3, 5, 8, 13, 50])
@pytest.mark.parametrize(("width", "height"), [(36, 8), (77, 20), (120, 40), (148, 44), (300, 100)])
def test_a_tile_is_never_too_small_to_tell_something(panes: int, width: int, height: int) -> None:
    columns, size = tile(panes, width, height)
    rows = -(-size // columns)
    assert (width - (columns - 1)) // columns >= LEAST_WIDTH
    assert (height - (size < panes) - (rows - 1)) // rows >= LEAST_HEIGHT or size == 1
