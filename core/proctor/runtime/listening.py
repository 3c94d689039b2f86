"""Who listens on which port, without disturbing anybody: nothing is bound, nothing connected to.

    table = listening()
    table.is_taken(5006)          before a spawn: is the port free?
    table.owner(5006)             ... and if not, who has it?
    table.ports_of(tree)          after a spawn: does the tree listen, and where?

On Linux this is one look at the kernel's table (0.03 ms). Elsewhere the system tells only which
sockets our own processes hold; whether a stranger has a port is then asked by a connection, the
last resort, and only to a port that none of ours listens on.
"""

import sys
from collections.abc import Iterable
from typing import Protocol

from proctor.runtime.port_owner import Owner, owner_of, socket_inodes
from proctor.runtime.socket_table import ListeningSocket, TableUnreadableError, listening_sockets


class Listening(Protocol):
    """One look at the listening sockets of this machine; later changes do not show in it."""

    @property
    def sockets(self) -> object:
        """Equal for two looks if all sockets are the same."""
        ...

    def is_taken(self, port: int) -> bool:
        """Does anybody listen on this port, on any address?"""
        ...

    def owner(self, port: int) -> Owner | None:
        """Who listens on this port; None if nobody does. Slow: for when a port is found taken."""
        ...

    def ports_of(self, pids: Iterable[int]) -> frozenset[int]:
        """The ports that these processes listen on. A process that is gone has none."""
        ...

    def listens(self, pids: Iterable[int], port: int) -> bool:
        """Does one of these processes listen on this port? Cheaper than `ports_of`."""
        ...


def listening() -> Listening:
    """Look at the listening sockets now. May be called often: it costs microseconds on Linux."""
    if sys.platform == "linux":
        try:
            return KernelTable(listening_sockets())
        except TableUnreadableError:
            pass
    from proctor.runtime import portable  # noqa: PLC0415 - psutil costs 20 ms, and Linux needs none

    return PerProcess(portable)


class KernelTable:
    """Listening, from the kernel's table of sockets."""

    def __init__(self, sockets: Iterable[ListeningSocket]) -> None:
        self._by_port: dict[int, list[ListeningSocket]] = {}
        for entry in sockets:
            self._by_port.setdefault(entry.port, []).append(entry)

    @property
    def sockets(self) -> frozenset[int]:
        """The inodes of all."""
        return frozenset(entry.inode for entries in self._by_port.values() for entry in entries)

    @property
    def ports(self) -> frozenset[int]:
        """All ports that anybody listens on."""
        return frozenset(self._by_port)

    def addresses(self, port: int) -> tuple[str, ...]:
        """The addresses that are listened on at this port, such as "127.0.0.1" and "::"."""
        return tuple(entry.address for entry in self._by_port.get(port, ()))

    def is_taken(self, port: int) -> bool:
        """Does anybody listen on this port, on any address?"""
        return port in self._by_port

    def owner(self, port: int) -> Owner | None:
        """Who listens on this port; None if nobody does."""
        sockets = self._by_port.get(port)
        if sockets is None:
            return None
        return owner_of((entry.inode for entry in sockets), (entry.user_id for entry in sockets))

    def ports_of(self, pids: Iterable[int]) -> frozenset[int]:
        """The ports that these processes listen on."""
        port_of_inode = {
            entry.inode: port for port, sockets in self._by_port.items() for entry in sockets
        }
        return frozenset(
            port_of_inode[inode]
            for pid in pids
            for inode in socket_inodes(pid)
            if inode in port_of_inode
        )

    def listens(self, pids: Iterable[int], port: int) -> bool:
        """Does one of these processes listen on this port?"""
        # Most looks come before the server is there: then no descriptor is looked at.
        inodes = {entry.inode for entry in self._by_port.get(port, ())}
        return bool(inodes) and any(inodes & socket_inodes(pid) for pid in pids)


class ProcessByProcess(Protocol):
    """What a system without a table tells: see `portable`."""

    def ports_of_process(self, pid: int) -> frozenset[int]: ...  # noqa: D102 - see `portable`
    def find_owner(self, port: int) -> Owner | None: ...  # noqa: D102 - see `portable`
    def accepts_connections(self, port: int) -> bool: ...  # noqa: D102 - see `portable`


class PerProcess:
    """Listening, where the system has no table for everybody (macOS): asked process by process."""

    def __init__(self, system: ProcessByProcess) -> None:
        self._system = system
        #: Nobody tells whether they are the same: a search for others takes its time in between.
        self.sockets = None

    def is_taken(self, port: int) -> bool:
        """Does anybody listen on this port? Strangers are found by a connection alone."""
        return self._system.accepts_connections(port)

    def owner(self, port: int) -> Owner | None:
        """Who listens on this port; of another user's process nothing is told."""
        found = self._system.find_owner(port)
        if found is None and self._system.accepts_connections(port):
            return Owner(pid=None, command=None, user=None)
        return found

    def ports_of(self, pids: Iterable[int]) -> frozenset[int]:
        """The ports that these processes listen on."""
        return frozenset(port for pid in pids for port in self._system.ports_of_process(pid))

    def listens(self, pids: Iterable[int], port: int) -> bool:
        """Does one of these processes listen on this port?"""
        return any(port in self._system.ports_of_process(pid) for pid in pids)
