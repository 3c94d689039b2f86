"""Start order at work, over runs that obey the test."""

from collections.abc import AsyncIterator

import pytest

from proctor.model.commands import Quit, Restart, RunOneOff, Scale, Start, Stop
from proctor.model.events import AppStopping, ProcessView
from proctor.model.type_settings import Dependency, ReadyWhenLogged, TypeSettings
from proctor.runtime.mailbox import ConfigurationRead, EndAsked, FilesChanged, GuardianLost
from support.supervised import SupervisedApp, changed, configuration, reading

PROCFILE = "worker: ./worker\nweb: ./web\ndb: ./db\n"
INTERRUPT = EndAsked(reason="^C", exit_code=130, escalates=True)
READY = ReadyWhenLogged("ready")


def after(*types: str, restart: bool = False, grace: float = 30.0) -> TypeSettings:
    return TypeSettings(
        after=tuple(Dependency(type_, restart) for type_ in types), grace_seconds=grace
    )


def ordered(*, restart: bool = False, grace: float = 30.0, **formation: int) -> SupervisedApp:
    """The worker starts after the web, that after the database, which is up by a rule."""
    types = {
        "worker": after("web", restart=restart, grace=grace),
        "web": after("db", restart=restart, grace=grace),
        "db": TypeSettings(ready=READY, grace_seconds=grace),
    }
    return SupervisedApp(configuration(PROCFILE, types=types, formation=formation))


def view(app: SupervisedApp, process: str) -> ProcessView:
    return next(each for each in app.supervisor.views() if each.name == process)


@pytest.fixture
async def app() -> AsyncIterator[SupervisedApp]:
    async with ordered(web=2) as app:
        await app.wait(1)
        assert set(app.states.values()) == {"up"}
        app.forget()
        yield app


@pytest.fixture
async def tied() -> AsyncIterator[SupervisedApp]:
    """The same, where each restarts with what it starts after."""
    async with ordered(restart=True, web=2) as app:
        await app.wait(1)
        app.forget()
        yield app


# Starting


async def test_each_starts_when_what_comes_before_it_is_up() -> None:
    async with ordered() as app:
        await app.wait(1)
        assert app.runs.started == ["db.1#1", "web.1#1", "worker.1#1"]
        assert app.moves("worker.1")[0] == ("down", "waiting")


async def test_who_waits_says_for_what() -> None:
    async with ordered() as app:
        app.runs.hanging = {"db"}
        await app.ask(Restart(target="db"))
        await app.ask(Restart(target="web"))
        await app.ask(Restart(target="worker"))
        await app.wait(1)
        assert app.states == {"db.1": "starting", "web.1": "waiting", "worker.1": "waiting"}
        assert view(app, "web.1").why == "waits until db is up (it is starting)"
        assert view(app, "worker.1").why == "waits until web is up (it waits, too)"


async def test_all_processes_of_a_type_are_waited_for() -> None:
    app = ordered(db=2)
    app.runs.hanging = {"db.2"}
    async with app:
        await app.wait(1)
        assert app.runs.started == ["db.1#1", "db.2#1"]
        app.runs.be_ready("db.2")
        await app.wait(1)
        assert app.runs.started[2:] == ["web.1#1", "worker.1#1"]


async def test_a_type_that_is_scaled_to_none_is_not_waited_for_and_that_is_said() -> None:
    async with ordered(db=0) as app:
        await app.wait(1)
        assert app.states == {"web.1": "up", "worker.1": "up"}
        words = "web does not wait for db, which is scaled to 0; start it with: proctor scale db=1"
        assert app.words.count(words) == 1
        await app.ask(Scale(quantities={"web": 2}))
        assert app.words.count(words) == 1


async def test_scaling_what_is_waited_for_to_none_ends_the_wait() -> None:
    app = ordered()
    app.runs.hanging = {"db"}
    async with app:
        await app.ask(Scale(quantities={"db": 0}))
        await app.wait(1)
        assert app.states == {"web.1": "up", "worker.1": "up"}


