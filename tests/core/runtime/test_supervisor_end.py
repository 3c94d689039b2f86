import pytest

from proctor.errors import UserError
from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.events import (
    Announced,
    AppStopped,
    AppStopping,
    InternalError,
)
from proctor.model.exits import Exit
from proctor.model.facts import SignalDenied
from proctor.model.slots import MOVES
from proctor.runtime.mailbox import (
    EndAsked,
    GuardianLost,
)
from support.supervised import SupervisedApp, configuration

INTERRUPT = EndAsked(reason="^C", exit_code=130, escalates=True)
TERMINATE = EndAsked(reason="SIGTERM", exit_code=143)
QUIT_SIGNAL = EndAsked(reason="SIGQUIT", exit_code=131, at_once=True)


# The end


async def test_the_first_interrupt_stops_gracefully_and_gives_its_exit_code(
    app: SupervisedApp,
) -> None:
    await app.post(INTERRUPT)
    assert await app.exit_code() == 130
    assert app.runs.killed == []
    (stopping,) = app.events_of(AppStopping)
    assert stopping.deadline_at == app.timers.wall() + 30
    (stopped,) = app.events_of(AppStopped)
    assert stopped.exit_code == 130


@pytest.mark.parametrize(("after", "kills"), [(0.0, False), (0.49, False), (0.5, True)])
async def test_a_second_interrupt_kills_only_half_a_second_after_the_first(
    app: SupervisedApp, after: float, kills: bool
) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(INTERRUPT)
    await app.wait(after)
    await app.post(INTERRUPT)
    assert app.runs.killed == (["worker.1#1"] if kills else [])
    assert app.ended() == kills


@pytest.mark.parametrize(("after", "kills"), [(0.49, False), (0.5, True)])
async def test_an_interrupt_after_a_terminate_is_the_first_one(
    app: SupervisedApp, after: float, kills: bool
) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(TERMINATE)
    await app.wait(5)
    await app.post(INTERRUPT)
    assert app.runs.killed == []
    await app.wait(after)
    await app.post(INTERRUPT)
    assert app.runs.killed == (["worker.1#1"] if kills else [])


async def test_a_second_terminate_changes_nothing(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(TERMINATE)
    await app.wait(10)
    await app.post(TERMINATE)
    assert app.runs.killed == []
    await app.wait(19.9)
    assert app.runs.killed == []
    await app.wait(0.2)
    assert await app.exit_code() == 143


async def test_a_terminate_during_an_interrupt_keeps_the_first_exit_code(
    app: SupervisedApp,
) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(INTERRUPT)
    await app.post(TERMINATE)
    await app.wait(31)
    assert await app.exit_code() == 130


@pytest.mark.parametrize("first", [True, False])
async def test_a_quit_signal_kills_at_once(app: SupervisedApp, first: bool) -> None:
    app.runs.stubborn = {"worker"}
    if not first:
        await app.post(TERMINATE)
    await app.post(QUIT_SIGNAL)
    assert app.runs.killed[-1] == "worker.1#1"
    assert await app.exit_code() == (131 if first else 143)


async def test_all_are_stopped_on_one_common_deadline(three: SupervisedApp) -> None:
    three.runs.stubborn = {"web"}
    await three.post(TERMINATE)
    deadlines = {view.deadline_at for view in three.supervisor.views()}
    assert deadlines == {three.timers.wall() + 30}


async def test_while_all_stops_it_is_said_who_is_still_there_and_for_how_long(
    app: SupervisedApp,
) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(INTERRUPT)
    await app.wait(1)
    assert app.words[-1] == "worker.1 is still stopping: SIGKILL in 29 s"
    app.said.clear()
    await app.wait(5)
    assert app.words == ["worker.1 is still stopping: SIGKILL in 24 s"]


async def test_who_is_still_there_is_said_once_also_after_the_kill(app: SupervisedApp) -> None:
    app.runs.silent = {"worker"}
    await app.post(INTERRUPT)
    await app.wait(0.6)
    await app.post(INTERRUPT)
    app.said.clear()
    await app.wait(5)
    assert app.words == ["worker.1 is still stopping: SIGKILL was sent"]


async def test_quit_ends_well_and_the_second_time_kills(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Quit())
    await app.wait(1)
    await app.ask(Quit())
    assert app.runs.killed == ["worker.1#1"]
    assert await app.exit_code() == 0


async def test_quit_at_once_does_not_wait(app: SupervisedApp) -> None:
    app.runs.stubborn = {"web", "worker"}
    await app.ask(Quit(at_once=True))
    assert await app.exit_code() == 0


@pytest.mark.parametrize(
    "command",
    [
        Start(), Restart(), Scale(quantities={"web": 5}), Reload(), SetWatch(on=True),
    ],
)  # fmt: skip
async def test_nothing_is_begun_while_all_is_being_stopped(
    app: SupervisedApp, command: AnyCommand
) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Quit())
    refused = await app.is_refused(command)
    assert refused.what == "the app is being stopped"
    await app.wait(31)
    assert await app.exit_code() == 0
    assert app.runs.started == []


@pytest.mark.parametrize("state", ["starting", "up", "stopping", "crashed", "down"])
async def test_quit_ends_an_app_whose_process_is_in_whatever_state(
    app: SupervisedApp, state: str
) -> None:
    app.runs.silent = {"web"} if state in {"starting", "stopping"} else set()
    if state in {"stopping", "down"}:
        await app.ask(Stop(target="web"))
    if state == "starting":
        app.runs.exit("web.1")
        await app.wait(0)
    if state == "crashed":
        app.runs.exit("web.1")
        await app.settle()
    assert app.state("web.1") == state
    app.runs.silent.clear()
    await app.ask(Quit())
    await app.wait(31)
    assert await app.exit_code() == 0
    assert app.runs.running == []


