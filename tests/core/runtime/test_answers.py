import signal
from collections.abc import AsyncIterator

import pytest

from proctor.model.commands import (
    Accepted,
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Restart,
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.type_settings import TypeSettings
from proctor.runtime.slot import signal_number
from support.supervised import SupervisedApp, changed, configuration


@pytest.fixture
async def app() -> AsyncIterator[SupervisedApp]:
    """An app of three webs and a worker that are up, and a clock that is not wanted."""
    procfile = "web: ./web\nworker: ./worker\nclock: ./clock\n"
    async with SupervisedApp(configuration(procfile, formation={"web": 3, "clock": 0})) as app:
        await app.wait(1)
        app.forget()
        yield app


ANSWERS: list[tuple[AnyCommand, str]] = [
    (Scale(quantities={"web": 4}), "scaled web 3 → 4"),
    (Scale(quantities={"web": 1}, steps={"worker": 2}), "scaled web 3 → 1, worker 1 → 3"),
    (Scale(quantities={"all": 2}), "scaled web 3 → 2, worker 1 → 2, clock 0 → 2"),
    (Restart(), "restarting everything"),
    (Restart(target="web"), "restarting web (3 processes)"),
    (Restart(target="web.2"), "restarting web.2"),
    (Restart(target="worker"), "restarting worker.1"),
    (Start(target="web"), "starting web (3 processes)"),
    (Stop(target="web.1"), "stopping web.1"),
    (Stop(), "stopping everything"),
    (Kill(target="web.1"), "sent SIGKILL to web.1"),
    (Kill(target="web", signal="usr1"), "sent SIGUSR1 to web (3 processes)"),
    (Kill(target="all", signal="15"), "sent SIGTERM to everything"),
    (RunOneOff(words=("rake db:migrate | cat",)), "running `rake db:migrate | cat` as run.1"),
    (RunOneOff(words=("rake", "a b")), "running `rake 'a b'` as run.1"),
    (RunOneOff(words=("clock", "--once")), "running `./clock --once` as run.1"),
    (SetWatch(on=True), "watch on"),
    (SetWatch(on=False), "watch off"),
    (Reload(), "reading the Procfile and the env files again"),
    (Quit(), "stopping all processes"),
]


@pytest.mark.parametrize(("command", "words"), ANSWERS, ids=str)
async def test_each_command_says_what_is_being_done(
    app: SupervisedApp, command: AnyCommand, words: str
) -> None:
    reply = await app.ask(command)
    assert isinstance(reply, Accepted)
    assert reply.words == words


async def test_a_scale_that_changes_nothing_says_how_it_is(app: SupervisedApp) -> None:
    reply = await app.ask(Scale(quantities={"web": 3}))
    assert isinstance(reply, Accepted)
    assert reply.words == "nothing to scale: web is 3, worker is 1, clock is 0"
    assert app.runs.orders == []


async def test_a_second_stop_says_that_it_kills(app: SupervisedApp) -> None:
    app.runs.stubborn = {"web"}
    await app.ask(Stop(target="web.1"))
    reply = await app.ask(Stop(target="web.1"))
    assert isinstance(reply, Accepted)
    assert reply.words == "killing web.1"


UNKNOWN = [
    ("wbe", "The nearest name is 'web'"),
    ("web.4", "The nearest name is 'web.3'"),
    ("wroker.1", "The nearest name is 'worker.1'"),
    ("xyz", "There are web, worker, clock, web.1, web.2, web.3, worker.1"),
]


@pytest.mark.parametrize(("target", "hint"), UNKNOWN)
@pytest.mark.parametrize("ask", [Restart, Start, Stop, Kill])
async def test_an_unknown_target_is_refused_with_the_nearest_name(
    app: SupervisedApp, target: str, hint: str, ask: type[Restart | Start | Stop | Kill]
) -> None:
    refused = await app.is_refused(ask(target=target))
    assert refused.what == f"there is no process or process type '{target}'"
    assert refused.hint == hint
    assert refused.exit_code == 2
    assert app.runs.orders == []
    assert app.events == []


@pytest.mark.parametrize("ask", [Restart, Start, Stop, Kill])
async def test_a_type_without_processes_is_refused_with_the_way_to_have_one(
    app: SupervisedApp, ask: type[Restart | Start | Stop | Kill]
) -> None:
    refused = await app.is_refused(ask(target="clock"))
    assert refused.what == "clock has no processes"
    assert refused.hint == "Say: proctor scale clock=1"


async def test_a_scale_of_an_unknown_type_is_refused_with_the_nearest_name(
    app: SupervisedApp,
) -> None:
    refused = await app.is_refused(Scale(quantities={"wokrer": 2}))
    assert "wokrer" in refused.what
    assert refused.hint == "The nearest name is 'worker'"


async def test_a_signal_that_there_is_not_is_refused(app: SupervisedApp) -> None:
    refused = await app.is_refused(Kill(target="web.1", signal="HUPP"))
    assert refused.what == "'HUPP' is not a signal"
    assert app.runs.orders == []


async def test_what_does_not_run_cannot_be_signalled(app: SupervisedApp) -> None:
    await app.ask(Stop(target="all"))
    assert (await app.is_refused(Kill(target="web.1"))).what == "web.1 is not running"
    assert (await app.is_refused(Kill(target="all"))).what == "nothing is running"


async def test_a_signal_goes_to_the_leaders_and_a_kill_to_the_trees(app: SupervisedApp) -> None:
    app.runs.silent = {"web"}
    await app.ask(Kill(target="web.1", signal="HUP"))
    await app.ask(Kill(target="web.2"))
    assert app.runs.orders == [("signal_leader", "web.1#1", "SIGHUP"), ("kill", "web.2#1")]


async def test_what_was_killed_by_hand_is_wanted_and_comes_back(app: SupervisedApp) -> None:
    await app.ask(Kill(target="web.1"))
    await app.wait(0)
    assert app.state("web.1") == "up"
    assert app.runs.started == ["web.1#2"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("TERM", signal.SIGTERM),
        ("SIGTERM", signal.SIGTERM),
        ("hup", signal.SIGHUP),
        ("sigusr1", signal.SIGUSR1),
        ("9", signal.SIGKILL),
    ],
)
def test_signals_are_written_in_any_of_the_usual_ways(name: str, number: int) -> None:
    assert signal_number(name) == number