async def test_what_has_done_its_work_is_not_waited_for() -> None:
    types = {"web": after("db"), "db": TypeSettings(ready=READY, on_exit="stay")}
    app = SupervisedApp(configuration("db: ./migrate\nweb: ./web", types=types))
    app.runs.hanging = {"db"}
    async with app:
        app.runs.exit("db.1", status=0)
        await app.wait(1)
        assert app.states == {"db.1": "complete", "web.1": "up"}


async def test_what_has_to_end_is_waited_for_to_its_end_at_each_start() -> None:
    types = {
        "web": TypeSettings(after=(Dependency("db", completed=True),)),
        "db": TypeSettings(on_exit="stay"),
    }
    app = SupervisedApp(configuration("db: ./migrate\nweb: ./web", types=types))
    async with app:
        await app.wait(1)
        assert app.states == {"db.1": "up", "web.1": "waiting"}
        assert view(app, "web.1").why == "waits until db has ended well (it runs)"
        app.runs.exit("db.1", status=1)
        await app.wait(1)
        assert app.states == {"db.1": "crashed", "web.1": "waiting"}
        await app.ask(Start(target="db.1"))
        app.runs.exit("db.1", status=0)
        await app.wait(1)
        assert app.states == {"db.1": "complete", "web.1": "up"}


async def test_scaling_what_others_wait_for_up_leaves_them_alone(app: SupervisedApp) -> None:
    app.runs.hanging = {"db.2"}
    await app.ask(Scale(quantities={"db": 2}))
    await app.wait(1)
    assert app.runs.started == ["db.2#1"]
    assert {app.state("web.1"), app.state("web.2"), app.state("worker.1")} == {"up"}


# While it waits


async def test_a_crash_of_what_comes_first_leaves_its_dependants_alone(app: SupervisedApp) -> None:
    app.runs.exit("db.1")
    await app.wait(1)
    assert app.runs.started == ["db.1#2"]


async def test_who_crashes_while_what_comes_first_is_down_waits_for_it(app: SupervisedApp) -> None:
    await app.ask(Stop(target="db"))
    app.runs.exit("web.1")
    await app.wait(1)
    assert app.state("web.1") == "waiting"
    stopped = "waits until db is up (it was stopped; start it with: proctor start db.1)"
    assert view(app, "web.1").why == stopped
    await app.ask(Start(target="db"))
    await app.wait(1)
    assert set(app.states.values()) == {"up"}


async def test_who_waits_can_be_scaled_away_stopped_and_started(app: SupervisedApp) -> None:
    await app.ask(Stop(target="db"))
    await app.ask(Restart(target="web"))
    await app.wait(1)
    assert app.state("web.1") == "waiting"
    await app.ask(Stop(target="web.1"))
    assert app.state("web.1") == "down"
    await app.ask(Start(target="web.1"))
    assert app.state("web.1") == "waiting"
    await app.ask(Scale(quantities={"web": 0}))
    assert set(app.states) == {"worker.1", "db.1"}


async def test_a_rolling_restart_goes_on_when_what_comes_first_is_up(app: SupervisedApp) -> None:
    await app.ask(Stop(target="db"))
    await app.ask(Restart(target="web"))
    assert app.states["web.1"] == "waiting"
    assert app.states["web.2"] == "up", "it is not taken down before the other is up"
    await app.ask(Start(target="db"))
    await app.wait(1)
    assert app.runs.started == ["db.1#2", "web.1#2", "web.2#2"]


async def test_a_restart_of_all_comes_up_in_order(app: SupervisedApp) -> None:
    await app.ask(Restart(target="all"))
    await app.wait(2)
    assert set(app.states.values()) == {"up"}
    assert app.runs.started[0] == "db.1#2"
    assert set(app.runs.started) == {"db.1#2", "web.1#2", "web.2#2", "worker.1#2"}


async def test_a_save_restarts_all_in_order(app: SupervisedApp) -> None:
    app.supervisor.set_watch(on=True, cause="c")
    await app.post(FilesChanged(words="app.py", code=True, settings=False))
    await app.wait(2)
    assert app.runs.started == ["db.1#2", "web.1#2", "web.2#2", "worker.1#2"]


