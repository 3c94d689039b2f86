import pytest

from proctor.watch.settle import Patience, Settle


def bursts(
    changes: list[tuple[float, list[str]]], *, step: float = 0.01
) -> list[tuple[float, int]]:
    """Play changes against the clock: when each burst was taken, and how many paths it had."""
    settle = Settle()
    taken: list[tuple[float, int]] = []
    waiting = list(changes)
    end = changes[-1][0] + 5
    for tick in range(round(end / step)):
        now = tick * step
        while waiting and waiting[0][0] <= now:
            settle.note(waiting.pop(0)[1], now)
        paths = settle.take(now)
        if paths is not None:
            taken.append((round(now, 2), len(paths)))
    return taken


def test_a_save_is_one_burst_a_tenth_of_a_second_after_it() -> None:
    assert bursts([(1.0, ["a.py~"]), (1.02, ["a.py"])]) == [(1.12, 2)]


def test_two_saves_apart_are_two_bursts() -> None:
    assert [count for _, count in bursts([(1.0, ["a"]), (2.0, ["a"])])] == [1, 1]


def test_ten_thousand_files_over_eight_seconds_are_one_burst() -> None:
    changes = [(1 + n * 0.0008, [f"file{n}"]) for n in range(10_000)]
    (begun, count), *others = bursts(changes)
    assert (count, others) == (10_000, [])
    assert begun - changes[-1][0] <= 0.5


def test_a_pause_in_the_middle_of_a_branch_switch_does_not_cut_it() -> None:
    first = [(1 + n * 0.001, [f"a{n}"]) for n in range(100)]
    second = [(first[-1][0] + 0.18 + n * 0.001, [f"b{n}"]) for n in range(100)]
    assert [count for _, count in bursts(first + second)] == [200]


def test_noise_on_one_file_is_cut_after_a_second() -> None:
    taken = bursts([(1 + n * 0.05, ["data.json"]) for n in range(60)])
    assert len(taken) >= 3
    assert taken[0][0] == pytest.approx(2.0, abs=0.02)


def test_a_save_within_noise_is_taken_with_it() -> None:
    noise = [(1 + n * 0.05, ["data.json"]) for n in range(60)]
    taken = bursts(sorted([*noise, (1.52, ["app.py"])]))
    begun, count = taken[0]
    assert begun == pytest.approx(2.0, abs=0.02)
    assert count == 2


def test_new_files_without_end_are_cut_after_half_a_minute() -> None:
    taken = bursts([(1 + n * 0.02, [f"file{n}"]) for n in range(2500)])
    assert taken[0][0] == pytest.approx(31.0, abs=0.1)


def test_while_git_is_at_work_silence_does_not_end_a_burst() -> None:
    settle = Settle()
    settle.note(["a"], 1.0)
    assert settle.take(1.5, held=True) is None
    assert settle.take(1.5) == ("a",)


def test_a_lock_that_git_has_left_behind_holds_a_burst_for_a_second_only() -> None:
    settle = Settle()
    settle.note(["a"], 1.0)
    assert settle.take(2.0, held=True) == ("a",)


def test_the_first_change_comes_first() -> None:
    settle = Settle()
    settle.note(["b"], 1.0)
    settle.note(["a", "b"], 1.01)
    assert settle.take(2.0) == ("b", "a")


def test_without_a_burst_there_is_nothing_to_wait_for() -> None:
    settle = Settle(Patience(quiet=0.5))
    assert settle.wait_seconds(1.0) is None
    settle.note([], 1.0)
    assert settle.wait_seconds(1.0) is None
    settle.note(["a"], 1.0)
    assert settle.wait_seconds(1.2) == pytest.approx(0.3)
    assert settle.wait_seconds(9.0) == 0.0
