import pytest

from proctor.model.facts import EndAll, MemoryExceeded, RestartAsked, SignalMembers, Spawn
from proctor.model.memory_limit import MemoryGuard, mebibytes
from proctor.model.names import ProcessName, RunId
from support.lives import Life, any_of, living, only

MB = 2**20
FIRST = RunId(ProcessName("worker", 1), 1)
SECOND = RunId(ProcessName("worker", 1), 2)
WEB = RunId(ProcessName("web", 1), 1)
LIMITS = {"worker": 100 * MB}


def exceeded(life: Life, *, used: int = 150) -> MemoryExceeded:
    return MemoryExceeded(run=life.run, used_bytes=used * MB, limit_bytes=100 * MB)


# Which are above their limits


def test_one_sample_above_the_limit_may_be_a_moment_and_two_in_a_row_are_not() -> None:
    guard = MemoryGuard()
    assert guard.judge({FIRST: 101 * MB}, LIMITS) == ()
    (told,) = guard.judge({FIRST: 102 * MB}, LIMITS)
    assert told == MemoryExceeded(run=FIRST, used_bytes=102 * MB, limit_bytes=100 * MB)


def test_a_sample_below_the_limit_in_between_begins_the_count_again() -> None:
    guard = MemoryGuard()
    for used in (101, 100, 101):
        assert guard.judge({FIRST: used * MB}, LIMITS) == ()


def test_a_new_run_is_not_blamed_for_the_one_before_it() -> None:
    guard = MemoryGuard()
    guard.judge({FIRST: 101 * MB}, LIMITS)
    assert guard.judge({SECOND: 101 * MB}, LIMITS) == ()


def test_a_type_without_a_limit_may_use_what_it_likes() -> None:
    guard = MemoryGuard()
    for _ in range(3):
        assert guard.judge({WEB: 10_000 * MB}, LIMITS) == ()


@pytest.mark.parametrize(
    ("count", "words"), [(512 * MB, "512 MiB"), (MB // 2, "0.5 MiB"), (10 * MB + 1, "10 MiB")]
)
def test_amounts_are_said_in_mebibytes(count: int, words: str) -> None:
    assert mebibytes(count) == words


# What follows


def test_after_half_a_minute_up_it_is_restarted_gracefully_and_that_is_no_failure() -> None:
    life = living("up")
    life.wait(31)
    orders = life.tell(exceeded(life))
    assert life.state == "stopping"
    assert only(SignalMembers, orders).signal == "TERM"
    assert "Error R14 (Memory quota exceeded) -> 150.0 MiB of 100.0 MiB" in life.words[0]
    assert any_of(Spawn, life.end(status=0))
    assert life.state == "starting"
    assert (life.slot.restarts, life.slot.failures) == (1, 0)
    assert (life.slot.cause, life.slot.reason) == (
        "app", "it used 150 MiB of memory, more than its 100 MiB",
    )  # fmt: skip


@pytest.mark.parametrize("on_exit", ["restart", "restart-on-failure", "stay", "stop-all"])
def test_right_after_its_start_it_waits_as_after_a_crash_whatever_the_policy(on_exit: str) -> None:
    life = living("up", on_exit=on_exit)
    waits = []
    for _ in range(4):
        life.tell(exceeded(life))
        orders = life.end(status=0)
        assert not any_of(EndAll, orders)
        assert life.state == "crashed"
        assert life.slot.retry_at is not None
        waits.append(life.slot.retry_at - life.now)
        life.wait(waits[-1])
        life.started()
        life.ready()
    assert waits == [0, 1, 2, 4]
    assert life.slot.reason == (
        "started again after it used 150 MiB of memory, more than its 100 MiB"
    )


def test_it_counts_before_it_is_up_as_well() -> None:
    life = living("starting", listens=True)
    life.started()
    life.tell(exceeded(life))
    assert life.state == "stopping"


def test_who_asks_for_a_restart_meanwhile_does_not_wait() -> None:
    life = living("up")
    life.tell(exceeded(life))
    life.tell(RestartAsked(cause="c1", reason="restarted by a test"))
    life.end(status=0)
    assert life.state == "starting"


def test_who_stops_it_meanwhile_has_it_stopped() -> None:
    life = living("up")
    life.tell(exceeded(life))
    life.ask_stop()
    life.end(status=0)
    assert life.state == "down"


def test_what_is_on_its_way_out_is_not_told_again() -> None:
    life = living("stopping")
    assert life.tell(exceeded(life)) == ()
    life = living("up")
    life.leader_left(status=0)
    assert life.tell(exceeded(life)) == ()


def test_a_sample_of_a_run_that_is_over_changes_nothing() -> None:
    life = living("up")
    late = exceeded(life)
    life.end(status=1)
    life.wait(0)
    assert life.tell(late) == ()
