import pytest

from proctor.model.events import ProcessState
from proctor.model.facts import (
    Announce,
    Arm,
    BecameReady,
    Fact,
    KillAsked,
    KillTree,
    Order,
    RestartAsked,
    SignalMembers,
    Spawn,
    StartAsked,
    StopAsked,
)
from proctor.model.names import ProcessName, RunId
from proctor.model.slots import HISTORY, MOVES, IllegalMoveError, Slot, move
from support.lives import Life, any_of, crashing, living, moves, only, said

FIRST = RunId.parse("web.1#1")

EVERY_STATE: list[ProcessState] = ["down", "starting", "up", "stopping", "crashed", "complete"]
RESTART = RestartAsked(cause="c3", reason="restarted by a test")
KILL = KillAsked(cause="c4", reason="killed by a test")


# Coming up


def test_a_start_makes_a_run_and_orders_to_spawn_it() -> None:
    life = Life()
    orders = life.ask_start()
    assert life.state == "starting"
    assert only(Spawn, orders).run == RunId(ProcessName("worker", 1), 1)
    assert only(Announce, orders) == Announce(before="down", after="starting", cause="c1")


@pytest.mark.parametrize("state", ["starting", "up"])
def test_a_start_of_what_runs_leaves_it_running(state: ProcessState) -> None:
    life = living(state)
    run = life.run
    orders = life.ask_start(cause="c9")
    assert (life.state, life.run) == (state, run)
    assert not any_of(Spawn, orders)


def test_what_has_no_port_is_up_when_it_has_been_alive_for_half_a_second() -> None:
    life = living("starting")
    life.started()
    life.wait(0.49)
    assert life.state == "starting"
    life.wait(0.02)
    assert life.state == "up"


def test_a_listener_is_up_when_it_listens_however_long_it_takes() -> None:
    life = living("starting", "web.1", listens=True)
    life.started()
    life.wait(3600)
    assert life.state == "starting"
    orders = life.ready(port=5006)
    assert life.state == "up"
    assert said(orders) == ["State changed from starting to up on port 5006"]


@pytest.mark.parametrize(
    ("fact", "note"),
    [
        (BecameReady(run=FIRST, port=3000, instead_of=5006), "not on PORT, which is 5006"),
        (
            BecameReady(run=FIRST, port=3000, outside=True),
            "where a process outside its tree listens",
        ),
    ],
)
def test_where_it_listens_is_noted_if_it_is_a_surprise(fact: BecameReady, note: str) -> None:
    life = living("starting", "web.1", listens=True)
    assert life.run == FIRST
    assert said(life.tell(fact)) == [f"State changed from starting to up on port 3000 ({note})"]


def test_at_the_boot_timeout_r10_is_said_once_and_the_process_goes_on_starting() -> None:
    life = living("starting", "web.1", listens=True)
    life.started()
    assert life.wait(59.9) == ()
    (words,) = said(life.wait(0.2))
    assert words.startswith(
        "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within"
    )
    assert "60 seconds" in words
    assert life.wait(3600) == ()
    assert life.state == "starting"


def test_the_boot_timeout_is_counted_from_the_leaders_start() -> None:
    life = living("starting", "web.1", listens=True, boot_timeout_seconds=10)
    life.wait(8)
    life.started()
    assert life.wait(9) == ()
    assert "10 seconds" in said(life.wait(1))[0]


@pytest.mark.parametrize("listens", [True, False])
def test_a_start_that_nobody_answers_is_told_at_the_boot_timeout(listens: bool) -> None:
    life = living("starting", listens=listens)
    (words,) = said(life.wait(60))
    assert words == "Not started within 60 seconds; it is still waited for"
    assert life.state == "starting"


def test_ready_told_twice_changes_nothing_more() -> None:
    life = living("up")
    assert life.ready(port=5006) == ()


def test_what_has_left_before_it_was_ready_never_becomes_up() -> None:
    life = living("starting", "web.1", listens=True)
    life.started()
    life.leader_left(status=1)
    assert life.ready(port=5006) == ()
    assert life.state == "starting"


def test_started_told_of_a_run_that_is_being_stopped_only_names_its_leader() -> None:
    life = living("starting")
    life.ask_stop()
    orders = life.started(leader=99)
    assert not any_of(Arm, orders)
    assert life.slot.run is not None
    assert life.slot.run.leader == 99
    assert life.state == "stopping"


# Stopping: roots, shells, kill


def test_a_stop_tells_the_roots_first_and_arms_half_the_grace() -> None:
    life = living("up", grace_seconds=10)
    run = life.run
    orders = life.ask_stop()
    assert life.state == "stopping"
    assert only(SignalMembers, orders) == SignalMembers(run=run, scope="roots", signal="TERM")
    assert only(Arm, orders).at == life.now + 5
    assert said(orders) == ["Stopping all processes with SIGTERM"]
    assert moves(orders) == [("up", "stopping")]


