"""One-offs under the supervisor: beside the formation, and untouched by what is asked of it."""

from collections.abc import AsyncIterator

import pytest

from proctor.model.commands import (
    Accepted,
    Quit,
    Restart,
    RunOneOff,
    Scale,
    Start,
    Stop,
)
from proctor.model.events import ProcessRemoved
from proctor.model.names import ProcessName
from proctor.model.one_offs import MOST_ENDED
from proctor.model.type_settings import TypeSettings
from proctor.runtime.mailbox import FilesChanged
from support.supervised import SupervisedApp, configuration

RAKE = RunOneOff(words=("rake", "db:migrate"), by="cli")


@pytest.fixture
async def app() -> AsyncIterator[SupervisedApp]:
    async with SupervisedApp(configuration()) as app:
        await app.wait(1)
        app.forget()
        yield app


async def test_a_one_off_runs_beside_the_formation_and_ends_as_complete(
    app: SupervisedApp,
) -> None:
    reply = await app.ask(RAKE)
    assert isinstance(reply, Accepted)
    await app.wait(1)
    assert app.states == {"web.1": "up", "worker.1": "up", "run.1": "up"}
    app.runs.exit("run.1", 0)
    await app.wait(60)
    assert app.state("run.1") == "complete"
    assert app.moves("run.1") == [("down", "starting"), ("starting", "up"), ("up", "complete")]


async def test_a_one_off_that_fails_is_not_tried_again(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.wait(1)
    app.runs.exit("run.1", 3)
    await app.wait(600)
    assert app.state("run.1") == "crashed"
    assert [order for order in app.runs.orders if order[0] == "start"] == [("start", "run.1#1")]


async def test_its_view_says_what_runs_and_who_asked_for_it(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.wait(1)
    (view,) = (view for view in app.supervisor.views() if view.name == "run.1")
    assert view.type == "run"
    assert view.why == "up: `rake db:migrate`, run by cli"


async def test_neither_scale_nor_restart_nor_a_saved_file_touches_it(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.wait(1)
    app.forget()
    app.supervisor.set_watch(on=True, cause="c9")
    await app.ask(Scale(quantities={"web": 3, "worker": 0}))
    await app.ask(Restart())
    await app.ask(Start())
    await app.post(FilesChanged(words="app.py", code=True, settings=False))
    await app.wait(60)
    assert app.moves("run.1") == []
    assert app.states == {"web.1": "up", "web.2": "up", "web.3": "up", "run.1": "up"}


async def test_where_it_is_named_it_is_restarted(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.wait(1)
    await app.ask(Restart(target="run.1"))
    await app.wait(1)
    assert app.runs.commands[app.runs.alive[ProcessName("run", 1)]] == "rake db:migrate"
    assert ("start", "run.1#2") in app.runs.orders


async def test_what_is_stopped_is_forgotten_and_its_number_is_free(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.ask(RAKE)
    await app.wait(1)
    app.runs.exit("run.1", 0)
    await app.wait(1)
    await app.ask(Stop(target="run.1"))
    await app.wait(1)
    assert "run.1" not in app.states
    assert [event.process for event in app.events_of(ProcessRemoved)] == ["run.1"]
    await app.ask(RAKE)
    await app.wait(1)
    assert app.states == {"web.1": "up", "worker.1": "up", "run.1": "up", "run.2": "up"}


async def test_of_many_that_have_ended_the_oldest_are_forgotten(app: SupervisedApp) -> None:
    for number in range(1, MOST_ENDED + 3):
        await app.ask(RAKE)
        await app.wait(1)
        newest = max((name.number for name in app.runs.alive if name.type == "run"), default=0)
        app.runs.exit(f"run.{newest}", number % 2)
        await app.wait(1)
    ended = [name for name in app.states if name.startswith("run.")]
    assert len(ended) == MOST_ENDED


async def test_the_settings_of_a_type_hold_for_its_one_off_but_not_its_restarts() -> None:
    types = {"worker": TypeSettings(grace_seconds=3, stop_signal="INT", on_exit="restart")}
    async with SupervisedApp(configuration(types=types)) as app:
        await app.ask(RunOneOff(words=("worker",)))
        await app.wait(1)
        app.runs.exit("run.1", 1)
        await app.wait(600)
        assert app.state("run.1") == "crashed"
        await app.ask(Start(target="run.1"))
        await app.wait(1)
        await app.ask(Stop(target="run.1"))
        assert ("signal", "run.1#2", "roots", "SIGINT") in app.runs.orders


async def test_it_is_stopped_with_the_app(app: SupervisedApp) -> None:
    await app.ask(RAKE)
    await app.wait(1)
    await app.ask(Quit())
    await app.wait(1)
    assert await app.exit_code() == 0
    assert not app.runs.alive


async def test_where_the_procfile_has_a_type_of_that_name_it_is_refused() -> None:
    async with SupervisedApp(configuration("run: ./run\n")) as app:
        refused = await app.is_refused(RAKE)
        assert "the Procfile has a type of that name" in refused.what
        assert app.states.keys() == {"run.1"}


async def test_nothing_to_run_is_refused(app: SupervisedApp) -> None:
    refused = await app.is_refused(RunOneOff(words=()))
    assert refused.what == "nothing says what to run"