@pytest.mark.parametrize("name", ["", "SIG", "0", "-9", "9999", "TERM ", "NOPE", "SIGSIGTERM"])
def test_what_is_no_signal_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"signal|Signals"):
        signal_number(name)


@pytest.fixture
async def grouped() -> AsyncIterator[SupervisedApp]:
    """An app whose worker and clock are one group, and a mail that is its own and not wanted."""
    app = changed(
        configuration("web: ./web\nworker: ./worker\nclock: ./clock\nmail: ./mail\n",
                      formation={"worker": 2, "mail": 0}),
        types={
            "worker": TypeSettings(group="backend"),
            "clock": TypeSettings(group="backend"),
            "mail": TypeSettings(group="post"),
        },
    )  # fmt: skip
    async with SupervisedApp(app) as supervised:
        await supervised.wait(1)
        supervised.forget()
        yield supervised


async def test_a_groups_name_means_the_processes_of_its_types(grouped: SupervisedApp) -> None:
    for command, words in (
        (Stop(target="backend"), "stopping backend (3 processes)"),
        (Start(target="backend"), "starting backend (3 processes)"),
        (Restart(target="backend"), "restarting backend (3 processes)"),
        (Kill(target="backend", signal="USR1"), "sent SIGUSR1 to backend (3 processes)"),
    ):
        reply = await grouped.ask(command)
        assert isinstance(reply, Accepted)
        assert reply.words == words
        await grouped.wait(5)
        stopped = isinstance(command, Stop)
        assert (
            grouped.state("worker.2") == grouped.state("clock.1") == ("down" if stopped else "up")
        )
        assert grouped.state("web.1") == "up"


async def test_a_group_without_processes_says_how_to_start_them(grouped: SupervisedApp) -> None:
    refused = await grouped.is_refused(Restart(target="post"))
    assert (refused.what, refused.hint) == ("post has no processes", "Say: proctor scale mail=1")
    assert (await grouped.is_refused(Stop(target="backen"))).hint == (
        "The nearest name is 'backend'"
    )
