import pytest

from proctor.model.exits import Exit
from proctor.model.restart import OnExit, after_exit, backoff_seconds

CASES = [
    ("restart", Exit(status=0), "retry"),
    ("restart", Exit(status=1), "retry"),
    ("restart", Exit(signal=15), "retry"),
    ("restart", None, "retry"),
    ("restart-on-failure", Exit(status=0), "complete"),
    ("restart-on-failure", Exit(status=1), "retry"),
    ("restart-on-failure", Exit(signal=15), "retry"),
    ("restart-on-failure", None, "retry"),
    ("stay", Exit(status=0), "complete"),
    ("stay", Exit(status=1), "stay"),
    ("stay", Exit(signal=15), "stay"),
    ("stay", None, "stay"),
    ("stop-all", Exit(status=0), "complete"),
    ("stop-all", Exit(status=1), "stay"),
    ("stop-all", None, "stay"),
]


@pytest.mark.parametrize(("policy", "exit_", "outcome"), CASES)
def test_each_policy_answers_each_end(policy: OnExit, exit_: Exit | None, outcome: str) -> None:
    assert after_exit(policy, exit_) == outcome


def test_the_first_failure_is_tried_again_at_once_and_later_ones_after_1_2_4_and_so_on() -> None:
    waits = [backoff_seconds(failures, jitter=0) for failures in range(1, 9)]
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("failures", [7, 18, 19, 1000, 10**9])
def test_the_wait_never_passes_the_ceiling(failures: int) -> None:
    assert backoff_seconds(failures, jitter=0) == 30
    assert backoff_seconds(failures, jitter=0, ceiling=5) == 5


@pytest.mark.parametrize("failures", range(2, 12))
def test_jitter_takes_at_most_a_tenth_off(failures: int) -> None:
    whole = backoff_seconds(failures, jitter=0)
    assert backoff_seconds(failures, jitter=1) == pytest.approx(0.9 * whole)
    assert backoff_seconds(failures, jitter=0.5) == pytest.approx(0.95 * whole)


def test_jitter_does_not_hold_up_the_first_try() -> None:
    assert backoff_seconds(1, jitter=1) == 0


@pytest.mark.parametrize("failures", [0, -1])
def test_without_a_failure_there_is_nothing_to_wait_for(failures: int) -> None:
    with pytest.raises(ValueError, match="nothing has failed yet"):
        backoff_seconds(failures, jitter=0)
