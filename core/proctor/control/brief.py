"""A client for commands that ask, print the answer and end: it waits in the system, not in asyncio.

To load asyncio takes as long as all else that such a command does. What it awaits never suspends,
so that nothing else has to run meanwhile:

    async def look() -> Snapshot:
        with connect_briefly(path) as session:
            return await session.snapshot()

    run_briefly(look())
"""

import _socket  # without socket, which loads selectors and makes enumerations
import os
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from proctor.control import wire
from proctor.control.greeting import (
    hello,
    no_answer,
    require_capability,
    require_ours,
    supervisor_gone,
    unreachable,
    welcome_in,
)
from proctor.control.session import WindowRequest
from proctor.errors import PlatformError
from proctor.logs.window import Window
from proctor.model.commands import AnyCommand, Reply
from proctor.model.events import Snapshot
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView

_GREETING_SECONDS = 5.0
_Result = TypeVar("_Result")
_Answer = TypeVar("_Answer", bound=wire.FromServer)


def run_briefly(asking: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine that awaits brief sessions alone, without an event loop.

    Raises:
        RuntimeError: it awaited something else.
    """
    try:
        asking.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    asking.close()
    raise RuntimeError("a brief command waited for something that only an event loop can bring")


def connect_briefly(path: Path) -> "BriefSession":
    """A session with the supervisor that listens at this path.

    Raises:
        NotRunning: nobody listens there; a stale socket counts as nobody.
        PlatformError: who listens there is no proctor, not of this user, or of another version.
    """
    connection = _socket.socket(_socket.AF_UNIX)
    try:
        connection.settimeout(_GREETING_SECONDS)
        try:
            connection.connect(os.fsencode(path))
        except OSError as error:
            raise unreachable(path, error) from error
        require_ours(connection, path)
        return BriefSession(connection)
    except BaseException:
        connection.close()
        raise


class BriefSession:
    """What a `Session` can be asked, but for what it would go on telling.

    Args:
        connection: a socket that is connected to a supervisor, and ours from now on; who greets
            within its timeout may take any time to answer.
    """

    def __init__(self, connection: _socket.socket) -> None:
        self._connection = connection
        self._number = 0
        try:
            body = self._read_greeting()
        except TimeoutError as error:
            raise no_answer(connection) from error
        self._capabilities = welcome_in(body).capabilities
        connection.settimeout(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(OSError):
            self._connection.sendall(wire.encode(wire.Bye()))
        self._connection.close()

    async def send(self, command: AnyCommand) -> Reply:
        """As of a `Session`."""
        frame = wire.SendCommand(id=self._next_number(), command=command)
        return self._ask(frame, wire.Replied).reply

    async def snapshot(self) -> Snapshot:
        """As of a `Session`."""
        return self._ask(wire.TakeSnapshot(id=self._next_number()), wire.SnapshotTaken).snapshot

    async def windows(self, requests: Sequence[WindowRequest]) -> Sequence[Window]:
        """As of a `Session`."""
        frame = wire.TakeWindows(id=self._next_number(), requests=tuple(requests))
        return self._ask(frame, wire.WindowsTaken).windows

    async def environment(
        self, process: str | None = None, *, with_values: bool = False
    ) -> EnvironmentView:
        """As of a `Session`."""
        require_capability("environment", self._capabilities)
        number = self._next_number()
        frame = wire.TakeEnvironment(id=number, process=process, with_values=with_values)
        return self._ask(frame, wire.EnvironmentTaken).environment

    async def explain(self, process: str) -> Explanation:
        """As of a `Session`."""
        require_capability("explain", self._capabilities)
        frame = wire.Explain(id=self._next_number(), process=process)
        return self._ask(frame, wire.Explained).explanation

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _read_greeting(self) -> bytes | None:
        try:
            self._connection.sendall(wire.encode(hello()))
            return self._read_body()
        except ConnectionError:
            return None

    def _ask(self, frame: wire.FromClient, kind: type[_Answer]) -> _Answer:
        try:
            self._connection.sendall(wire.encode(frame))
            body = self._read_body()
        except OSError as error:
            raise supervisor_gone() from error
        if body is None:
            raise supervisor_gone()
        found = wire.decode_from_server(body)
        if isinstance(found, wire.Failed):
            raise wire.problem(found)
        if not isinstance(found, kind):
            raise PlatformError("the supervisor answered something else than what was asked")
        return found

    def _read_body(self) -> bytes | None:
        """The next message; None where the connection has ended."""
        head = self._read(wire.LENGTH_BYTES)
        return None if head is None else self._read(wire.length_in(head))

    def _read(self, size: int) -> bytes | None:
        found = bytearray()
        while len(found) < size:
            piece = self._connection.recv(min(size - len(found), 1 << 18))
            if not piece:
                return None
            found += piece
        return bytes(found)
