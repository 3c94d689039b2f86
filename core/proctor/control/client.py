"""The client's end of the control socket: a session with a supervisor in another process."""

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Self, TypeVar

from proctor.control import wire
from proctor.control.backlog import Backlog
from proctor.control.greeting import (
    hello,
    no_answer,
    require_capability,
    require_ours,
    supervisor_gone,
    unreachable,
    welcome_in,
)
from proctor.control.remote_searches import RemoteSearches
from proctor.control.remote_terminals import RemoteTerminal, RemoteTerminals
from proctor.control.session import WindowRequest
from proctor.control.terminal_frames import (
    OpenTerminal,
    TerminalEnded,
    TerminalOpened,
    TerminalTold,
)
from proctor.errors import PlatformError, ProctorError
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.window import Window
from proctor.model.commands import AnyCommand, Reply
from proctor.model.events import AnyMessage, Snapshot
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView

_GREETING_SECONDS = 5.0
_Answer = TypeVar("_Answer", bound=wire.FromServer)


async def connect(path: Path) -> "RemoteSession":
    """A session with the supervisor that listens at this path.

    Raises:
        NotRunning: nobody listens there; a stale socket counts as nobody.
        PlatformError: who listens there is no proctor, not of this user, or of another version.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(_GREETING_SECONDS):
            await asyncio.get_running_loop().sock_connect(connection, os.fsencode(path))
    except OSError as error:
        connection.close()
        raise unreachable(path, error) from error
    try:
        require_ours(connection, path)
    except PlatformError:
        connection.close()
        raise
    return await RemoteSession.over(connection, patience_seconds=_GREETING_SECONDS)


class RemoteSession:
    """A `Session` over a socket. Close it, or use it as an asynchronous context.

    `pid` is the supervisor's.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: wire.Welcome
    ) -> None:
        self.pid = welcome.pid
        self._capabilities = welcome.capabilities
        self._searches = RemoteSearches(self._write)
        self._terminals = RemoteTerminals(self._write)
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._pending: dict[int, asyncio.Future[wire.FromServer]] = {}
        self._followed: dict[int, Backlog] = {}
        self._failed_follows: dict[int, ProctorError] = {}
        self._problem: ProctorError | None = None
        self._listening = asyncio.get_running_loop().create_task(
            self._listen(), name="listen to the supervisor"
        )

    @classmethod
    async def over(
        cls, connection: socket.socket, *, patience_seconds: float | None = None
    ) -> Self:
        """A session over a socket that is connected to a supervisor already.

        Without `patience_seconds` it waits for the greeting as long as the other end is there: a
        supervisor that starts may have to wait for an earlier run to end.

        Raises:
            PlatformError: who is there is no proctor, or of another version.
        """
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        try:
            async with asyncio.timeout(patience_seconds):
                welcome = await _greet(reader, writer)
        except TimeoutError as error:
            problem = no_answer(connection)
            writer.transport.abort()
            raise problem from error
        except BaseException:
            writer.transport.abort()
            raise
        return cls(reader, writer, welcome)

    async def send(self, command: AnyCommand) -> Reply:
        """Ask for something; returns as soon as it is decided, not when it is done."""
        number = next(self._numbers)
        frame = wire.SendCommand(id=number, command=command)
        return (await self._ask(frame, number, wire.Replied)).reply

    async def snapshot(self) -> Snapshot:
        """All there is to see now."""
        number = next(self._numbers)
        return (await self._ask(wire.TakeSnapshot(id=number), number, wire.SnapshotTaken)).snapshot

    async def windows(self, requests: Sequence[WindowRequest]) -> Sequence[Window]:
        """The lines asked for, as far as they are kept; long answers are cut short."""
        number = next(self._numbers)
        frame = wire.TakeWindows(id=number, requests=tuple(requests))
        return (await self._ask(frame, number, wire.WindowsTaken)).windows

    async def messages(self, *, after: int) -> AsyncGenerator[AnyMessage, None]:
        """Events after the given sequence, and notices, until the supervisor ends.

        After a `Lagged` the subscriber takes a fresh snapshot and goes on.

        Raises:
            PlatformError: the supervisor cannot tell any more, or said what nobody understands.
        """
        number = next(self._numbers)
        backlog = self._followed[number] = Backlog(limit=wire.LARGEST_BACKLOG)
        if self._listening.done():
            backlog.end()
        try:
            await self._write(wire.Follow(id=number, after=after))
            while batch := await backlog.take():
                for message in batch:
                    yield message
        except ConnectionError:
            pass  # the supervisor has gone: that ends what it tells
        finally:
            problem = self._failed_follows.pop(number, self._problem)
            if self._followed.pop(number, None) is not None:
                with suppress(ConnectionError):
                    self._writer.write(wire.encode(wire.Unfollow(id=number)))
        if problem is not None:
            raise problem

    async def search(self, query: SearchQuery) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        """The lines that match, and how far the search has come; close it to end it early.

        Raises:
            UserError: the pattern is none, or takes too long.
            PlatformError: the supervisor cannot search, or has gone.
        """
        if self._listening.done():
            raise self._ended()
        if "search" not in self._capabilities:
            raise PlatformError("this app is run by an earlier proctor, which cannot search",
                                hint="Start it again")  # fmt: skip
        try:
            async with aclosing(self._searches.search(next(self._numbers), query)) as found:
                async for item in found:
                    yield item
        except ConnectionError as error:
            raise self._ended() from error

    async def environment(
        self, process: str | None = None, *, with_values: bool = False
    ) -> EnvironmentView:
        """What a process was given at its start; without one, what those get that start now.

        Raises:
            UserError: the process does not run.
            PlatformError: the supervisor is an earlier one that cannot tell.
        """
        require_capability("environment", self._capabilities)
        number = next(self._numbers)
        frame = wire.TakeEnvironment(id=number, process=process, with_values=with_values)
        return (await self._ask(frame, number, wire.EnvironmentTaken)).environment

    async def explain(self, process: str) -> Explanation:
        """Why a process is in its state: its moves and their causes, and a crash's last words.

        Raises:
            UserError: there is no such process.
            PlatformError: the supervisor is an earlier one that cannot tell.
        """
        require_capability("explain", self._capabilities)
        number = next(self._numbers)
        frame = wire.Explain(id=number, process=process)
        return (await self._ask(frame, number, wire.Explained)).explanation

    async def open_terminal(self, process: str, *, columns: int, rows: int) -> RemoteTerminal:
        """The terminal of a process, to read and to type.

        Raises:
            UserError: there is no such process, or it runs with pipes.
            PlatformError: the supervisor is too old to give one, or has gone.
        """
        if "terminal" not in self._capabilities:
            raise PlatformError("this app is run by an earlier proctor, which gives no terminals",
                                hint="Start it again")  # fmt: skip
        number = next(self._numbers)
        terminal = self._terminals.new(number)
        frame = OpenTerminal(id=number, process=process, columns=columns, rows=rows)
        try:
            opened = await self._ask(frame, number, TerminalOpened)
        except BaseException:
            self._terminals.forget(number)
            raise
        terminal.process = opened.process
        return terminal

    async def give_up_lease(self) -> None:
        """Let the app go on when this session ends; only the lease's holder has one to give up."""
        await self._write(wire.GiveUpLease())

    async def close(self) -> None:
        """Leave. A screen that holds the lease ends the app by leaving."""
        with suppress(ConnectionError):
            self._writer.write(wire.encode(wire.Bye()))
        self._writer.close()
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._forget_everything()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def _ask(self, frame: wire.FromClient, number: int, kind: type[_Answer]) -> _Answer:
        if self._listening.done():
            raise self._ended()
        answer = self._pending[number] = asyncio.get_running_loop().create_future()
        try:
            await self._write(frame)
            found = await answer
        except ConnectionError as error:
            raise self._ended() from error
        finally:
            self._pending.pop(number, None)
        if isinstance(found, wire.Failed):
            raise wire.problem(found)
        if not isinstance(found, kind):
            raise PlatformError("the supervisor answered something else than what was asked")
        return found

    async def _write(self, frame: wire.FromClient) -> None:
        await wire.send(self._writer, frame)

    async def _listen(self) -> None:
        """Hand every frame to whoever waits for it, until the connection ends."""
        try:
            while (body := await wire.read_body(self._reader)) is not None:
                self._hand_over(wire.decode_from_server(body))
        except ProctorError as error:
            self._problem = error
        finally:
            self._forget_everything()

    def _hand_over(self, frame: wire.FromServer) -> None:
        match frame:
            case wire.Told():
                if (backlog := self._followed.get(frame.id)) is not None:
                    for message in frame.messages:
                        backlog.put(message)
            case wire.FollowEnded():
                if (backlog := self._followed.get(frame.id)) is not None:
                    backlog.end()
            case wire.SearchTold() | wire.SearchEnded():
                self._searches.take(frame)
            case TerminalTold() | TerminalEnded():
                self._terminals.take(frame)
            case wire.Welcome():
                raise PlatformError("the supervisor greeted twice")
            case wire.Failed(id=None):
                raise wire.problem(frame)
            case _:
                self._settle(frame)

    def _settle(self, frame: wire.Answer) -> None:
        assert frame.id is not None
        if (backlog := self._followed.get(frame.id)) is not None and isinstance(frame, wire.Failed):
            self._failed_follows[frame.id] = wire.problem(frame)
            backlog.end()
        if isinstance(frame, wire.Failed):
            self._searches.fail(frame.id, wire.problem(frame))
            self._terminals.fail(frame.id, wire.problem(frame))
        pending = self._pending.get(frame.id)
        if pending is not None and not pending.done():
            pending.set_result(frame)

    def _forget_everything(self) -> None:
        for backlog in self._followed.values():
            backlog.end()
        for pending in self._pending.values():
            if not pending.done():
                pending.set_exception(self._ended())
        self._pending.clear()
        self._searches.fail_all(self._ended())
        self._terminals.fail_all(self._ended())

    def _ended(self) -> ProctorError:
        return self._problem or supervisor_gone()


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> wire.Welcome:
    body = None
    with suppress(ConnectionError):
        await wire.send(writer, hello())
        body = await wire.read_body(reader)
    return welcome_in(body)
