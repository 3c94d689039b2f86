"""Several clients of one supervisor at once, over real sockets: all are told the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from proctor.control.client import RemoteSession, connect
from proctor.control.server import ControlServer
from proctor.control.session import WindowRequest
from proctor.model.commands import Accepted, Restart, Scale
from proctor.model.events import AnyMessage, CommandAccepted, OutputAppended
from support.eventually import eventually
from support.session_of_app import SessionOfApp
from support.supervised import SupervisedApp, sequences


class Client:
    """What a screen or a script does: it takes a snapshot, then follows."""

    def __init__(self, session: RemoteSession) -> None:
        self.session = session
        self.after = 0
        self.told: list[AnyMessage] = []
        self._following: asyncio.Task[None] | None = None

    async def look(self) -> None:
        self.after = (await self.session.snapshot()).sequence

    def follow(self) -> None:
        self._following = asyncio.create_task(self._follow())

    async def ended(self) -> None:
        assert self._following is not None
        await self._following

    def extent_of(self, process: str) -> tuple[int, int] | None:
        about = [m for m in self.told if isinstance(m, OutputAppended) and m.process == process]
        return (about[-1].first, about[-1].end) if about else None

    @property
    def commands(self) -> list[str]:
        return [each.words for each in self.told if isinstance(each, CommandAccepted)]

    async def _follow(self) -> None:
        async for message in self.session.messages(after=self.after):
            self.told.append(message)


class Served:
    """An app on a socket, and its clients."""

    def __init__(self, at: SessionOfApp, path: Path, stack: AsyncExitStack) -> None:
        self.at = at
        self._path = path
        self._stack = stack

    async def client(self) -> Client:
        session = await self._stack.enter_async_context(await connect(self._path))
        return Client(session)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with SupervisedApp() as app, AsyncExitStack() as stack:
        await app.wait(1)
        at = SessionOfApp(app)
        server = ControlServer(at.session)
        await server.listen(tmp_path / "app.sock")
        stack.push_async_callback(server.close)
        stack.callback(app.bus.end)
        yield Served(at, tmp_path / "app.sock", stack)


async def test_what_was_printed_between_the_snapshot_and_following_is_told(served: Served) -> None:
    client = await served.client()
    await client.look()
    served.at.prints("web.1", "one", "two")
    client.follow()
    await eventually(lambda: client.extent_of("web.1") == (0, 2))


async def test_two_screens_and_a_late_script_are_told_the_same(served: Served) -> None:
    first, second, late = [await served.client() for _ in range(3)]
    for client in (first, second):
        await client.look()
        client.follow()
    assert isinstance(await first.session.send(Scale(quantities={"web": 3}, by="slider")), Accepted)
    assert isinstance(await second.session.send(Restart(target="worker", by="cli")), Accepted)
    await served.at.app.wait(1)
    served.at.prints("web.3", "hello")
    late.after = first.after  # a script that knows of the app as it was before all that
    late.follow()
    await eventually(lambda: all(each.extent_of("web.3") for each in (first, second, late)))
    served.at.app.bus.end()
    for client in (first, second, late):
        await client.ended()
        assert sequences(client.told) == list(
            range(first.after + 1, served.at.app.bus.sequence + 1)
        )
        assert client.commands == ["scaled web 1 → 3", "restarting worker.1"]
        assert client.extent_of("web.3") == (0, 1)


async def test_a_client_that_leaves_takes_nothing_from_the_others(served: Served) -> None:
    leaving, asking, other = [await served.client() for _ in range(3)]
    for client in (leaving, other):
        client.follow()
    await eventually(lambda: bool(leaving.told and other.told))
    await leaving.session.close()
    await leaving.ended()
    served.at.prints("web.1", *(f"line {number}" for number in range(1000)))
    await eventually(lambda: other.extent_of("web.1") == (0, 1000))
    (window,) = await asking.session.windows([WindowRequest(journal="web.1", count=1)])
    assert [row.data for row in window.rows] == [b"line 999"]
