"""The app's lock: one app, one supervisor.

The lock belongs to an open file, and every process that inherits it holds it: the supervisor, its
guardian and each keeper. So it is free only when the last tree of the last run has ended, however
that run ended, and no file has to be removed by hand.
"""

import _socket  # without socket, which loads selectors and makes enumerations
import fcntl
import os
import struct
import time
from collections.abc import Callable
from contextlib import closing

import msgspec

from proctor.control.places import Places, SupervisorRecord, socket_to_try
from proctor.errors import AlreadyRunning, PlatformError

#: The keepers' emergency grace is 5 s; something that cannot be killed may take longer than this.
PATIENCE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.03
_SAY_SO_AFTER_SECONDS = 0.3


class AppLock(msgspec.Struct, frozen=True):
    """The lock, held. It stays held as long as any process has this file descriptor open."""

    fd: int

    def close(self) -> None:
        """Let go of it in this process; others that inherited it still hold it."""
        os.close(self.fd)


def take(
    places: Places, *, say: Callable[[str], None], patience_seconds: float = PATIENCE_SECONDS
) -> AppLock:
    """Become the one who runs this app; makes its folders first.

    Waits for the processes of an earlier run that still end, and tells so by `say`.

    Raises:
        AlreadyRunning: a supervisor runs this app, or the earlier run does not end.
        UserError: the folders cannot be used.
    """
    places.create()
    fd = _open(places)
    try:
        _wait_for(fd, places, say, patience_seconds)
        os.pwrite(fd, b"%-12d\n" % os.getpid(), 0)
    except BaseException:
        os.close(fd)
        raise
    return AppLock(fd)


def _wait_for(fd: int, places: Places, say: Callable[[str], None], patience_seconds: float) -> None:
    began = time.monotonic()
    said = False
    while not _locked(fd):
        running = running_pid(places)
        if running is not None:
            raise _already_running(places, running)
        waited = time.monotonic() - began
        if waited > patience_seconds:
            raise AlreadyRunning(
                f"the last run of {places.app} has not ended yet",
                where=str(places.lock),
                hint="Its processes do not end; 'fuser -v' with that file shows them",
            )
        if waited > _SAY_SO_AFTER_SECONDS and not said and not _holder_lives(fd):
            said = True
            say("waiting for the last run to end: its processes are still being stopped")
        time.sleep(_LOOK_AGAIN_SECONDS)


def running_pid(places: Places) -> int | None:
    """The supervisor that listens on the app's socket; None if there is none that lives.

    The kernel tells who listens, so a supervisor that is stopped or busy counts as well, and a
    forked copy of a dead one, which holds the same socket, does not.
    """
    with closing(_socket.socket(_socket.AF_UNIX)) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(os.fsencode(socket_to_try(places)))
            pid = peer_of(probe)[0]
        except (BlockingIOError, TimeoutError):  # it listens, and is too busy or stopped to accept
            record = SupervisorRecord.read(places)
            pid = record.pid if record is not None else 0
        except OSError:
            return None
    return pid if pid and is_alive(pid) else None


def peer_of(connection: _socket.socket) -> tuple[int, int]:
    """(pid, uid) of the process at the other end; the pid is 0 where the system does not tell.

    Raises:
        PlatformError: this system does not tell who is there.
    """
    if hasattr(_socket, "SO_PEERCRED"):
        credentials = struct.Struct("iII")
        found = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, credentials.size)
        pid, uid, _ = credentials.unpack(found)
        return pid, uid
    return _peer_by_local_options(connection)


def _peer_by_local_options(connection: _socket.socket) -> tuple[int, int]:
    # LOCAL_PEERCRED and LOCAL_PEERPID of the BSD family, which the socket module does not name.
    sol_local, local_peer_credentials, local_peer_pid = 0, 1, 2
    try:
        found = connection.getsockopt(sol_local, local_peer_credentials, 76)
        pid = connection.getsockopt(sol_local, local_peer_pid)
    except OSError as error:
        raise PlatformError("this system does not tell who connects to the socket") from error
    version, uid = struct.unpack_from("II", found)
    if version != 0:
        raise PlatformError("this system does not tell who connects to the socket")
    return pid, uid


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists, a dead one that waits to be reaped not counted."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{pid}/stat", "rb") as status:  # noqa: PTH123 - start-up pays per import
            return status.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (OSError, IndexError):
        return True


def _open(places: Places) -> int:
    try:
        return os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise PlatformError(f"{places.lock} cannot be opened: {error.strerror}") from error


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise PlatformError(f"the app's lock cannot be used: {error.strerror}") from error
    return True


def _holder_lives(fd: int) -> bool:
    """Whether who took the lock is still there: then it is starting up, not cleaning up."""
    try:
        return is_alive(int(os.pread(fd, 12, 0)))
    except (OSError, ValueError):
        return False


def _already_running(places: Places, pid: int) -> AlreadyRunning:
    return AlreadyRunning(
        f"{places.app} already runs: process {pid}, socket {socket_to_try(places)}",
        where=str(places.root),
        hint="See it with 'proctor ps', scale it with 'proctor scale web=2', "
        "end it with 'proctor quit', or run a second one of this folder with --app NAME",
    )
