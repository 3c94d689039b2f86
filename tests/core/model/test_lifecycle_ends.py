import msgspec
import pytest

from proctor.model.events import ProcessState
from proctor.model.exits import Exit
from proctor.model.facts import (
    Announce,
    BecameReady,
    DeadlinePassed,
    EndAll,
    Fact,
    KeeperLost,
    KillAsked,
    KillTree,
    LeaderContinued,
    LeaderLeft,
    LeaderSuspended,
    NameRemnants,
    RestartAsked,
    SignalDenied,
    SignalMembers,
    Spawn,
    Started,
    StartFailed,
    TreeEmptied,
)
from proctor.model.names import RunId
from support.lives import Life, any_of, crashing, living, moves, only, said

EVERY_STATE: list[ProcessState] = ["down", "starting", "up", "stopping", "crashed", "complete"]
RESTART = RestartAsked(cause="c3", reason="restarted by a test")
KILL = KillAsked(cause="c4", reason="killed by a test")


# Ends that nobody asked for


def test_the_first_crash_is_tried_again_at_once() -> None:
    life = living("up")
    orders = life.end(status=1)
    assert life.state == "crashed"
    assert said(orders)[-1] == "State changed from up to crashed; starting again"
    assert any_of(Spawn, life.wait(0))
    assert (life.slot.restarts, life.slot.failures) == (1, 1)


def test_a_stop_between_a_crash_and_its_next_try_wins() -> None:
    life = living("up")
    life.end(status=1)
    life.ask_stop()
    assert life.wait(3600) == ()
    assert life.state == "down"


def test_crashes_in_a_row_wait_for_1_2_4_and_so_on_to_30_seconds() -> None:
    waits = []
    life = Life()
    life.ask_start()
    for _ in range(9):
        life.started()
        life.end(status=1)
        assert life.slot.retry_at is not None
        waits.append(life.slot.retry_at - life.now)
        assert not any_of(Spawn, life.wait(waits[-1] - 0.01))
        assert any_of(Spawn, life.wait(0.02))
    assert waits == pytest.approx([0, 1, 2, 4, 8, 16, 30, 30, 30])


def test_jitter_takes_up_to_a_tenth_off_the_wait() -> None:
    life = crashing(3, jitter=1.0)
    assert life.slot.retry_at == pytest.approx(life.now + 1.8)
    assert "next try in 2 s (failure 3)" in life.words[-1]


@pytest.mark.parametrize(("up_for", "failures"), [(29.9, 5), (30.0, 1), (3600.0, 1)])
def test_failures_are_forgotten_after_30_seconds_up(up_for: float, failures: int) -> None:
    life = crashing(times=4)
    life.wait(31)
    life.started()
    life.ready()
    life.wait(up_for)
    life.end(status=1)
    assert life.slot.failures == failures


def test_the_time_that_remnants_take_to_stop_is_no_time_up() -> None:
    life = crashing(times=4, grace_seconds=30)
    life.wait(31)
    life.started()
    life.ready()
    life.wait(20)
    life.leader_left(status=1)
    life.wait(20)
    life.emptied()
    assert life.slot.failures == 5


def test_there_is_no_giving_up() -> None:
    life = crashing(times=50)
    assert life.slot.retry_at == pytest.approx(life.now + 30)


def test_a_start_that_failed_counts_as_a_crash_and_says_the_problem() -> None:
    life = living("starting")
    orders = life.tell(StartFailed(run=life.run, problem="bash was not found"))
    assert life.state == "crashed"
    assert said(orders)[0] == "bash was not found"
    assert life.slot.reason == "bash was not found"
    life.wait(0)
    life.started()
    assert life.slot.last_problem is None


def test_a_problem_of_an_earlier_run_is_not_told_of_a_later_one() -> None:
    life = living("starting")
    life.tell(StartFailed(run=life.run, problem="bash was not found"))
    life.wait(0)
    life.tell(KeeperLost(run=life.run))
    orders = life.emptied()
    assert "bash was not found" not in said(orders)
    assert life.slot.reason == "its keeper was killed"


POLICIES = [
    ("restart", 0, "crashed", True),
    ("restart", 1, "crashed", True),
    ("restart-on-failure", 0, "complete", False),
    ("restart-on-failure", 1, "crashed", True),
    ("stay", 0, "complete", False),
    ("stay", 1, "crashed", False),
    ("stop-all", 0, "complete", False),
    ("stop-all", 1, "crashed", False),
]