def test_after_half_the_grace_the_children_of_told_shells_are_told_too() -> None:
    life = living("up", grace_seconds=10)
    life.ask_stop()
    orders = life.wait(5)
    assert only(SignalMembers, orders).scope == "shells"
    assert only(Arm, orders).at == life.now + 5
    assert only(Announce, orders).after == "stopping"


@pytest.mark.parametrize("grace", [0.2, 7.0, 30.0])
def test_at_the_grace_r12_is_said_with_the_configured_seconds_and_the_tree_is_killed(
    grace: float,
) -> None:
    life = living("up", grace_seconds=grace)
    run = life.run
    life.ask_stop()
    early = life.wait(grace * 0.99)
    assert not any_of(KillTree, early)
    orders = life.wait(grace * 0.02)
    assert only(KillTree, orders).run == run
    exit_timeout, killing = said(orders)
    assert exit_timeout.startswith(
        "Error R12 (Exit timeout) -> At least one process failed to exit"
    )
    assert exit_timeout.endswith(f"within {grace:g} seconds of SIGTERM")
    assert killing == "Stopping remaining processes with SIGKILL"


def test_a_grace_of_nothing_kills_at_once() -> None:
    life = living("up", grace_seconds=0)
    life.ask_stop()
    assert any_of(KillTree, life.wait(0))


def test_the_kill_is_ordered_again_until_the_tree_is_empty_and_r12_is_said_once() -> None:
    life = living("stopping", grace_seconds=1)
    orders = life.wait(11)
    assert len(any_of(KillTree, orders)) == 6
    assert sum("R12" in words for words in said(orders)) == 1
    life.emptied()
    assert not any_of(KillTree, life.wait(60))
    assert life.state == "down"


def test_the_configured_stop_signal_and_scope_are_used() -> None:
    life = living("up", stop_signal="INT", stop_scope="all")
    signal = only(SignalMembers, life.ask_stop())
    assert (signal.scope, signal.signal) == ("all", "INT")
    assert "SIGINT" in life.words[0]


def test_a_stop_tells_when_the_process_will_be_killed() -> None:
    life = living("up", grace_seconds=12)
    life.ask_stop()
    assert life.slot.run is not None
    assert life.slot.run.killed_at == life.now + 12


def test_it_is_down_only_when_the_tree_is_empty() -> None:
    life = living("stopping")
    life.leader_left(status=0)
    assert life.state == "stopping"
    orders = life.emptied()
    assert life.state == "down"
    assert said(orders) == ["Process exited with status 0", "State changed from stopping to down"]


def test_a_second_stop_of_the_same_kind_keeps_the_deadline() -> None:
    life = living("stopping", grace_seconds=10)
    life.wait(4)
    orders = life.ask_stop(cause="c7")
    assert not any_of(SignalMembers, orders)
    assert not any_of(Arm, orders)
    assert any_of(SignalMembers, life.wait(1))


@pytest.mark.parametrize("state", ["crashed", "complete"])
def test_a_stop_of_what_does_not_run_puts_it_down_at_once(state: ProcessState) -> None:
    life = living(state)
    orders = life.ask_stop()
    assert life.state == "down"
    assert moves(orders) == [(state, "down")]
    assert life.wait(3600) == ()


def test_a_stop_of_what_is_down_does_nothing() -> None:
    assert living("down").ask_stop() == ()


# Killing


@pytest.mark.parametrize("state", ["starting", "up", "stopping"])
def test_a_kill_does_not_wait_for_the_grace(state: ProcessState) -> None:
    life = living(state)
    run = life.run
    orders = life.tell(KILL)
    assert only(KillTree, orders).run == run
    assert life.state == "stopping"
    assert life.slot.run is not None
    assert life.slot.run.killed_at == life.now
    assert any_of(KillTree, life.wait(2))
    life.emptied()
    assert life.state == "down"


def test_a_kill_announces_the_new_deadline_of_what_is_being_stopped_already() -> None:
    orders = living("stopping").tell(KILL)
    assert only(Announce, orders) == Announce(before="stopping", after="stopping", cause="c4")


def test_a_kill_is_no_exit_timeout() -> None:
    life = living("up")
    life.tell(KILL)
    life.wait(10)
    assert not any("R12" in words for words in life.words)


@pytest.mark.parametrize("state", ["crashed", "complete"])
def test_a_kill_of_what_does_not_run_puts_it_down(state: ProcessState) -> None:
    life = living(state)
    life.tell(KILL)
    assert life.state == "down"