async def test_quit_ends_who_waits(app: SupervisedApp) -> None:
    app.runs.hanging = {"db"}
    await app.ask(Restart(target="db"))
    await app.ask(Restart(target="web"))
    await app.ask(Quit())
    await app.wait(1)
    assert await app.exit_code() == 0


async def test_an_order_that_comes_with_a_reload_holds_from_then_on() -> None:
    before = configuration(PROCFILE)
    async with SupervisedApp(before) as app:
        await app.wait(1)
        order = {"web": after("db")}
        read = ConfigurationRead(
            reading=reading("c1", apply=True), configuration=changed(before, types=order)
        )
        await app.post(read)
        await app.wait(1)
        app.forget()
        await app.ask(Stop(target="db"))
        await app.ask(Restart(target="web"))
        assert app.state("web.1") == "waiting"


async def test_who_waits_starts_when_a_reload_takes_the_order_away() -> None:
    before = configuration(PROCFILE, types={"worker": after("web"), "web": TypeSettings()})
    app = SupervisedApp(before)
    app.runs.hanging = {"web"}
    async with app:
        assert app.state("worker.1") == "waiting"
        read = ConfigurationRead(
            reading=reading("c1", apply=True), configuration=changed(before, types={})
        )
        await app.post(read)
        await app.wait(1)
        assert app.state("worker.1") == "up"


# Restarts of dependants


async def test_dependants_restart_once_after_what_they_restart_with(tied: SupervisedApp) -> None:
    await tied.ask(Restart(target="db"))
    await tied.wait(2)
    assert tied.runs.started == ["db.1#2", "web.1#2", "web.2#2", "worker.1#2"]
    assert set(tied.states.values()) == {"up"}
    assert "db.1 was restarted" in view(tied, "web.1").why


async def test_they_restart_after_a_crash_too_and_not_at_the_first_start(
    tied: SupervisedApp,
) -> None:
    tied.runs.exit("db.1")
    await tied.wait(2)
    assert tied.runs.started == ["db.1#2", "web.1#2", "web.2#2", "worker.1#2"]


async def test_a_restart_of_all_restarts_nobody_twice(tied: SupervisedApp) -> None:
    await tied.ask(Restart(target="all"))
    await tied.wait(3)
    assert sorted(tied.runs.started) == ["db.1#2", "web.1#2", "web.2#2", "worker.1#2"]


async def test_a_rolling_restart_of_several_counts_once() -> None:
    async with ordered(restart=True, db=3) as app:
        await app.wait(1)
        app.forget()
        await app.ask(Restart(target="db"))
        await app.wait(3)
        assert app.runs.started == ["db.1#2", "db.2#2", "db.3#2", "web.1#2", "worker.1#2"]


async def test_who_was_stopped_by_hand_is_not_restarted_with_others(tied: SupervisedApp) -> None:
    await tied.ask(Stop(target="web.2"))
    await tied.ask(Restart(target="db"))
    await tied.wait(2)
    assert tied.state("web.2") == "down"


# Stopping


def told(app: SupervisedApp) -> list[str]:
    """Who was told to stop, in order; the second step of a stop is left out."""
    signals = [order for order in app.runs.orders if order[0] == "signal"]
    return [run for _, run, scope, _ in signals if scope == "roots"]


@pytest.mark.parametrize("how", ["interrupt", "quit", "stop", "scale", "guardian"])
async def test_dependants_are_stopped_first(app: SupervisedApp, how: str) -> None:
    match how:
        case "interrupt":
            await app.post(INTERRUPT)
        case "quit":
            await app.ask(Quit())
        case "stop":
            await app.ask(Stop(target="all"))
        case "scale":
            await app.ask(Scale(quantities={"db": 0, "web": 0, "worker": 0}))
        case _:
            await app.post(GuardianLost())
    await app.settle()
    assert [each.partition(".")[0] for each in told(app)] == ["worker", "web", "web", "db"]
    assert app.runs.alive == {}


