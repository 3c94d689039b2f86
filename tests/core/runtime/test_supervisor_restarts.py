from proctor.model.commands import (
    Accepted,
    Restart,
    Scale,
    Stop,
)
from proctor.model.events import (
    Announced,
    ProcessStateChanged,
)
from support.supervised import SupervisedApp


async def test_two_restarts_at_once_are_one(app: SupervisedApp) -> None:
    app.runs.silent = {"web"}
    await app.ask(Restart(target="web.1"))
    await app.ask(Restart(target="web.1"))
    app.runs.silent.clear()
    app.runs.exit("web.1", status=0)
    await app.settle()
    assert app.runs.started == ["web.1#2"]
    assert app.state("web.1") == "up"


async def test_a_restart_that_never_came_up_can_be_asked_again(app: SupervisedApp) -> None:
    app.runs.hanging = {"web"}
    await app.ask(Restart(target="web"))
    await app.wait(40)
    assert app.state("web.1") == "starting"
    app.runs.hanging.clear()
    await app.ask(Restart(target="web"))
    assert app.state("web.1") == "up"
    assert app.runs.started == ["web.1#2", "web.1#3"]


async def test_a_restart_of_one_is_not_forgotten_while_another_of_its_type_restarts(
    three: SupervisedApp,
) -> None:
    three.runs.silent = {"web.1"}
    await three.ask(Restart(target="web.1"))
    await three.ask(Restart(target="web.3", by="key"))
    assert three.runs.started == []
    three.runs.silent.clear()
    three.runs.exit("web.1", status=0)
    await three.settle()
    assert three.runs.started == ["web.1#2", "web.3#2"]
    causes = [event.cause for event in three.events_of(ProcessStateChanged)
              if event.process.name == "web.3"]  # fmt: skip
    assert set(causes) == {"c2"}


async def test_a_restart_during_a_stop_by_hand_brings_it_back(app: SupervisedApp) -> None:
    app.runs.silent = {"worker"}
    await app.ask(Stop(target="worker.1"))
    await app.ask(Restart(target="worker.1"))
    app.runs.silent.clear()
    app.runs.exit("worker.1", status=0)
    await app.wait(1)
    assert app.state("worker.1") == "up"


async def test_a_type_is_restarted_one_after_the_other_each_up_before_the_next(
    three: SupervisedApp,
) -> None:
    three.runs.silent = {"web"}
    await three.ask(Restart(target="web"))
    for number in (1, 2, 3):
        expected = {f"web.{each}": "up" for each in (1, 2, 3)}
        assert three.states == {**expected, f"web.{number}": "stopping"}
        three.runs.exit(f"web.{number}", status=0)
        await three.settle()
        assert three.states == {**expected, f"web.{number}": "starting"}
        three.runs.silent.discard("web")
        three.runs.silent |= {"web.1", "web.2", "web.3"} - {f"web.{number}"}
        three.runs.come_up(three.runs.run_of(f"web.{number}"))
        await three.settle()
    assert three.runs.started == ["web.1#2", "web.2#2", "web.3#2"]


async def test_a_rolling_restart_is_abandoned_on_a_crash_and_the_others_are_left(
    three: SupervisedApp,
) -> None:
    three.runs.broken = {"web.2"}
    reply = await three.ask(Restart(target="web"))
    assert isinstance(reply, Accepted)
    await three.wait(0)
    assert three.runs.run_of("web.3").number == 1
    (announced,) = three.events_of(Announced)
    assert announced.level == "error"
    assert announced.words == "web.2 did not come up, so not restarted: web.3"
    assert announced.cause == reply.cause
    three.runs.broken.clear()
    await three.wait(60)
    await three.ask(Restart(target="web.3"))
    assert three.runs.run_of("web.3").number == 2


async def test_what_is_stopped_while_it_waits_for_its_turn_is_not_restarted(
    three: SupervisedApp,
) -> None:
    three.runs.silent = {"web.1"}
    await three.ask(Restart(target="web"))
    await three.ask(Stop(target="web.3"))
    three.runs.silent.clear()
    three.runs.exit("web.1", status=0)
    await three.settle()
    assert three.states == {"web.1": "up", "web.2": "up", "web.3": "down"}


async def test_a_stop_of_the_one_whose_turn_it_is_lets_the_next_begin(
    three: SupervisedApp,
) -> None:
    three.runs.silent = {"web.1"}
    await three.ask(Restart(target="web"))
    await three.ask(Stop(target="web.1"))
    assert three.runs.started == ["web.2#2", "web.3#2"]


async def test_what_is_scaled_away_while_it_waits_for_its_turn_is_passed_over(
    three: SupervisedApp,
) -> None:
    three.runs.silent = {"web.1"}
    await three.ask(Restart(target="web"))
    await three.ask(Scale(quantities={"web": 1}))
    three.runs.silent.clear()
    three.runs.exit("web.1", status=0)
    await three.settle()
    assert three.states == {"web.1": "up"}


async def test_types_are_restarted_side_by_side(app: SupervisedApp) -> None:
    app.runs.silent = {"web", "worker"}
    await app.ask(Restart(target="all"))
    assert app.states == {"web.1": "stopping", "worker.1": "stopping"}
