import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proctor.model.events import Lagged
from proctor_tui.follow import Follower, WindowFetcher
from proctor_tui.view import Part, from_snapshot
from support import histories
from support.fakes import FakeSession


class Pane:
    """What a fetcher needs of a pane."""

    is_mounted = True

    def __init__(self) -> None:
        self.windows: list[object] = []

    def window(self, window: object) -> None:
        self.windows.append(window)


class Waking:
    """Counts how often the screen is woken."""

    def __init__(self) -> None:
        self.times = 0
        self.happened = asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self.happened.set()


@asynccontextmanager
async def following(session: FakeSession) -> AsyncIterator[tuple[Follower, Waking]]:
    woken = Waking()
    follower = Follower(session, from_snapshot(await session.snapshot()), woken)
    task = asyncio.create_task(follower.run())
    await session.followed.wait()
    try:
        yield follower, woken
    finally:
        session.end()
        await task


async def test_a_thousand_messages_wake_the_screen_once_and_are_shown_together() -> None:
    session = FakeSession(histories.shop())
    async with following(session) as (follower, woken):
        for number in range(1000):
            session.output("web.1", f"line {number}")
        session.tell(session.state_changed("web.4", "up"))
        await woken.happened.wait()  # all of it waits in the queue: it is heard in one go
        view, parts = follower.take()
        assert woken.times == 1
        assert parts == Part.OUTPUT | Part.PROCESSES
        assert view.journals["web.1"] == (0, 1000)


async def test_what_was_taken_is_not_shown_again() -> None:
    session = FakeSession(histories.shop())
    async with following(session) as (follower, woken):
        session.output("web.1", "a line")
        await woken.happened.wait()
        assert follower.take()[0].touched == frozenset({"web.1"})
        assert not follower.dirty
        assert follower.take() == (follower.view, Part.NOTHING)
        assert follower.view.touched == frozenset()


async def test_after_missed_messages_everything_is_shown_from_a_fresh_snapshot() -> None:
    session = FakeSession(histories.shop())
    async with following(session) as (follower, woken):
        session._remember(session.state_changed("web.4", "up"))  # happens unheard
        session.tell(Lagged(missed=1))
        await woken.happened.wait()
        view, parts = follower.take()
        assert parts == Part.ALL
        assert view.processes["web.4"].state == "up"


async def test_lines_printed_before_the_first_notice_are_caught_up_with() -> None:
    session = FakeSession(histories.shop())
    woken = Waking()
    follower = Follower(session, from_snapshot(await session.snapshot()), woken)
    session.output("web.1", "printed in between")
    task = asyncio.create_task(follower.run())
    await woken.happened.wait()
    assert follower.take()[0].journals["web.1"] == (0, 1)
    session.end()
    await task


async def test_a_pane_gets_its_newest_wish_only_and_one_request_is_on_its_way() -> None:
    session = FakeSession(histories.shop())
    session.output("web.1", *(f"line {number}" for number in range(50)))
    fetcher, pane = WindowFetcher(session), Pane()
    assert fetcher.want(pane, "web.1", 0, 10)  # type: ignore[arg-type]  # stands in for a pane
    assert fetcher.want(pane, "web.1", None, 5)  # type: ignore[arg-type]  # the same
    await fetcher.fetch()
    assert [(request.first, request.count) for request in session.asked] == [(None, 5)]
    assert len(pane.windows) == 1
    assert not fetcher.busy


async def test_a_pane_that_has_gone_gets_nothing() -> None:
    session = FakeSession(histories.shop())
    fetcher, pane = WindowFetcher(session), Pane()
    pane.is_mounted = False
    fetcher.want(pane, "web.1", None, 5)  # type: ignore[arg-type]  # stands in for a pane
    await fetcher.fetch()
    assert pane.windows == []
