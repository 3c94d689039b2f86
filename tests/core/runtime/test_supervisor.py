from collections.abc import AsyncIterator

import msgspec
import pytest

from proctor.errors import PlatformError, UserError
from proctor.model.commands import (
    Accepted,
    AnyCommand,
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
    CommandAccepted,
    FormationChanged,
    ProcessRemoved,
    ProcessStateChanged,
    WatchChanged,
)
from proctor.model.exits import Exit
from proctor.model.facts import KeeperLost, LeaderLeft
from proctor.model.slots import MOVES
from proctor.runtime.mailbox import (
    ConfigurationRead,
    EndAsked,
    FilesChanged,
    WatchTroubled,
)
from support.supervised import SupervisedApp, changed, configuration, reading, sequences

TERMINATE = EndAsked(reason="SIGTERM", exit_code=143)


# Events


async def test_the_formation_is_started_in_the_order_of_the_procfile() -> None:
    procfile = "release: ./setup\nworker: ./worker\nweb: ./web\n"
    async with SupervisedApp(configuration(procfile, formation={"web": 2})) as app:
        assert app.runs.started == ["worker.1#1", "web.1#1", "web.2#1"]
        types = [(view.type, view.quantity, view.in_formation) for view in app.supervisor.types()]
        assert types == [("release", 0, False), ("worker", 1, True), ("web", 2, True)]


async def test_warnings_of_the_configuration_are_told_at_the_start() -> None:
    async with SupervisedApp(configuration(warnings=("web is given twice",))) as app:
        (announced,) = app.events_of(Announced)
        assert (announced.level, announced.words) == ("warning", "web is given twice")
        assert app.words[0] == "web is given twice"


async def test_sequences_have_no_gap_and_every_move_told_is_in_the_table(
    app: SupervisedApp,
) -> None:
    app.recorder.messages.clear()
    first = app.bus.sequence + 1
    await app.ask(Scale(quantities={"web": 3}))
    app.runs.exit("worker.1")
    await app.wait(2)
    await app.ask(Restart(target="web"))
    await app.ask(Stop(target="web.2"))
    await app.ask(Quit())
    await app.exit_code()
    assert sequences(app.events) == list(range(first, app.bus.sequence + 1))
    for event in app.events_of(ProcessStateChanged):
        after = event.process.state
        assert after in (event.before, *MOVES[event.before])
    assert isinstance(app.events[-1], AppStopped)


async def test_events_are_caused_by_the_command_that_asked(app: SupervisedApp) -> None:
    reply = await app.ask(Restart(target="worker.1", by="key"))
    assert isinstance(reply, Accepted)
    assert {event.cause for event in app.events_of(ProcessStateChanged)} == {reply.cause}
    (accepted,) = app.events_of(CommandAccepted)
    assert accepted.cause == reply.cause
    assert accepted.by == "key"
    assert accepted.cli == "proctor restart worker.1"
    assert all(sequence > reply.sequence for sequence in sequences(app.events))


async def test_each_command_has_a_cause_of_its_own(app: SupervisedApp) -> None:
    replies = [await app.ask(Restart(target="web")) for _ in range(3)]
    assert [each.cause for each in replies if isinstance(each, Accepted)] == ["c1", "c2", "c3"]


async def test_a_crash_is_seen_before_the_next_try(app: SupervisedApp) -> None:
    app.runs.exit("web.1", status=3)
    await app.settle()
    await app.wait(0)
    assert app.moves("web.1") == [("up", "crashed"), ("crashed", "starting"), ("starting", "up")]
    assert {event.cause for event in app.events_of(ProcessStateChanged)} == {"app"}


# Stop, start, scale


async def test_what_was_stopped_by_hand_survives_a_scale(app: SupervisedApp) -> None:
    await app.ask(Stop(target="web.1"))
    assert app.state("web.1") == "down"
    await app.ask(Scale(quantities={"web": 3}))
    assert app.states == {"web.1": "down", "web.2": "up", "web.3": "up", "worker.1": "up"}


async def test_scaled_down_and_up_again_while_it_stops_it_comes_back(three: SupervisedApp) -> None:
    three.runs.silent = {"web.3"}
    await three.ask(Scale(quantities={"web": 2}))
    assert three.state("web.3") == "stopping"
    await three.ask(Scale(quantities={"web": 3}))
    three.runs.silent.clear()
    three.runs.exit("web.3", status=0)
    await three.settle()
    assert three.states == {"web.1": "up", "web.2": "up", "web.3": "up"}


