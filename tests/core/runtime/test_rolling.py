import pytest

from proctor.model.names import ProcessName
from proctor.runtime.rolling import Rolling, Wish
from support.lives import crashing, living

MINE, YOURS = Wish("c1", "restarted by me"), Wish("c2", "restarted by you")
ONE, TWO, THREE = (ProcessName("web", number) for number in (1, 2, 3))


def test_each_has_its_turn_once_in_order() -> None:
    rolling = Rolling()
    rolling.join([ONE, TWO], MINE)
    rolling.join([TWO, THREE], YOURS)
    turns = [rolling.take_next() for _ in range(4)]
    assert turns == [(ONE, MINE), (TWO, MINE), (THREE, YOURS), None]


def test_whose_turn_it_is_does_not_wait_for_another_one() -> None:
    rolling = Rolling()
    rolling.begin(living("up", "web.1").slot, MINE)
    rolling.join([ONE, TWO], YOURS)
    assert list(rolling.waiting) == [TWO]


def test_who_was_stopped_has_no_turn() -> None:
    rolling = Rolling()
    rolling.join([ONE, TWO], MINE)
    rolling.leave(ONE)
    rolling.leave(THREE)
    assert rolling.take_next() == (TWO, MINE)


def test_a_turn_is_over_when_the_process_is_up_in_a_new_run() -> None:
    life = living("up", "web.1")
    rolling = Rolling()
    rolling.begin(life.slot, MINE)
    assert not rolling.is_done_with(life.slot)
    life.ask_stop()
    life.ask_start()
    assert not rolling.is_done_with(life.slot)
    life.end()
    life.started()
    assert not rolling.is_done_with(life.slot)
    life.ready()
    assert rolling.is_done_with(life.slot)


def test_a_turn_is_over_when_nobody_wants_the_process_any_more() -> None:
    life = living("up", "web.1")
    rolling = Rolling()
    rolling.begin(life.slot, MINE)
    life.ask_stop()
    assert rolling.is_done_with(life.slot)


def test_a_crash_before_the_turn_is_no_failure_of_the_restart() -> None:
    life = crashing(times=3)
    rolling = Rolling()
    rolling.begin(life.slot, MINE)
    assert not rolling.has_failed_at(life.slot)
    life.ask_start()
    life.end(status=1)
    assert rolling.has_failed_at(life.slot)


def test_a_wish_is_missed_only_once_the_new_run_has_begun() -> None:
    life = living("up", "web.1")
    rolling = Rolling()
    rolling.begin(life.slot, MINE)
    missed = [rolling.would_miss(life.slot)]
    life.ask_stop()
    life.ask_start()
    missed.append(rolling.would_miss(life.slot))
    life.end()
    missed.append(rolling.would_miss(life.slot))
    life.started()
    missed.append(rolling.would_miss(life.slot))
    assert missed == [False, False, False, True]


@pytest.mark.parametrize("policy", ["stay", "restart-on-failure"])
def test_an_end_that_completes_the_process_ends_the_restart(policy: str) -> None:
    life = living("down", "web.1", on_exit=policy)
    rolling = Rolling()
    rolling.begin(life.slot, MINE)
    life.ask_start()
    life.end(status=0)
    assert rolling.has_failed_at(life.slot)
