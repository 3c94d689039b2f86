"""How a client and a supervisor meet, whichever way the client waits: what is said and refused."""

import _socket
import os
from collections.abc import Collection
from pathlib import Path

import proctor
from proctor.control import wire
from proctor.control.lock import peer_of
from proctor.errors import NotRunning, PlatformError, ProctorError


class ConnectionEnded(PlatformError):  # noqa: N818 - a state, as the user would say it
    """The supervisor has gone while something was asked of it."""


def supervisor_gone() -> ConnectionEnded:
    """What to say of a connection that has ended."""
    return ConnectionEnded("the supervisor of this app has gone")


def unreachable(path: Path, error: OSError) -> ProctorError:
    """What to say where no connection came about; a stale socket counts as nobody there."""
    if isinstance(error, FileNotFoundError | ConnectionRefusedError | NotADirectoryError):
        return NotRunning("this app is not running", hint="Start it with 'proctor start'")
    return PlatformError(f"{path} cannot be reached: {error.strerror or 'it is busy'}")


def require_ours(connection: _socket.socket, path: Path) -> None:
    """See that the process at the other end is this user's.

    Raises:
        PlatformError: it is another's, or the system does not tell.
    """
    if peer_of(connection)[1] != os.geteuid():
        raise PlatformError(f"the process that listens at {path} is not yours")


def hello() -> wire.Hello:
    """The client's first words."""
    return wire.Hello(program=proctor.__version__)


def require_capability(name: str, capabilities: Collection[str]) -> None:
    """See that the supervisor can do this.

    Raises:
        PlatformError: it is that of an earlier version, and cannot.
    """
    if name not in capabilities:
        raise PlatformError("this app is run by an earlier proctor, which cannot tell that",
                            hint="Start it again")  # fmt: skip


def welcome_in(body: bytes | None) -> wire.Welcome:
    """The greeting, from the first message of who is there; None: it has ended before.

    Raises:
        NotRunning: it has ended.
        PlatformError: it is no proctor, or of another version.
    """
    if body is None:
        raise NotRunning("this app's supervisor has just ended",
                         hint="Start it with 'proctor start'")  # fmt: skip
    welcome = wire.decode_from_server(body)
    if isinstance(welcome, wire.Failed):
        raise wire.problem(welcome)
    if not isinstance(welcome, wire.Welcome):
        raise PlatformError("the supervisor did not begin with a greeting")
    if welcome.protocol != wire.PROTOCOL:
        raise PlatformError(
            f"this app is run by proctor {welcome.program} (process {welcome.pid}), which proctor "
            f"{proctor.__version__} cannot talk to",
            hint="Use the same version for both, or end it with 'kill' and start it again",
        )
    return welcome


def no_answer(connection: _socket.socket) -> PlatformError:
    """What to say of a supervisor that does not greet."""
    pid, _ = peer_of(connection)
    return PlatformError(
        f"the supervisor (process {pid}) does not answer",
        hint=f"It may be stopped: 'kill -CONT {pid}' lets it go on",
    )