def test_a_kill_of_what_is_down_does_nothing() -> None:
    assert living("down").tell(KILL) == ()


# Restarting


def test_a_restart_stops_gracefully_and_starts_when_the_old_run_has_gone() -> None:
    life = living("up")
    orders = life.tell(RESTART)
    assert any_of(SignalMembers, orders)
    assert not any_of(Spawn, orders)
    orders = life.end()
    assert only(Spawn, orders).run.number == 2
    assert life.slot.restarts == 1
    assert moves(orders) == [("stopping", "starting")]
    assert {order.cause for order in any_of(Announce, orders)} == {"c3"}


def test_two_restarts_are_one() -> None:
    life = living("up")
    life.tell(RESTART)
    assert not any_of(SignalMembers, life.tell(RESTART))
    life.end()
    assert life.slot.restarts == 1
    life.started()
    life.wait(3600)
    assert (life.state, life.slot.runs) == ("up", 2)


def test_a_restart_during_a_stop_starts_it_again_when_it_has_gone() -> None:
    life = living("stopping")
    assert not any_of(Spawn, life.tell(RESTART))
    assert any_of(Spawn, life.end())


def test_a_start_during_a_stop_starts_it_again_because_of_the_start() -> None:
    life = living("stopping")
    life.ask_start(cause="c8")
    orders = life.end()
    assert any_of(Spawn, orders)
    assert only(Announce, orders).cause == "c8"
    assert life.slot.reason == "started by a test"


def test_a_stop_after_a_restart_wins() -> None:
    life = living("up")
    life.tell(RESTART)
    life.ask_stop()
    assert not any_of(Spawn, life.end())
    assert life.state == "down"


def test_a_restart_while_it_starts_stops_that_run_first() -> None:
    life = living("starting")
    run = life.run
    assert only(SignalMembers, life.tell(RESTART)).run == run
    life.end()
    assert life.run.number == 2


@pytest.mark.parametrize("state", ["down", "crashed", "complete"])
@pytest.mark.parametrize("fact", [RESTART, StartAsked(cause="c3", reason="started")])
def test_what_does_not_run_is_started_at_once(state: ProcessState, fact: Fact) -> None:
    life = living(state)
    assert any_of(Spawn, life.tell(fact))
    assert life.state == "starting"


def test_a_restart_of_what_waits_for_its_next_try_does_not_wait_and_is_tried_once() -> None:
    life = crashing(times=5)
    runs = life.slot.runs
    assert any_of(Spawn, life.tell(RESTART))
    assert life.slot.failures == 0
    life.started()
    life.wait(3600)
    assert (life.state, life.slot.runs) == ("up", runs + 1)


# Scaling


def test_what_was_scaled_away_and_wanted_again_while_it_stops_comes_back() -> None:
    life = living("up")
    life.ask_stop(scaled_away=True)
    assert life.slot.scaled_away
    life.ask_start()
    life.end()
    assert (life.state, life.slot.scaled_away) == ("starting", False)


def test_what_was_scaled_away_is_told_from_what_was_stopped_by_hand() -> None:
    life = living("up")
    life.ask_stop()
    assert not life.slot.scaled_away
    life.end()
    assert life.ask_stop(scaled_away=True) == ()
    assert life.slot.scaled_away


# The table of moves


def test_every_state_has_its_row_and_only_known_states_follow() -> None:
    assert set(MOVES) == {*EVERY_STATE, "waiting"}
    assert {after for row in MOVES.values() for after in row} <= set(MOVES)


def test_a_move_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(IllegalMoveError, match=r"web\.1: down → up"):
        move(Slot(name=ProcessName("web", 1)), "up", 1.0)


def test_a_move_bumps_the_epoch_and_is_kept_in_a_bounded_history() -> None:
    slot = Slot(name=ProcessName("web", 1), cause="c5")
    for number in range(50):
        after: ProcessState = "crashed" if slot.state == "starting" else "starting"
        slot = move(slot, after, float(number))
        assert slot.epoch == number + 1
    assert len(slot.history) == HISTORY
    assert slot.history[-1].at == slot.since == 49.0
    assert slot.history[-1].cause == "c5"


@pytest.mark.parametrize("state", EVERY_STATE)
@pytest.mark.parametrize(
    "fact", [RESTART, KILL, StartAsked(cause="c", reason=""), StopAsked(cause="c", reason="")]
)
def test_whatever_is_asked_in_any_state_makes_only_moves_of_the_table(
    state: ProcessState, fact: Fact
) -> None:
    life = living(state)
    orders: tuple[Order, ...] = life.tell(fact)
    for before, after in moves(orders):
        assert after in MOVES[before]  # type: ignore[index]  # the words of an announcement
    assert life.state in MOVES
