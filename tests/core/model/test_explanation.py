from proctor.model.explanation import Step, crashed_run, step_words, steps_of
from support.lives import living


def test_the_moves_come_with_the_newest_first_and_wall_times() -> None:
    slot = living("crashed").slot
    steps = steps_of(slot.history, wall=1000.0, because=lambda cause: f"{cause} in words")
    assert steps[0].after == "crashed"
    assert steps[-1].before == "down"
    assert steps[0].at == slot.since + 1000.0
    assert steps[0].reason == slot.reason
    assert steps[0].because == f"{slot.cause} in words"
    assert crashed_run(slot.history) == slot.runs == 1


def test_what_never_crashed_has_no_last_words() -> None:
    assert crashed_run(living("up").slot.history) is None
    assert crashed_run(()) is None


def test_a_step_says_its_cause_unless_it_happened_by_itself() -> None:
    step = Step(at=1.0, before="up", after="stopping", run=1, reason="restarted by cli", cause="c1")
    assert step_words(step) == "up → stopping: restarted by cli"
    told = Step(
        at=1.0, before="up", after="stopping", run=1, reason="restarted by cli", cause="c1",
        because="c1: 'proctor restart' by cli",
    )  # fmt: skip
    assert step_words(told).endswith("(c1: 'proctor restart' by cli)")