async def test_what_was_scaled_away_is_forgotten_when_it_has_gone(three: SupervisedApp) -> None:
    three.runs.silent = {"web"}
    await three.ask(Scale(quantities={"web": 1}))
    assert three.states == {"web.1": "up", "web.2": "stopping", "web.3": "stopping"}
    signalled = [order[1] for order in three.runs.orders if order[0] == "signal"]
    assert signalled == ["web.3#1", "web.2#1"]
    three.runs.exit("web.2", status=0)
    await three.settle()
    assert three.states == {"web.1": "up", "web.3": "stopping"}
    (removed,) = three.events_of(ProcessRemoved)
    assert removed.process == "web.2"


async def test_a_process_that_comes_back_goes_on_with_its_numbers(three: SupervisedApp) -> None:
    await three.ask(Scale(quantities={"web": 2}))
    await three.ask(Scale(quantities={"web": 3}))
    assert three.runs.started == ["web.3#2"]


@pytest.mark.parametrize("command", [Start(target="all"), Start(target="web"), Restart()])
async def test_what_stops_since_it_is_too_many_is_not_started_with_the_others(
    three: SupervisedApp, command: AnyCommand
) -> None:
    three.runs.silent = {"web.3"}
    await three.ask(Scale(quantities={"web": 2}))
    await three.ask(command)
    three.runs.exit("web.3", status=0)
    await three.settle()
    assert three.states == {"web.1": "up", "web.2": "up"}


@pytest.mark.parametrize("command", [Start(target="web.3"), Restart(target="web.3")])
async def test_what_stops_since_it_is_too_many_is_not_started_by_name(
    three: SupervisedApp, command: AnyCommand
) -> None:
    three.runs.silent = {"web.3"}
    await three.ask(Scale(quantities={"web": 2}))
    refused = await three.is_refused(command)
    assert refused.what == "web.3 was scaled away"
    assert refused.hint == "Say: proctor scale web=3"


async def test_a_scale_tells_the_new_quantities(app: SupervisedApp) -> None:
    await app.ask(Scale(steps={"worker": 2}))
    (event,) = app.events_of(FormationChanged)
    assert [(view.type, view.quantity) for view in event.types] == [("web", 1), ("worker", 3)]


async def test_a_second_stop_kills_at_once(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="worker"))
    assert app.state("worker.1") == "stopping"
    await app.ask(Stop(target="worker"))
    assert app.runs.killed == ["worker.1#1"]
    assert app.state("worker.1") == "down"


async def test_a_stop_of_everything_does_not_kill_what_is_being_stopped_already(
    app: SupervisedApp,
) -> None:
    app.runs.stubborn = {"worker"}
    await app.ask(Stop(target="worker"))
    await app.ask(Stop(target="all"))
    assert app.states == {"web.1": "down", "worker.1": "stopping"}
    assert app.runs.killed == []


# Starts that fail


@pytest.mark.parametrize("problem", [UserError("port 5006 is taken"), PlatformError("no room")])
async def test_a_start_that_is_refused_crashes_that_process_alone(
    problem: UserError | PlatformError,
) -> None:
    app = SupervisedApp()
    app.runs.refused = {"web": problem}
    async with app:
        await app.wait(1)
        assert app.states == {"web.1": "crashed", "worker.1": "up"}
        assert (str(problem), "web.1") in app.said
        app.runs.refused.clear()
        await app.wait(10)
        assert app.state("web.1") == "up"


async def test_a_start_that_failed_is_told_in_words(app: SupervisedApp) -> None:
    app.runs.silent = {"web"}
    app.runs.exit("web.1")
    await app.wait(0)
    app.runs.fail("web.1", "bash was not found")
    await app.settle()
    assert app.state("web.1") == "crashed"
    assert ("bash was not found", "web.1") in app.said


# Remnants and lost keepers


async def test_remnants_are_named_in_the_processs_log(app: SupervisedApp) -> None:
    app.runs.silent = {"web"}
    app.runs.left_behind = ("4711 redis-server", "4712 sh")
    run = app.runs.run_of("web.1")
    await app.tell("web.1", LeaderLeft(run=run, exit=Exit(status=0)))
    await app.wait(0.1)
    words = "Process exited with status 0 and left 2 processes behind"
    assert (f"{words} (4711 redis-server, 4712 sh): stopping them", "web.1") in app.said
    app.runs.empty(run)


