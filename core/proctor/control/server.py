"""The control server: lets other processes of the same user hold a session, by a Unix socket.

It knows a `Session` and nothing of the supervisor behind it. A slow or stopped client costs
bounded memory and holds up nobody: what it was not told yet waits in a `Backlog`, and no more
requests of it are read until it takes its answers.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from proctor.control.listener import open_listener
from proctor.control.lock import peer_of
from proctor.control.serving import ClientConnection
from proctor.control.session import Session
from proctor.errors import PlatformError

#: How long the server's end waits for clients that still take the last messages and lines.
FAREWELL_SECONDS = 0.5
_MOST_CLIENTS = 200


class ControlServer:
    """Serves a session to clients until it is closed.

    `listen` opens the socket for anyone of this user; `adopt` serves somebody who is connected
    already, such as the screen that started this supervisor.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._clients: dict[asyncio.Task[None], ClientConnection] = {}
        self._leases: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._inode = 0
        self._closing = False

    async def listen(self, path: Path, opened: socket.socket | None = None) -> None:
        """Open the socket at this path, for this user alone; replaces a stale one.

        `opened` is its listening end, where that is open already. Asked again, it is opened anew;
        who is connected stays so.

        Raises:
            PlatformError: the socket cannot be made.
        """
        if self._server is not None:
            self._server.close()
        listener = opened or open_listener(path)
        self._path, self._inode = path, _inode(path)
        self._server = await asyncio.start_unix_server(self._connected, sock=listener)

    def adopt(
        self,
        connection: socket.socket,
        *,
        lease_ended: Callable[[], None],
        lease_given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Serve the client at the other end of a connected socket; it holds the lease.

        `lease_ended` is called once when the other end has gone, however it went, unless it gave
        the lease up before: then `lease_given_up` was called. A client that is merely stopped or
        slow keeps its lease. Neither is called after `close`.
        """
        serving = self._serve_adopted(connection, lease_ended, lease_given_up)
        task = asyncio.get_running_loop().create_task(serving, name="serve the lease")
        self._leases.add(task)
        task.add_done_callback(self._leases.discard)

    @property
    def reachable(self) -> bool:
        """Whether the socket still lies where it was opened; cleaners of old files may take it."""
        return self._path is None or os.path.lexists(self._path)

    @property
    def clients(self) -> int:
        """How many are served now."""
        return len(self._clients)

    async def close(self, *, within_seconds: float = FAREWELL_SECONDS) -> None:
        """Take no new clients, give the others a moment to leave by themselves, and leave.

        Close it after the session's messages have ended, so that what clients follow ends by
        itself, and while its log can still be read: who follows it asks for the last lines.
        """
        self._closing = True
        if self._server is not None:
            self._server.close()
        self._remove_socket()
        tasks = (*self._clients, *self._leases)
        if tasks:
            await asyncio.wait(tasks, timeout=within_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = ClientConnection(self._session, reader, writer)
        problem = self._reason_to_refuse(writer)
        serving = client.serve() if problem is None else client.refuse(problem)
        self._own(asyncio.get_running_loop().create_task(serving, name="serve a client"), client)

    def _reason_to_refuse(self, writer: asyncio.StreamWriter) -> PlatformError | None:
        try:
            _, uid = peer_of(writer.get_extra_info("socket"))
        except (OSError, PlatformError):
            return PlatformError("the system does not say which user connects to this app")
        if uid != os.geteuid():
            return PlatformError("this app is run by another user, who alone may steer it")
        if len(self._clients) >= _MOST_CLIENTS:
            return PlatformError(f"{_MOST_CLIENTS} clients are connected already")
        return None

    async def _serve_adopted(
        self,
        connection: socket.socket,
        lease_ended: Callable[[], None],
        lease_given_up: Callable[[], None],
    ) -> None:
        held = True

        def give_up() -> None:
            nonlocal held
            if held:
                held = False
                lease_given_up()

        with suppress(OSError):  # it left before it was served
            reader, writer = await asyncio.open_unix_connection(sock=connection)
            client = ClientConnection(self._session, reader, writer, give_up)
            task = asyncio.get_running_loop().create_task(client.serve(), name="serve the lease")
            self._own(task, client)
            await asyncio.wait([task])
        if held and not self._closing:
            lease_ended()

    def _own(self, task: asyncio.Task[None], client: ClientConnection) -> None:
        self._clients[task] = client
        task.add_done_callback(lambda done: self._clients.pop(done, None))

    def _remove_socket(self) -> None:
        """Remove our socket, not one that somebody has put in its place."""
        if self._path is not None:
            with suppress(FileNotFoundError, NotADirectoryError):
                if _inode(self._path) == self._inode:
                    self._path.unlink()


def _inode(path: Path) -> int:
    return path.lstat().st_ino
