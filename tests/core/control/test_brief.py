"""The client that waits in the system: it is told what the other is told, in the same words."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from proctor.control import wire
from proctor.control.brief import BriefSession, connect_briefly, run_briefly
from proctor.control.greeting import ConnectionEnded
from proctor.control.server import ControlServer
from proctor.control.session import WindowRequest
from proctor.errors import NotRunning, PlatformError
from proctor.logs.window import EVERYTHING
from proctor.model.commands import Accepted, Refused, Scale, Stop
from support.fakes import FakeSession

Told = TypeVar("Told")


async def asked(path: Path, ask: Callable[[BriefSession], Told]) -> Told:
    """What is answered to `ask`, which blocks: the server has its turn meanwhile."""

    def connected() -> Told:
        with connect_briefly(path) as session:
            return ask(session)

    return await asyncio.to_thread(connected)


async def test_all_there_is_to_see_is_told(
    server: ControlServer, session: FakeSession, path: Path
) -> None:
    found = await asked(path, lambda each: run_briefly(each.snapshot()))
    assert found == await session.snapshot()


async def test_commands_are_decided_one_after_the_other(server: ControlServer, path: Path) -> None:
    def steer(session: BriefSession) -> list[type]:
        commands = (Stop(target="web.1", by="cli"), Scale(quantities={"web": 2}, by="cli"))
        return [type(run_briefly(session.send(command))) for command in commands]

    assert set(await asked(path, steer)) <= {Accepted, Refused}


async def test_lines_are_told(server: ControlServer, session: FakeSession, path: Path) -> None:
    request = WindowRequest(journal=EVERYTHING, count=5)
    found = await asked(path, lambda each: run_briefly(each.windows([request])))
    assert list(found) == list(await session.windows([request]))


async def test_nobody_at_the_socket_and_a_stale_one_are_not_running(path: Path) -> None:
    with pytest.raises(NotRunning, match="this app is not running"):
        connect_briefly(path)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(NotRunning, match="this app is not running"):
        connect_briefly(path)


def test_a_stopped_supervisor_is_told_with_the_way_to_let_it_go_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctor.control.brief._GREETING_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(path))
        stopped.listen()
        with pytest.raises(PlatformError, match=f"'kill -CONT {os.getpid()}' lets it go on"):
            connect_briefly(path)


async def test_a_supervisor_that_goes_while_it_is_asked_is_told(path: Path) -> None:
    async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.read_body(reader)
        await wire.send(writer, wire.Welcome(program="1", pid=1))
        await wire.read_body(reader)
        writer.close()

    async with await asyncio.start_unix_server(leaving, path):
        with pytest.raises(ConnectionEnded, match="the supervisor of this app has gone"):
            await asked(path, lambda each: run_briefly(each.snapshot()))


async def test_an_end_before_the_greeting_is_not_running(path: Path) -> None:
    async def ending(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.read_body(reader)
        writer.close()

    async with await asyncio.start_unix_server(ending, path):
        with pytest.raises(NotRunning, match="has just ended"):
            await asyncio.to_thread(connect_briefly, path)


async def test_a_listener_that_is_no_proctor_is_told_from_one(path: Path) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n" * 2)
        await reader.read(1)
        writer.close()

    async with await asyncio.start_unix_server(other, path):
        with pytest.raises(PlatformError, match="It is no proctor"):
            await asyncio.to_thread(connect_briefly, path)


async def test_what_waits_for_an_event_loop_is_refused_instead_of_never_ending() -> None:
    with pytest.raises(RuntimeError, match="only an event loop"):
        run_briefly(asyncio.sleep(0))
