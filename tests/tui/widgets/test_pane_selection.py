from proctor_tui.widgets.pane_selection import COPY_LIMIT_BYTES, Point, Selection, word_at


def selection(start: tuple[int, int], end: tuple[int, int], *lines: str) -> Selection:
    chosen = Selection(Point(*start), Point(*end))
    for number, line in enumerate(lines):
        chosen.remember(number, line)
    return chosen


def test_the_text_between_two_points_is_copied_in_either_direction() -> None:
    lines = ("first line", "second", "third line")
    assert selection((0, 6), (2, 5), *lines).copy() == ("line\nsecond\nthird", True)
    assert selection((2, 5), (0, 6), *lines).copy() == ("line\nsecond\nthird", True)
    assert selection((1, 0), (1, 6), *lines).copy() == ("second", True)


def test_the_pieces_of_a_long_line_are_copied_as_one_line() -> None:
    chosen = Selection(Point(0, 0), Point(1, 4))
    chosen.remember(0, "one ")
    chosen.remember(1, "line", continued=True)
    assert chosen.copy().text == "one line"


def test_a_copy_is_cut_between_characters_at_what_terminals_take() -> None:
    text, complete = selection((0, 0), (0, 60_000), "é" * 60_000).copy()
    assert not complete
    assert COPY_LIMIT_BYTES - 2 < len(text.encode()) <= COPY_LIMIT_BYTES


def test_text_that_never_passed_by_is_said_to_be_missing() -> None:
    assert selection((0, 0), (5, 1), "here", "and here").copy() == ("here\nand here", False)


def test_what_is_remembered_is_bounded() -> None:
    chosen = Selection(Point(0, 0), Point(10_000, 0))
    for line in range(10_000):
        chosen.remember(line, "x" * 100)
    assert not chosen.knows(9_000)
    assert chosen.copy().complete is False


def test_the_word_under_the_mouse_may_be_a_path_or_an_address() -> None:
    text = 'GET "/jobs/84?x=1" (in views.py:41), http://localhost:5006/'
    assert text[slice(*word_at(text, 7))] == "/jobs/84?x"
    assert text[slice(*word_at(text, 25))] == "views.py:41"
    assert text[slice(*word_at(text, 45))] == "http://localhost:5006/"
    assert text[slice(*word_at(text, 3))] == " "
    assert word_at("", 0) == (0, 0)
