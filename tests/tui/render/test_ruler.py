import pytest

from proctor_tui.render.ruler import ruler_paint


@pytest.mark.parametrize(
    ("words", "paint"),
    [
        ("exited with status 3 · again in 4 s", "state-crashed"),
        ("killed by SIGKILL", "state-crashed"),
        ("Process exited with status 143", "state-stopping"),
        ("State changed from up to stopping", "state-stopping"),
        ("State changed from up to crashed; starting again", "state-crashed"),
        ("Starting process with command `exit 1 # crash` (PORT=5006)", "state-starting"),
        ("State changed from up to crashed", "state-crashed"),
        ("Error R12 (Exit timeout)", "state-crashed"),
        ("could not be started: no such file", "state-crashed"),
        ("State changed from starting to up", "state-up"),
        ("exited with status 0", "state-complete"),
        ("stopping with SIGTERM", "state-stopping"),
        ("starting with command `python web.py`", "state-starting"),
        ("hello", "dim"),
    ],
)
def test_a_ruler_has_the_colour_of_the_state_it_speaks_of(words: str, paint: str) -> None:
    assert ruler_paint(words) == paint
