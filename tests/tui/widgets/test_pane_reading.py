import random

import pytest

from proctor.logs.window import Row, Window
from proctor_tui.widgets.pane_reading import Place, Reading


class Journal:
    """Numbered lines, some of which take several rows, and a reading of them."""

    def __init__(self, lines: int, *, height: int = 10) -> None:
        self.first, self.end, self.asked = 0, lines, 0
        self.reading = Reading(lambda row: int(row.data))
        self.reading.resize(height)
        self.told()

    def append(self, count: int) -> None:
        self.end += count
        self.told()

    def forget(self, count: int) -> None:
        self.first = min(self.end, self.first + count)
        self.told()

    def told(self) -> None:
        self.reading.notice(self.first, self.end)
        self.answer()

    def answer(self) -> None:
        if (wanted := self.reading.wanted()) is None:
            return
        self.asked += 1
        first, count = wanted
        start = max(self.first, self.end - count if first is None else first)
        stop = max(start, min(self.end, start + count))
        rows = [self.row(number) for number in range(start, stop)]
        self.reading.take(Window("web.1", start, stop, self.first, self.end, rows))

    @staticmethod
    def row(number: int) -> Row:
        return Row(number, 0.0, "web.1", 1, "out", b"3" if number % 7 == 0 else b"1")

    def do(self, method: str, *arguments: float) -> None:
        getattr(self.reading, method)(*arguments)
        self.answer()

    @property
    def lines(self) -> list[int]:
        """The lines on the screen, from top to bottom."""
        return list(dict.fromkeys(shown.place.line for shown in self.reading.rows()))


def test_a_following_pane_ends_with_the_newest_line() -> None:
    journal = Journal(100)
    journal.append(900)
    assert journal.lines == [*range(992, 1000)]  # 994 takes three rows
    assert len(journal.reading.rows()) == 10


def test_a_short_journal_is_shown_from_its_first_line() -> None:
    assert Journal(3).lines == [0, 1, 2]
    assert Journal(0).lines == []


def test_scrolling_up_pauses_and_new_lines_leave_the_place() -> None:
    journal = Journal(1000)
    journal.do("move", -5)
    before = journal.lines
    journal.append(42)
    assert journal.lines == before
    assert (journal.reading.follow, journal.reading.new) == (False, 42)


def test_scrolling_down_to_the_last_row_follows_again() -> None:
    journal = Journal(1000)
    journal.do("move", -5)
    journal.do("move", 4)
    assert journal.lines[-1] == 998
    journal.do("move", 1)
    assert journal.reading.follow
    journal.append(5)
    assert journal.lines[-1] == 1004


def test_new_lines_that_were_scrolled_into_sight_are_not_new_any_more() -> None:
    journal = Journal(1000)
    journal.do("move", -5)
    journal.append(100)
    journal.do("move", 40)
    assert 60 < journal.reading.new < 75


def test_the_place_survives_the_loss_of_old_lines_even_of_those_under_the_eye() -> None:
    journal = Journal(1000)
    journal.do("move", -500)
    before = journal.lines
    journal.forget(200)
    assert journal.lines == before
    journal.forget(journal.end - 220)
    assert journal.lines == before
    assert all(shown.line for shown in journal.reading.rows())


def test_beyond_lost_lines_reading_goes_on_with_the_oldest_that_is_kept() -> None:
    journal = Journal(1000)
    journal.do("move", -500)
    last = max(journal.reading.held)
    journal.forget(journal.end - 100)
    while journal.lines[-1] < 900:
        journal.do("move", 1)
        journal.answer()
    assert last < 900
    assert journal.lines[-2:] == [last, 900]
    journal.do("move", 60)
    journal.do("move", 20)
    assert all(shown.line for shown in journal.reading.rows())
    journal.do("move", -200)
    assert journal.lines[0] == 900


def test_another_height_keeps_the_top_line() -> None:
    journal = Journal(1000)
    journal.do("move", -500)
    top = journal.lines[0]
    journal.do("resize", 40)
    assert (journal.lines[0], len(journal.reading.rows())) == (top, 40)
    assert all(shown.line for shown in journal.reading.rows())


