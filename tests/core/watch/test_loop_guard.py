from proctor.watch.loop_guard import LoopGuard


def test_five_restarts_in_ten_seconds_pass_and_the_sixth_names_the_file() -> None:
    guard = LoopGuard()
    for second in range(5):
        assert guard.culprit([f"new{second}", "state.json"], float(second)) is None
    assert guard.culprit(["new5", "state.json"], 5.0) == "state.json"
    assert guard.culprit(["state.json"], 9.9) == "state.json"


def test_saves_that_are_further_apart_are_never_stopped() -> None:
    guard = LoopGuard()
    assert not any(guard.culprit(["app.py"], second * 2.1) for second in range(50))


def test_a_loop_that_was_mended_is_forgotten() -> None:
    guard = LoopGuard()
    for second in range(5):
        guard.culprit(["a"], float(second))
    guard.forget()
    assert guard.culprit(["a"], 5.0) is None