@pytest.mark.parametrize(("policy", "status", "state", "again"), POLICIES)
def test_each_policy_for_an_end_by_itself(
    policy: str, status: int, state: ProcessState, again: bool
) -> None:
    life = living("up", on_exit=policy)
    orders = life.end(status=status)
    assert life.state == state
    assert bool(any_of(EndAll, orders)) == (policy == "stop-all")
    assert bool(any_of(Spawn, life.wait(3600))) == again


@pytest.mark.parametrize("policy", ["restart", "restart-on-failure", "stay", "stop-all"])
def test_an_end_by_signal_is_never_complete(policy: str) -> None:
    life = living("up", on_exit=policy)
    life.end(signal=9)
    assert life.state == "crashed"


def test_stop_all_ends_with_the_exit_that_we_did_not_cause() -> None:
    life = living("up", on_exit="stop-all")
    assert only(EndAll, life.end(status=3)).exit == Exit(status=3)


def test_stop_all_ends_as_well_when_a_start_fails() -> None:
    life = living("starting", on_exit="stop-all")
    assert only(EndAll, life.tell(StartFailed(run=life.run, problem="no"))).exit is None


def test_stop_all_is_not_for_what_was_asked_to_stop() -> None:
    life = living("stopping", on_exit="stop-all")
    life.end(status=3)
    assert not any_of(EndAll, life.orders)


def test_the_first_end_with_status_0_says_once_how_to_change_the_policy() -> None:
    life = living("up")
    life.end(status=0)
    life.wait(0)
    life.started()
    life.end(status=0)
    assert sum("--on-exit" in words for words in life.words) == 1


@pytest.mark.parametrize(("status", "signal"), [(1, None), (None, 15)])
def test_an_end_in_failure_needs_no_word_about_the_policy(
    status: int | None, signal: int | None
) -> None:
    life = living("up")
    life.end(status, signal)
    assert not any("--on-exit" in words for words in life.words)


# The leader leaves and others stay


def test_a_tree_that_is_empty_soon_after_its_leader_left_no_remnants() -> None:
    life = living("up")
    life.leader_left(status=1)
    life.wait(0.04)
    orders = life.emptied()
    assert not any_of(NameRemnants, life.orders)
    assert moves(orders) == [("up", "crashed")]


@pytest.mark.parametrize("state", ["starting", "up"])
def test_remnants_are_named_and_stopped_before_it_starts_again(state: ProcessState) -> None:
    life = living(state, grace_seconds=4)
    run = life.run
    life.leader_left(status=0)
    orders = life.wait(0.05)
    assert life.state == "stopping"
    assert only(NameRemnants, orders) == NameRemnants(run=run, exit=Exit(status=0))
    assert only(SignalMembers, orders).scope == "roots"
    assert any_of(KillTree, life.wait(4))
    assert not any_of(Spawn, life.orders)
    life.emptied()
    assert life.state == "crashed"
    assert any_of(Spawn, life.wait(0))


def test_remnants_that_end_by_themselves_complete_it_where_the_policy_says_so() -> None:
    life = living("up", on_exit="restart-on-failure")
    life.leader_left(status=0)
    life.wait(1)
    life.emptied()
    assert life.state == "complete"


def test_a_start_while_remnants_are_stopped_is_kept() -> None:
    life = living("up", on_exit="stay")
    life.leader_left(status=0)
    life.wait(1)
    life.ask_start()
    life.emptied()
    assert life.state == "starting"


def test_a_start_in_the_moment_after_the_leader_left_is_kept() -> None:
    life = living("up", on_exit="stay")
    life.leader_left(status=0)
    life.ask_start()
    life.emptied()
    assert life.state == "starting"


def test_a_stop_while_remnants_are_stopped_is_kept() -> None:
    life = living("up")
    life.leader_left(status=1)
    life.wait(1)
    life.ask_stop()
    life.emptied()
    assert life.state == "down"


def test_a_stop_right_after_the_leader_left_stops_what_is_left() -> None:
    life = living("up")
    life.leader_left(status=1)
    assert any_of(SignalMembers, life.ask_stop())
    life.emptied()
    assert life.state == "down"


# The keeper is lost


@pytest.mark.parametrize("state", ["starting", "up"])
def test_after_a_lost_keeper_it_starts_again_only_when_the_tree_is_swept(
    state: ProcessState,
) -> None:
    life = living(state)
    life.tell(KeeperLost(run=life.run))
    assert life.state == "stopping"
    assert not any_of(Spawn, life.wait(3600))
    assert life.deadline is not None
    orders = life.emptied()
    assert life.state == "crashed"
    assert said(orders)[0] == "Process ended; how is not known, since its keeper was killed"
    assert any_of(Spawn, life.wait(0))