def test_one_asks_once_for_a_change_and_not_at_all_for_what_is_held() -> None:
    journal = Journal(1000)
    journal.do("move", -20)
    asked = journal.asked
    assert journal.reading.wanted() is None
    journal.do("move", -1)
    journal.append(10)
    assert journal.asked == asked


def test_home_end_and_the_scroll_bar_go_where_they_say() -> None:
    journal = Journal(1000)
    journal.forget(100)
    journal.do("to_start")
    assert journal.lines[0] == 100
    journal.do("to_fraction", 0.5)
    assert journal.lines[0] == 550
    journal.do("to_fraction", 1.0)
    assert journal.reading.follow
    journal.do("to_start")
    journal.do("to_end")
    assert journal.lines[-1] == 999


def test_a_journal_that_begins_anew_is_followed() -> None:
    journal = Journal(1000)
    journal.do("move", -500)
    journal.first, journal.end = 0, 5
    journal.told()
    journal.answer()  # the first answer tells that it is another one, this one has its lines
    assert journal.reading.follow
    assert journal.lines == [0, 1, 2, 3, 4]


def test_a_notice_that_was_overtaken_by_a_window_takes_nothing_away() -> None:
    journal = Journal(100_000)
    journal.reading.notice(0, 60_000)  # sent before the window, in a flood
    assert journal.lines[-1] == 99_999
    assert (journal.reading.first, journal.reading.end) == (0, 100_000)


def test_a_notice_that_was_overtaken_does_not_make_a_paused_reader_follow() -> None:
    journal = Journal(100_000)
    journal.do("move", -20)
    before = journal.lines
    journal.reading.notice(0, 60_000)
    journal.answer()
    assert not journal.reading.follow
    assert journal.lines == before


def test_an_unfinished_line_that_is_shown_is_asked_for_again_when_it_may_have_changed() -> None:
    reading = Reading(lambda _: 1)
    reading.resize(5)
    rows = [Row(n, 0.0, "web.1", 1, "out", b"x", unfinished=n == 19) for n in range(20)]
    reading.take(Window("web.1", 0, 20, 0, 20, rows))
    reading.move(-1)
    assert reading.wanted() is not None
    reading.take(Window("web.1", 0, 20, 0, 20, rows))
    assert reading.wanted() is None
    reading.touch()
    assert reading.wanted() is not None


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_the_rows_are_held_in_order_and_bounded(seed: int) -> None:
    choose = random.Random(seed)
    journal = Journal(choose.randrange(200), height=choose.randrange(1, 30))
    for _ in range(200):
        match choose.randrange(8):
            case 0:
                journal.append(choose.choice([1, 5, 1000]))
            case 1:
                journal.forget(choose.choice([1, 50, 5000]))
            case 2:
                journal.do("resize", choose.randrange(1, 40))
            case 3:
                journal.do(choose.choice(["to_end", "to_start", "pause"]))
            case 4:
                journal.do("to_fraction", choose.random())
            case _:
                journal.do("move", choose.choice([-40, -3, -1, 1, 3, 40]))
        reading = journal.reading
        shown = reading.rows()
        places = [each.place for each in shown]
        assert places == sorted(set(places))
        assert len(shown) <= reading.height
        assert len(reading.held) <= 4 * reading.height + 200
        for each in shown:
            assert each.line is not None
            assert each.line.number == each.place.line
        if journal.end > journal.first:
            assert shown
        if reading.follow and shown:
            last = shown[-1].place
            assert last == Place(journal.end - 1, int(journal.row(last.line).data) - 1)


def test_a_window_that_comes_late_does_not_take_the_reader_away() -> None:
    journal = Journal(1000)
    journal.do("to_start")
    late = [journal.row(number) for number in range(950, 1000)]
    journal.reading.take(Window("web.1", 950, 1000, 0, 1000, late))
    assert journal.reading.top == Place(0)
    journal.reading.touch()
    journal.answer()
    assert journal.lines[0] == 0


def test_a_paused_reader_of_a_journal_whose_end_is_not_told_still_counts_new_lines() -> None:
    journal = Journal(1000)
    journal.do("move", -5)
    journal.end += 42
    journal.reading.touch()
    journal.answer()
    assert (journal.reading.new, journal.reading.counts) == (42, True)
