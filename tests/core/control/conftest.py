import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proctor.control.client import RemoteSession, connect
from proctor.control.server import ControlServer
from support import histories
from support.fakes import FakeSession


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(histories.shop())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.sock"


@pytest.fixture
async def server(session: FakeSession, path: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(session)
    await server.listen(path)
    yield server
    session.end()
    await server.close()
    assert server.clients == 0


@pytest.fixture
async def remote(server: ControlServer, path: Path) -> AsyncIterator[RemoteSession]:
    async with await connect(path) as remote:
        yield remote


@pytest.fixture
async def raw(
    server: ControlServer, path: Path
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that has not greeted yet."""
    reader, writer = await asyncio.open_unix_connection(path)
    yield reader, writer
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    """A screen's and a supervisor's end of one connection."""
    return socket.socketpair()