async def test_after_a_lost_keeper_nothing_is_started_before_the_sweep(
    app: SupervisedApp,
) -> None:
    app.runs.silent = {"web"}
    run = app.runs.run_of("web.1")
    await app.tell("web.1", KeeperLost(run=run))
    await app.wait(100)
    assert app.runs.started == []
    app.runs.empty(run)
    await app.wait(0)
    assert app.runs.started == ["web.1#2"]


# Files


def saved(*, code: bool = True, settings: bool = False) -> FilesChanged:
    return FilesChanged(words="app.py and 3 others", code=code, settings=settings)


@pytest.fixture
async def watched() -> AsyncIterator[SupervisedApp]:
    async with SupervisedApp(configuration(watch=True)) as app:
        await app.wait(1)
        app.forget()
        yield app


async def test_a_save_restarts_all_that_is_wanted_and_says_which_file_did_it(
    watched: SupervisedApp,
) -> None:
    await watched.ask(Stop(target="worker"))
    watched.forget()
    await watched.post(saved())
    assert watched.runs.started == ["web.1#2"]
    assert "app.py and 3 others changed: restarting" in watched.words
    assert {event.cause for event in watched.events_of(ProcessStateChanged)} == {"f1"}
    (event,) = watched.events_of(WatchChanged)
    assert event.watch.last_change == "app.py and 3 others"
    assert event.watch.last_change_at == watched.timers.wall()


async def test_a_save_tries_what_has_crashed_at_once(watched: SupervisedApp) -> None:
    watched.runs.broken = {"web"}
    await watched.ask(Restart(target="web"))
    await watched.wait(20)
    assert watched.state("web.1") == "crashed"
    watched.runs.broken.clear()
    await watched.post(saved())
    assert watched.state("web.1") == "up"


async def test_a_save_does_nothing_while_the_watch_is_off(app: SupervisedApp) -> None:
    await app.post(saved())
    assert app.runs.started == []
    assert app.events == []


async def test_the_watch_is_switched_and_a_problem_is_told(app: SupervisedApp) -> None:
    await app.ask(SetWatch(on=True))
    await app.post(WatchTroubled(problem="too many files"))
    await app.post(WatchTroubled(problem=None))
    assert app.watch_switched == [True]
    seen = [(event.watch.on, event.watch.problem) for event in app.events_of(WatchChanged)]
    assert seen == [(True, None), (True, "too many files"), (True, None)]


async def test_a_changed_procfile_is_read_again_and_applied_only_under_watch(
    app: SupervisedApp, watched: SupervisedApp
) -> None:
    for each in (app, watched):
        await each.post(saved(code=False, settings=True))
    assert app.reads == [reading("f1", apply=False)]
    assert watched.reads == [reading("f1", apply=True)]
    assert watched.runs.started == []


async def test_a_change_that_is_not_applied_waits_and_says_how_to_apply_it(
    app: SupervisedApp,
) -> None:
    new = configuration("web: ./web --new\nworker: ./worker\n")
    await app.post(ConfigurationRead(reading=reading("f1", apply=False), configuration=new))
    assert app.supervisor.pending is not None
    assert app.words == ["changed command of web; apply it with: proctor reload"]
    assert app.runs.started == []
    await app.post(
        ConfigurationRead(
            reading=reading("f2", apply=False), configuration=app.supervisor.configuration
        )
    )
    assert app.supervisor.pending is None


async def test_a_reload_starts_new_types_stops_removed_ones_and_restarts_changed_ones(
    app: SupervisedApp,
) -> None:
    await app.ask(Scale(quantities={"web": 2}))
    await app.ask(Reload())
    assert app.reads == [reading("c2", apply=True)]
    app.forget()
    new = configuration("web: ./web --new\nclock: ./clock\n")
    await app.post(ConfigurationRead(reading=reading("c2", apply=True), configuration=new))
    await app.wait(1)
    assert app.states == {"web.1": "up", "web.2": "up", "clock.1": "up"}
    assert sorted(app.runs.started) == ["clock.1#1", "web.1#2", "web.2#2"]
    assert app.runs.commands[app.runs.run_of("web.1")] == "./web --new"
    assert {event.cause for event in app.events_of(FormationChanged)} == {"c2"}