async def test_a_rolling_restart_does_not_outlive_the_wish_to_quit(three: SupervisedApp) -> None:
    three.runs.silent = {"web.1"}
    await three.ask(Restart(target="web"))
    await three.ask(Quit())
    three.runs.silent.clear()
    three.runs.exit("web.1", status=0)
    assert await three.exit_code() == 0
    assert three.runs.started == []


async def test_the_end_of_the_app_is_not_followed_by_timers(app: SupervisedApp) -> None:
    app.runs.exit("web.1")
    await app.settle()
    await app.ask(Quit())
    await app.exit_code()
    app.timers.advance(3600)
    assert app.mailbox.unanswered() == []
    assert app.runs.started == []


# The policy stop-all


@pytest.mark.parametrize(
    ("exit_", "code"), [(Exit(status=3), 3), (Exit(status=0), 0), (Exit(signal=9), 137)]
)
async def test_stop_all_ends_the_app_with_the_first_exit_that_we_did_not_cause(
    exit_: Exit, code: int
) -> None:
    async with SupervisedApp(configuration(on_exit="stop-all")) as app:
        app.runs.end(app.runs.run_of("web.1"), exit_)
        assert await app.exit_code() == code


async def test_stop_all_keeps_to_the_first_of_two_exits() -> None:
    async with SupervisedApp(configuration(on_exit="stop-all")) as app:
        app.runs.exit("worker.1", status=4)
        app.runs.exit("web.1", status=5)
        assert await app.exit_code() == 4


async def test_stop_all_is_not_for_what_was_stopped_by_hand() -> None:
    async with SupervisedApp(configuration(on_exit="stop-all")) as app:
        await app.ask(Stop(target="web"))
        assert not app.ended()


async def test_stop_all_ends_with_1_when_a_start_fails() -> None:
    app = SupervisedApp(configuration(on_exit="stop-all"))
    app.runs.refused = {"web": UserError("no")}
    async with app:
        assert await app.exit_code() == 1


# Faults of the machine and of ours


async def test_the_guardians_death_stops_all_in_order_and_ends_with_70(
    app: SupervisedApp,
) -> None:
    await app.post(GuardianLost())
    assert await app.exit_code() == 70
    assert app.runs.killed == []
    words = "the guardian has died: all processes are being stopped"
    assert [event.words for event in app.events_of(Announced)] == [words]


async def test_the_guardians_death_during_a_quit_ends_with_70(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Quit())
    await app.post(GuardianLost())
    await app.wait(31)
    assert await app.exit_code() == 70


async def test_what_may_not_be_signalled_is_left_named_and_ends_with_70(
    app: SupervisedApp,
) -> None:
    app.runs.silent = {"worker"}
    await app.post(TERMINATE)
    await app.tell("worker.1", SignalDenied(run=app.runs.run_of("worker.1"), pid=815))
    await app.wait(29)
    assert not app.ended()
    await app.wait(4)
    assert await app.exit_code() == 70
    words = "worker.1 could not be stopped; it is left, without terminal or pipes: 815"
    assert app.events_of(Announced)[-1].words == words


async def test_what_was_denied_and_went_all_the_same_is_no_fault(app: SupervisedApp) -> None:
    app.runs.silent = {"worker"}
    await app.post(TERMINATE)
    run = app.runs.run_of("worker.1")
    await app.tell("worker.1", SignalDenied(run=run, pid=815))
    await app.wait(30.5)
    app.runs.end(run, Exit(status=0))
    assert await app.exit_code() == 143


async def freeze(app: SupervisedApp, process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules try a move that the table does not have."""
    with monkeypatch.context() as patched:
        patched.setitem(MOVES, "up", ())
        await app.ask(Stop(target=process))


async def test_a_fault_in_the_rules_freezes_that_process_and_the_others_live_on(
    app: SupervisedApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await freeze(app, "web.1", monkeypatch)
    (error,) = app.events_of(InternalError)
    assert error.process == "web.1"
    assert "up → stopping" in error.words
    await app.ask(Restart(target="worker"))
    await app.wait(1)
    assert app.states == {"web.1": "up", "worker.1": "up"}
    assert app.runs.started == ["worker.1#2"]


async def test_any_other_fault_freezes_that_process_as_well(
    app: SupervisedApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("roots")

    with monkeypatch.context() as patched:
        patched.setattr(app.runs, "signal", fail)
        await app.ask(Stop(target="web.1"))
    (error,) = app.events_of(InternalError)
    assert error.process == "web.1"
    assert error.words.endswith("so web.1 is left as it is: KeyError: 'roots'")
    await app.ask(Restart(target="worker"))
    await app.wait(1)
    assert app.runs.started == ["worker.1#2"]


async def test_a_fault_while_a_command_is_decided_is_its_answer(
    app: SupervisedApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(app.runs, "signal_leader", None)
        refused = await app.is_refused(Kill(target="web.1", signal="HUP"))
    assert refused.what.startswith("a fault of proctor's own: TypeError: ")
    assert refused.exit_code == 70
    await app.ask(Kill(target="web.1", signal="HUP"))
    assert app.runs.orders[-1] == ("signal_leader", "web.1#1", "SIGHUP")


async def test_what_is_frozen_does_not_keep_the_app_from_ending(
    app: SupervisedApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await freeze(app, "web.1", monkeypatch)
    await app.ask(Quit())
    assert await app.exit_code() == 70
    assert app.runs.killed == ["web.1#1"]


async def test_what_is_frozen_does_not_hold_up_a_rolling_restart(
    three: SupervisedApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await freeze(three, "web.2", monkeypatch)
    await three.ask(Restart(target="web"))
    assert three.runs.started == ["web.1#2", "web.3#2"]
