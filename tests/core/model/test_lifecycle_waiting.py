"""What must come first: no run begins before that; and a stop that is held for others."""

import pytest

from proctor.model.events import ProcessState
from proctor.model.facts import (
    BecameReady,
    KillAsked,
    NotReady,
    RestartAsked,
    Say,
    SignalMembers,
    Spawn,
    StopAsked,
    StopDue,
    WaitsFor,
)
from support.lives import Life, any_of, crashing, living, moves, only, said

WORDS = "waits until db is up (it is starting)"
MAY = WaitsFor(words=None)
HELD = StopAsked(cause="c9", reason="quit by key", held=True)


def held_back(state: ProcessState = "down") -> Life:
    """A process in this state, whose next start has to wait."""
    life = living(state)
    life.tell(WaitsFor(words=WORDS))
    life.orders.clear()
    return life


def waiting() -> Life:
    life = held_back()
    life.ask_start()
    assert life.state == "waiting"
    life.orders.clear()
    return life


# Waiting


@pytest.mark.parametrize("state", ["down", "crashed", "complete"])
def test_a_start_waits_for_what_comes_first_and_says_so(state: ProcessState) -> None:
    life = held_back(state)
    orders = life.ask_start()
    assert moves(orders) == [(state, "waiting")]
    assert said(orders) == ["Waits until db is up (it is starting)"]
    assert any_of(Spawn, orders) == []


def test_it_starts_as_soon_as_that_is_there_for_the_reason_that_was_given() -> None:
    life = waiting()
    orders = life.tell(MAY)
    assert moves(orders) == [("waiting", "starting")]
    only(Spawn, orders)
    assert (life.slot.cause, life.slot.reason) == ("c1", "started by a test")


def test_news_of_what_it_waits_for_are_told_but_not_said_again() -> None:
    life = waiting()
    orders = life.tell(WaitsFor(words="waits until db is up (it has crashed)"))
    assert moves(orders) == []
    assert len(orders) == 1
    assert said(orders) == []
    assert life.slot.waits_for == "waits until db is up (it has crashed)"


def test_a_restart_waits_once_the_old_run_has_gone() -> None:
    life = held_back("up")
    life.tell(RestartAsked(cause="c2", reason="restarted by a test"))
    assert life.state == "stopping"
    assert moves(life.end()) == [("stopping", "waiting")]
    only(Spawn, life.tell(MAY))
    assert life.slot.restarts == 1


def test_a_crashed_process_waits_when_its_next_try_is_due() -> None:
    life = crashing(times=3)
    life.tell(WaitsFor(words=WORDS))
    orders = life.wait(31)
    assert moves(orders) == [("crashed", "waiting")]
    assert life.slot.retry_at is None
    only(Spawn, life.tell(MAY))


@pytest.mark.parametrize("state", ["starting", "up", "stopping"])
def test_a_run_that_has_begun_is_left_alone(state: ProcessState) -> None:
    life = living(state)
    assert life.tell(WaitsFor(words=WORDS)) == ()
    assert life.tell(MAY) == ()
    assert life.state == state


@pytest.mark.parametrize("asked", [HELD, KillAsked(cause="c9", reason="killed by key")])
def test_who_waits_can_be_stopped_and_killed_at_once(asked: StopAsked | KillAsked) -> None:
    life = waiting()
    assert moves(life.tell(asked)) == [("waiting", "down")]
    assert life.tell(MAY) == ()


def test_to_start_or_restart_who_waits_changes_only_the_reason() -> None:
    life = waiting()
    assert moves(life.tell(RestartAsked(cause="c3", reason="app.py changed"))) == []
    assert life.state == "waiting"
    assert life.slot.reason == "app.py changed"


# A stop that is held


def test_a_held_stop_leaves_it_running_and_unwanted_until_it_is_due() -> None:
    life = living("up", grace_seconds=10)
    orders = life.tell(HELD)
    assert any_of(SignalMembers, orders) == []
    assert (life.state, life.slot.wanted, life.slot.is_leaving) == ("up", False, True)
    orders = life.tell(StopDue(deadline=life.now + 60))
    only(SignalMembers, orders)
    assert life.slot.run is not None
    assert life.slot.run.killed_at == life.now + 10
    assert life.slot.cause == "c9"


def test_what_is_left_until_the_deadline_is_all_the_grace_that_it_gets() -> None:
    life = living("up", grace_seconds=10)
    life.tell(HELD)
    life.tell(StopDue(deadline=life.now + 4))
    life.orders.clear()
    life.wait(2)
    assert [order.scope for order in any_of(SignalMembers, life.orders)] == ["shells"]
    life.wait(2)
    assert any("within 4 seconds of SIGTERM" in words for words in life.words)


def test_whoever_is_wanted_again_is_not_stopped_any_more() -> None:
    life = living("up")
    life.tell(HELD)
    life.ask_start()
    assert life.tell(StopDue(deadline=life.now)) == ()
    assert life.state == "up"


def test_who_ends_by_itself_while_its_stop_is_held_stays_down() -> None:
    life = living("up")
    life.tell(HELD)
    assert moves(life.end(status=1)) == [("up", "down")]


def test_who_comes_up_while_its_stop_is_held_is_stopped_all_the_same() -> None:
    life = living("starting", listens=True)
    life.started()
    life.tell(HELD)
    life.ready(port=5006)
    life.tell(StopDue(deadline=life.now + 5))
    assert life.state == "stopping"


# Ready by a rule

RULE = "no line matches /listening/"


def ruled() -> Life:
    life = living("starting", ready_when=RULE)
    life.started()
    return life


def test_by_a_rule_it_is_not_up_by_being_alive() -> None:
    life = ruled()
    life.wait(59)
    assert life.state == "starting"


def test_at_the_boot_timeout_the_rule_is_named() -> None:
    life = ruled()
    (words,) = said(life.wait(60))
    assert words == (
        "Error R10 (Boot timeout) -> Process is not ready within 60 seconds: "
        "no line matches /listening/; it is still waited for"
    )
    assert life.state == "starting"
    life.tell(BecameReady(run=life.run))
    assert life.state == "up"


def test_the_last_try_says_more_than_the_rule() -> None:
    life = ruled()
    problem = "nothing accepts connections on localhost:5432 (connection refused)"
    assert len(life.tell(NotReady(run=life.run, problem=problem))) == 1
    assert life.tell(NotReady(run=life.run, problem=problem)) == ()
    assert problem in only(Say, life.wait(60)).words


def test_a_rule_that_comes_with_a_reload_is_for_the_next_run() -> None:
    life = living("starting")
    life.started()
    life.limit(ready_when=RULE)
    life.wait(1)
    assert life.state == "up"