async def test_a_reload_leaves_alone_what_has_not_changed(app: SupervisedApp) -> None:
    new = configuration("web: ./web\nworker: ./worker --new\n")
    await app.post(ConfigurationRead(reading=reading("c1", apply=True), configuration=new))
    assert app.runs.started == ["worker.1#2"]


async def test_a_reload_takes_new_settings_for_what_runs(app: SupervisedApp) -> None:
    app.runs.stubborn = {"worker"}
    new = configuration("web: ./web --new\nworker: ./worker\n", grace_seconds=2)
    await app.post(ConfigurationRead(reading=reading("c1", apply=True), configuration=new))
    await app.ask(Stop(target="worker"))
    await app.wait(2)
    assert app.runs.killed == ["worker.1#1"]


async def test_a_reload_that_finds_nothing_new_says_so(app: SupervisedApp) -> None:
    same = app.supervisor.configuration
    await app.post(ConfigurationRead(reading=reading("c1", apply=True), configuration=same))
    (announced,) = app.events_of(Announced)
    assert announced.cause == "c1"
    assert app.runs.started == []


async def test_a_save_that_changes_nothing_is_not_answered_as_a_reload_is(
    watched: SupervisedApp,
) -> None:
    same = watched.supervisor.configuration
    await watched.post(ConfigurationRead(reading=reading("f1", apply=True), configuration=same))
    assert watched.events_of(Announced) == []


async def test_a_reload_that_was_overtaken_does_not_bring_back_what_it_read(
    app: SupervisedApp,
) -> None:
    await app.ask(Reload())
    await app.ask(Reload())
    first, second = app.reads
    old = configuration("web: ./web --old\nworker: ./worker\n")
    new = configuration("web: ./web --new\nworker: ./worker\n")
    await app.post(ConfigurationRead(reading=second, configuration=new))
    await app.post(ConfigurationRead(reading=first, configuration=old))
    await app.wait(1)
    assert app.supervisor.configuration is new
    assert app.runs.commands[app.runs.run_of("web.1")] == "./web --new"
    assert app.events_of(Announced)[-1].cause == first.cause  # who waits for it is told its end


async def test_a_reload_applies_what_a_later_save_has_read_before_it(app: SupervisedApp) -> None:
    await app.ask(Reload())
    await app.post(saved(code=False, settings=True))
    reload, save = app.reads
    new = configuration("web: ./web --new\nworker: ./worker\n")
    await app.post(ConfigurationRead(reading=save, configuration=new))
    assert app.runs.started == []
    await app.post(
        ConfigurationRead(reading=reload, configuration=configuration("web: ./web --old\n"))
    )
    assert app.runs.started == ["web.1#2"]
    assert app.supervisor.configuration is new
    assert app.supervisor.pending is None


async def test_a_broken_procfile_is_an_error_line_and_the_app_goes_on(app: SupervisedApp) -> None:
    problem = UserError("there is no process type", where="Procfile:1")
    await app.post(ConfigurationRead(reading=reading("c1", apply=True), problem=problem))
    (announced,) = app.events_of(Announced)
    assert (announced.level, announced.cause) == ("error", "c1")
    assert announced.words == "there is no process type (Procfile:1). The app goes on as it is."
    assert app.states == {"web.1": "up", "worker.1": "up"}


async def test_a_file_saved_or_read_while_all_stops_changes_nothing(
    watched: SupervisedApp,
) -> None:
    watched.runs.stubborn = {"worker"}
    await watched.post(TERMINATE)
    await watched.post(saved(settings=True))
    new = changed(configuration("web: ./web\nclock: ./clock"), warnings=())
    await watched.post(ConfigurationRead(reading=reading("c1", apply=True), configuration=new))
    assert watched.reads == []
    await watched.wait(31)
    assert await watched.exit_code() == 143
    assert watched.runs.started == []


async def test_another_procfile_is_watched_from_then_on(app: SupervisedApp) -> None:
    same = msgspec.structs.replace(
        configuration(variables={"LOG": "1"}), procfile_path="/home/ada/shop/Procfile"
    )
    await app.post(ConfigurationRead(reading=reading("c1", apply=True), configuration=same))
    assert app.watch_switched == []
    other = msgspec.structs.replace(
        configuration(variables={"PROCFILE": "Procfile.dev"}),
        procfile_path="/home/ada/shop/Procfile.dev",
    )
    await app.post(ConfigurationRead(reading=reading("c2", apply=True), configuration=other))
    assert app.watch_switched == [False]  # as it was: the Procfile and the env files alone
