import asyncio
from collections.abc import AsyncIterator

import pytest

from proctor.control.local import MOST_EVENTS, MOST_ROWS
from proctor.control.session import EVERYTHING, Session, WindowRequest
from proctor.model.commands import Accepted, Quit, Refused, Restart, Scale, SetWatch
from proctor.model.events import (
    Announced,
    AppStopped,
    Lagged,
    OutputAppended,
    ProcessStateChanged,
)
from proctor.runtime.mailbox import ConfigurationRead
from support import histories
from support.session_of_app import USAGE, SessionOfApp
from support.supervised import SupervisedApp, configuration, reading, sequences


@pytest.fixture
async def at() -> AsyncIterator[SessionOfApp]:
    async with SupervisedApp() as app:
        await app.wait(1)
        yield SessionOfApp(app)


def test_it_is_a_session() -> None:
    session: Session = SessionOfApp(SupervisedApp()).session
    assert session is not None


async def test_a_command_is_answered_as_soon_as_it_is_decided(at: SessionOfApp) -> None:
    at.app.runs.stubborn = {"web"}
    reply = await at.session.send(Restart(target="web"))
    assert isinstance(reply, Accepted)
    assert at.app.state("web.1") == "stopping"


async def test_a_refusal_says_what_and_how(at: SessionOfApp) -> None:
    reply = await at.session.send(Restart(target="wbe"))
    assert isinstance(reply, Refused)
    assert reply.hint == "The nearest name is 'web'"


async def test_commands_of_many_are_decided_in_order_and_each_gets_its_own_answer(
    at: SessionOfApp,
) -> None:
    asked = [at.session.send(Scale(steps={"web": 1})) for _ in range(20)]
    replies = await asyncio.gather(*asked)
    words = [reply.words for reply in replies if isinstance(reply, Accepted)]
    assert words == [f"scaled web {number} → {number + 1}" for number in range(1, 21)]


async def test_who_asked_and_waits_no_more_disturbs_nobody(at: SessionOfApp) -> None:
    waiting = asyncio.create_task(at.session.send(Scale(quantities={"web": 2})))
    await asyncio.sleep(0)
    waiting.cancel()
    await at.app.settle()
    assert at.app.state("web.2") == "up"


async def test_a_snapshot_is_all_there_is_to_see(at: SessionOfApp) -> None:
    at.prints("web.1", "one", "two")
    await at.session.send(SetWatch(on=True))
    seen = await at.session.snapshot()
    assert seen.sequence == at.app.bus.sequence
    assert seen.app == histories.app()
    assert [(view.type, view.quantity) for view in seen.types] == [("web", 1), ("worker", 1)]
    assert [(view.name, view.state) for view in seen.processes] == [
        ("web.1", "up"),
        ("worker.1", "up"),
    ]
    assert seen.watch.on
    assert seen.usage == USAGE
    assert seen.journals == {"web.1": (0, 2), "worker.1": (0, 0)}
    assert (seen.stopping, seen.pending) == (False, None)


async def test_a_snapshot_says_what_waits_and_that_all_is_being_stopped(at: SessionOfApp) -> None:
    new = configuration("web: ./web --new\nworker: ./worker\n")
    await at.app.post(ConfigurationRead(reading=reading("f1", apply=False), configuration=new))
    assert (await at.session.snapshot()).pending == "changed command of web"
    at.app.runs.stubborn = {"web"}
    await at.session.send(Quit())
    assert (await at.session.snapshot()).stopping


async def test_events_follow_a_snapshot_without_gap_or_repetition(at: SessionOfApp) -> None:
    seen = await at.session.snapshot()
    await at.session.send(Restart(target="worker"))
    await at.app.wait(1)
    at.app.bus.end()
    messages = await at.all_messages(after=seen.sequence)
    assert sequences(messages) == list(range(seen.sequence + 1, at.app.bus.sequence + 1))
    changed = [each for each in messages if isinstance(each, ProcessStateChanged)]
    assert changed[-1].process.state == "up"


async def test_the_last_event_says_that_the_app_has_stopped_and_then_messages_end(
    at: SessionOfApp,
) -> None:
    following = asyncio.create_task(at.all_messages(after=at.app.bus.sequence))
    await asyncio.sleep(0)
    await at.session.send(Quit())
    await at.app.exit_code()
    at.app.bus.end()
    assert isinstance((await following)[-1], AppStopped)


async def test_a_notice_replaces_the_one_before_it(at: SessionOfApp) -> None:
    messages = at.session.messages(after=at.app.bus.sequence)
    first = asyncio.ensure_future(anext(messages))
    await asyncio.sleep(0)
    for end in range(1, 1000):
        at.app.bus.notify(OutputAppended(process="web.1", first=0, end=end))
    at.app.bus.end()
    told = [await first, *[message async for message in messages]]
    assert told == [OutputAppended(process="web.1", first=0, end=999)]


async def test_who_is_too_slow_is_told_how_much_was_missed(at: SessionOfApp) -> None:
    messages = at.session.messages(after=at.app.bus.sequence)
    first = asyncio.ensure_future(anext(messages))
    await asyncio.sleep(0)
    for number in range(MOST_EVENTS + 10):
        at.app.bus.publish(Announced(cause="app", level="information", words=str(number)))
    at.app.bus.end()
    told = [await first, *[message async for message in messages]]
    lagged = told[0]
    assert isinstance(lagged, Lagged)
    assert lagged.missed + len(told) - 1 == MOST_EVENTS + 10
    assert sequences(told[1:])[-1] == at.app.bus.sequence


async def test_who_stops_following_is_told_nothing_more(at: SessionOfApp) -> None:
    at.app.bus.unsubscribe(at.app.recorder)
    following = asyncio.create_task(at.all_messages())
    await asyncio.sleep(0)
    assert [at.app.bus.followed] == [True]
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert not at.app.bus.followed


async def test_windows_give_the_rows_that_are_kept(at: SessionOfApp) -> None:
    at.prints("web.1", *(f"line {number}" for number in range(10)))
    last, from_two, all_ = await at.session.windows(
        [
            WindowRequest(journal="web.1", count=2),
            WindowRequest(journal="web", count=3, first=2),
            WindowRequest(journal=EVERYTHING, count=100),
        ]
    )
    assert [row.data for row in last.rows] == [b"line 8", b"line 9"]
    assert [row.data for row in from_two.rows] == [b"line 2", b"line 3", b"line 4"]
    assert len(all_.rows) == 10


@pytest.mark.parametrize(("count", "rows"), [(-5, 0), (0, 0), (10**9, MOST_ROWS)])
async def test_no_request_gets_more_rows_than_fit(at: SessionOfApp, count: int, rows: int) -> None:
    at.prints("web.1", *(["x"] * (MOST_ROWS + 5)))
    (window,) = await at.session.windows([WindowRequest(journal="web.1", count=count)])
    assert len(window.rows) == rows


async def test_a_session_that_is_closed_leaves_the_app_running(at: SessionOfApp) -> None:
    await at.session.close()
    assert not at.app.ended()


async def test_what_nobody_decides_upon_any_more_is_refused(at: SessionOfApp) -> None:
    await at.session.send(Quit())
    await at.app.exit_code()
    waiting = asyncio.create_task(at.session.send(Restart()))
    await asyncio.sleep(0)
    at.session.end()
    refused = Refused(what="the app has ended", exit_code=3)
    assert await waiting == refused
    assert await at.session.send(Restart()) == refused
