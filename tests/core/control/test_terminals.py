"""Terminals over the socket: what reaches whom, in which order, and what ends with what."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proctor.control import wire
from proctor.control.client import RemoteSession, connect
from proctor.control.server import ControlServer
from proctor.control.terminal import TerminalItem, TerminalOutput, TerminalSaid
from proctor.control.terminal_frames import OpenTerminal
from proctor.errors import PlatformError, UserError
from support import histories
from support.eventually import eventually
from support.fakes import FakeSession


class PlayedTerminal:
    """A terminal that the test plays by hand."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.typed: list[bytes] = []
        self.sizes: list[tuple[int, int]] = []
        self.taken = 0
        self.closed = False
        self._items = asyncio.Queue[TerminalItem | None]()

    def plays(self, *items: TerminalItem | None) -> None:
        for item in items:
            self._items.put_nowait(item)

    def __aiter__(self) -> AsyncIterator[TerminalItem]:
        return self

    async def __anext__(self) -> TerminalItem:
        item = await self._items.get()
        if item is None:
            raise StopAsyncIteration
        self.taken += 1
        return item

    async def write(self, data: bytes) -> None:
        self.typed.append(data)

    async def resize(self, columns: int, rows: int) -> None:
        self.sizes.append((columns, rows))

    async def close(self) -> None:
        self.closed = True


class SessionWithTerminals(FakeSession):
    """A session whose process web.1 has a terminal."""

    def __init__(self) -> None:
        super().__init__(histories.shop())
        self.terminal = PlayedTerminal("web.1")

    async def open_terminal(self, process: str, *, columns: int, rows: int) -> PlayedTerminal:
        if process != "web.1":
            raise UserError(f"{process} has no terminal", hint="It runs with pipes")
        self.terminal.sizes.append((columns, rows))
        return self.terminal


@pytest.fixture
def session() -> SessionWithTerminals:
    return SessionWithTerminals()


async def test_output_words_input_and_sizes_pass_in_order(
    remote: RemoteSession, session: SessionWithTerminals
) -> None:
    played = session.terminal
    items = [TerminalOutput(b"\xff\x00one"), TerminalSaid("ended", over=True), TerminalOutput(b"2")]
    async with await remote.open_terminal("web.1", columns=80, rows=24) as terminal:
        assert terminal.process == "web.1"
        played.plays(*items)
        await terminal.write(b"\x03")
        await terminal.resize(100, 30)
        await eventually(lambda: played.sizes == [(80, 24), (100, 30)])
        assert played.typed == [b"\x03"]
        played.plays(None)
        assert [item async for item in terminal] == items


async def test_what_cannot_be_opened_says_why(remote: RemoteSession) -> None:
    with pytest.raises(UserError, match=r"worker\.1 has no terminal") as refused:
        await remote.open_terminal("worker.1", columns=80, rows=24)
    assert refused.value.hint == "It runs with pipes"


async def test_who_closes_a_terminal_or_leaves_is_attached_no_more(
    server: ControlServer, path: Path, session: SessionWithTerminals
) -> None:
    async with await connect(path) as remote:
        terminal = await remote.open_terminal("web.1", columns=80, rows=24)
        await terminal.close()
        await eventually(lambda: session.terminal.closed)
        session.terminal = PlayedTerminal("web.1")
        await remote.open_terminal("web.1", columns=80, rows=24)
    await eventually(lambda: session.terminal.closed)


async def test_who_takes_nothing_is_sent_a_few_frames_and_no_more(
    remote: RemoteSession, session: SessionWithTerminals
) -> None:
    played = session.terminal
    terminal = await remote.open_terminal("web.1", columns=80, rows=24)
    played.plays(*[TerminalOutput(b"x" * 1000)] * 100)
    await eventually(lambda: played.taken >= 8)
    await remote.snapshot()  # others of its requests are answered meanwhile
    assert played.taken <= 9
    for _ in range(50):
        await anext(terminal)
    await eventually(lambda: played.taken >= 58)
    assert played.taken <= 59


async def test_a_supervisor_that_has_gone_ends_its_terminals_with_a_problem(
    server: ControlServer, remote: RemoteSession, session: SessionWithTerminals
) -> None:
    terminal = await remote.open_terminal("web.1", columns=80, rows=24)
    await server.close(within_seconds=0)
    with pytest.raises(PlatformError, match="the supervisor of this app has gone"):
        await anext(terminal)
    await terminal.write(b"nobody hears it")
    with pytest.raises(StopAsyncIteration):
        await anext(terminal)
    await terminal.close()


async def test_a_number_that_is_used_twice_ends_the_client(
    raw: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = raw
    frame = OpenTerminal(id=1, process="web.1", columns=80, rows=24)
    for each in (wire.Hello(program="test"), frame, frame):
        await wire.send(writer, each)
    said = b""
    while body := await wire.read_body(reader):
        said += body
    assert b"the client used one number twice" in said