async def test_what_others_need_is_told_when_they_have_gone(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(INTERRUPT)
    assert told(app) == ["worker.1#1"]
    assert app.state("db.1") == "up"
    assert view(app, "db.1").why == "up, and stopped when what starts after it has gone: ^C"
    app.runs.exit("worker.1")
    await app.settle()
    assert told(app) == ["worker.1#1", "web.1#1", "web.2#1", "db.1#1"]
    assert await app.exit_code() == 130


async def test_a_one_off_is_told_before_what_it_may_use(app: SupervisedApp) -> None:
    await app.ask(RunOneOff(words=("rake", "report")))
    app.runs.stubborn = {"run"}
    await app.post(INTERRUPT)
    assert told(app) == ["worker.1#1", "run.1#1"]
    app.runs.exit("run.1", 0)
    await app.settle()
    assert told(app)[2:] == ["web.1#1", "web.2#1", "db.1#1"]


async def test_all_is_over_by_one_deadline_whoever_does_not_heed(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker", "web", "db"}
    await app.post(INTERRUPT)
    (stopping,) = app.events_of(AppStopping)
    assert stopping.deadline_at == app.timers.wall() + 30
    await app.wait(9.9)
    assert told(app) == ["worker.1#1"]
    await app.wait(0.2)
    assert told(app)[1:] == ["web.1#1", "web.2#1"], "a third of the time has passed"
    await app.wait(10)
    assert "db.1#1" in told(app)
    await app.wait(9.8)
    assert app.runs.killed == []
    await app.wait(0.2)
    assert sorted(app.runs.killed) == ["db.1#1", "web.1#1", "web.2#1", "worker.1#1"]
    assert await app.exit_code() == 130


async def test_a_second_interrupt_kills_also_those_that_were_held(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.post(INTERRUPT)
    await app.wait(0.6)
    await app.post(INTERRUPT)
    assert sorted(app.runs.killed) == ["db.1#1", "web.1#1", "web.2#1", "worker.1#1"]
    assert await app.exit_code() == 130


async def test_a_second_stop_of_all_kills_also_those_that_were_held(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="all"))
    await app.ask(Stop(target="all"))
    assert sorted(app.runs.killed) == ["db.1#1", "web.1#1", "web.2#1", "worker.1#1"]
    assert set(app.states.values()) == {"down"}


async def test_to_stop_one_that_is_held_does_not_kill_it(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="all"))
    await app.ask(Stop(target="db"))
    assert app.runs.killed == []
    assert app.state("db.1") == "down"


async def test_who_is_started_while_its_stop_is_held_stays(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="all"))
    await app.ask(Start(target="db"))
    await app.wait(31)
    assert app.states == {"worker.1": "down", "web.1": "down", "web.2": "down", "db.1": "up"}
    assert "db.1#1" not in told(app)


async def test_scaled_down_and_up_again_before_its_turn_it_runs_on(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Scale(quantities={"db": 0, "web": 0, "worker": 0}))
    await app.ask(Scale(quantities={"db": 1}))
    await app.wait(31)
    assert app.states == {"db.1": "up"}
    assert app.runs.run_of("db.1").number == 1


async def test_a_start_of_a_dependant_does_not_hold_the_stop_for_ever(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="all"))
    await app.ask(Start(target="worker"))
    await app.wait(1)
    assert app.state("db.1") == "down"


async def test_who_crashes_while_its_stop_is_held_is_not_started_again(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="all"))
    app.runs.exit("db.1")
    await app.wait(5)
    assert app.state("db.1") == "down"
    assert app.runs.started == []


async def test_the_longest_grace_of_all_is_the_deadline() -> None:
    types = {"web": after("db", grace=4), "db": TypeSettings(grace_seconds=20)}
    async with SupervisedApp(configuration("db: ./db\nweb: ./web", types=types)) as app:
        await app.wait(1)
        app.forget()
        app.runs.stubborn = {"web", "db"}
        await app.post(INTERRUPT)
        await app.wait(3.9)
        assert told(app) == ["web.1#1"]
        await app.wait(0.2)
        assert told(app) == ["web.1#1", "db.1#1"], "the web has been killed"
        await app.wait(16)
        assert app.ended()


async def test_nobody_is_held_for_those_that_stay(app: SupervisedApp) -> None:
    await app.ask(Scale(quantities={"web": 1, "db": 0}))
    assert set(app.states) == {"web.1", "worker.1"}