def test_nobody_is_ordered_about_after_its_keeper_was_lost() -> None:
    life = living("up")
    life.tell(KeeperLost(run=life.run))
    life.ask_stop()
    life.tell(KILL)
    life.wait(3600)
    assert not any_of(KillTree, life.orders)
    assert not any_of(SignalMembers, life.orders)
    life.emptied()
    assert life.state == "down"


def test_a_keeper_lost_during_a_stop_leaves_the_rest_to_the_guardian() -> None:
    life = living("stopping", grace_seconds=1)
    life.tell(KeeperLost(run=life.run))
    assert not any_of(KillTree, life.wait(60))
    life.emptied()
    assert life.state == "down"


def test_the_exit_that_was_told_before_the_keeper_was_lost_counts() -> None:
    life = living("up")
    life.leader_left(status=3)
    life.tell(KeeperLost(run=life.run))
    assert said(life.emptied())[0] == "Process exited with status 3"


# What comes too late


def facts_of(run: RunId) -> list[Fact]:
    return [
        Started(run=run, leader=1),
        StartFailed(run=run, problem="no"),
        BecameReady(run=run),
        LeaderSuspended(run=run, signal="SIGTSTP"),
        LeaderContinued(run=run),
        LeaderLeft(run=run, exit=Exit(status=1)),
        TreeEmptied(run=run),
        KeeperLost(run=run),
        SignalDenied(run=run, pid=4711),
    ]


@pytest.mark.parametrize("state", EVERY_STATE)
@pytest.mark.parametrize("which", range(9))
def test_facts_of_another_run_are_dropped(state: ProcessState, which: int) -> None:
    life = living(state)
    before = life.slot
    assert life.tell(facts_of(RunId(life.slot.name, 77))[which]) == ()
    assert life.slot == before


@pytest.mark.parametrize("state", EVERY_STATE)
def test_a_deadline_of_an_earlier_epoch_is_dropped(state: ProcessState) -> None:
    life = living(state)
    before = life.slot
    for epoch in range(life.slot.epoch):
        assert life.tell(DeadlinePassed(epoch=epoch)) == ()
    assert life.slot == before


@pytest.mark.parametrize("state", ["down", "complete", "up"])
def test_a_deadline_that_nobody_armed_does_nothing(state: ProcessState) -> None:
    life = living(state)
    before = life.slot
    assert life.tell(DeadlinePassed(epoch=life.slot.epoch)) == ()
    assert life.slot == before


def test_the_half_second_of_a_start_does_not_make_a_later_run_up() -> None:
    life = living("starting")
    life.started()
    late = life.deadline
    assert late is not None
    life.tell(RESTART)
    life.end()
    life.started()
    life.tell(DeadlinePassed(epoch=late.epoch))
    assert life.state == "starting"


# ^Z, and what may not be signalled


def test_a_leader_stopped_by_the_terminal_keeps_its_state_and_says_the_way_on() -> None:
    life = living("up", "web.1")
    orders = life.tell(LeaderSuspended(run=life.run, signal="SIGTSTP"))
    assert life.state == "up"
    assert said(orders) == ["Process was stopped by SIGTSTP; go on with: proctor kill web.1 CONT"]
    assert life.slot.run is not None
    assert life.slot.run.suspended
    life.tell(LeaderContinued(run=life.run))
    assert life.slot.run == living("up", "web.1").slot.run
    assert only(Announce, life.tell(LeaderContinued(run=life.run))).after == "up"


def test_a_leader_that_was_killed_while_suspended_is_not_suspended_any_more() -> None:
    life = living("up")
    life.tell(LeaderSuspended(run=life.run, signal="SIGTSTP"))
    life.leader_left(signal=9)
    assert life.slot.run is not None
    assert not life.slot.run.suspended


def test_who_may_not_be_signalled_is_named_once() -> None:
    life = living("stopping")
    denied = SignalDenied(run=life.run, pid=815)
    (words,) = said(life.tell(denied))
    assert words == (
        "Process 815 may not be signalled by this user; it is left, "
        "but loses its terminal or pipes when proctor ends"
    )
    assert life.tell(denied) == ()
    life.tell(msgspec.structs.replace(denied, pid=816))
    assert life.slot.run is not None
    assert life.slot.run.denied == (815, 816)
