"""The wire: what travels between a supervisor and its clients, and how it is framed.

A frame is four bytes of length (big-endian), then one msgpack message of that length. The client
speaks first: `Hello`; the server answers `Welcome`, or `Failed` and closes. After that each
request carries a number of the client's choosing, and every answer to it the same number.
"""

import struct
from typing import TYPE_CHECKING

import msgspec

from proctor.control.session import WindowRequest
from proctor.control.terminal_frames import (
    Frame,
    TerminalEnded,
    TerminalOpened,
    TerminalRequest,
    TerminalTold,
)
from proctor.errors import (
    AlreadyRunning,
    NotAchieved,
    PlatformError,
    ProctorError,
    UserError,
)
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.window import Window
from proctor.model.commands import AnyCommand, Reply
from proctor.model.events import AnyMessage, Snapshot
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView

if TYPE_CHECKING:
    import asyncio

#: Goes up when an older client or server could no longer be understood.
PROTOCOL = 1
#: What this server can do beyond the first protocol; a client asks before it relies on one.
CAPABILITIES: tuple[str, ...] = (
    "follow", "windows", "lease", "search", "explain", "terminal", "environment",
)  # fmt: skip
#: A frame larger than this is refused: nobody who means well sends one.
LARGEST_FRAME = 16 * 1024 * 1024
#: Each end keeps no more than this many events for the other; above it they become one `Lagged`.
LARGEST_BACKLOG = 10_000

_LENGTH = struct.Struct(">I")
#: How much of a frame is its length.
LENGTH_BYTES = _LENGTH.size


class Hello(Frame, frozen=True, kw_only=True, tag="hello"):
    """The client's first words. Its fields never change their meaning, whatever the protocol."""

    protocol: int = PROTOCOL
    program: str


class SendCommand(Frame, frozen=True, kw_only=True, tag="send"):
    """Ask for something; answered by `Replied`."""

    id: int
    command: AnyCommand


class TakeSnapshot(Frame, frozen=True, kw_only=True, tag="snapshot"):
    """Ask for all there is to see; answered by `SnapshotTaken`."""

    id: int


class Follow(Frame, frozen=True, kw_only=True, tag="follow"):
    """Ask for the messages after an event; answered by `Told` until `FollowEnded`."""

    id: int
    after: int


class Unfollow(Frame, frozen=True, kw_only=True, tag="unfollow"):
    """End the `Follow` of this number."""

    id: int


class TakeWindows(Frame, frozen=True, kw_only=True, tag="windows"):
    """Ask for lines; answered by `WindowsTaken`."""

    id: int
    requests: tuple[WindowRequest, ...]


class TakeEnvironment(Frame, frozen=True, kw_only=True, tag="environment"):
    """Ask what a process was given, or what all get that start now; values only if asked for."""

    id: int
    process: str | None = None
    with_values: bool = False


class Explain(Frame, frozen=True, kw_only=True, tag="explain"):
    """Ask why a process is in its state; answered by `Explained`."""

    id: int
    process: str


class Search(Frame, frozen=True, kw_only=True, tag="search"):
    """Ask for the lines that match; answered by `SearchTold` until `SearchEnded`."""

    id: int
    query: SearchQuery


class SearchMore(Frame, frozen=True, kw_only=True, tag="search.more"):
    """One `SearchTold` has been taken: the server sends only so many ahead."""

    id: int


class CancelSearch(Frame, frozen=True, kw_only=True, tag="search.cancel"):
    """End the `Search` of this number; nothing more is told of it."""

    id: int


class GiveUpLease(Frame, frozen=True, kw_only=True, tag="lease.give_up"):
    """From now on the app goes on when this client leaves."""


class Bye(Frame, frozen=True, kw_only=True, tag="bye"):
    """The client leaves on purpose."""


FromClient = (
    Hello
    | SendCommand
    | TakeSnapshot
    | Follow
    | Unfollow
    | TakeWindows
    | TakeEnvironment
    | Explain
    | Search
    | SearchMore
    | CancelSearch
    | TerminalRequest
    | GiveUpLease
    | Bye
)


class Welcome(Frame, frozen=True, kw_only=True, tag="welcome"):
    """The server's first words. Its fields never change their meaning, whatever the protocol."""

    protocol: int = PROTOCOL
    program: str
    pid: int
    capabilities: tuple[str, ...] = CAPABILITIES


class Replied(Frame, frozen=True, kw_only=True, tag="replied"):
    """What was decided about a command."""

    id: int
    reply: Reply


class SnapshotTaken(Frame, frozen=True, kw_only=True, tag="snapshot.taken"):
    """All there is to see."""

    id: int
    snapshot: Snapshot


class Told(Frame, frozen=True, kw_only=True, tag="told"):
    """What has happened since the last frame of this kind, in order."""

    id: int
    messages: tuple[AnyMessage, ...]


class FollowEnded(Frame, frozen=True, kw_only=True, tag="follow.ended"):
    """There will be no more messages."""

    id: int


class WindowsTaken(Frame, frozen=True, kw_only=True, tag="windows.taken"):
    """The lines that were asked for, a window a request; long ones may be cut short."""

    id: int
    windows: tuple[Window, ...]


class EnvironmentTaken(Frame, frozen=True, kw_only=True, tag="environment.taken"):
    """What was asked for."""

    id: int
    environment: EnvironmentView


class Explained(Frame, frozen=True, kw_only=True, tag="explained"):
    """Why a process is in its state."""

    id: int
    explanation: Explanation


class SearchTold(Frame, frozen=True, kw_only=True, tag="search.told"):
    """What was found since the last frame of this kind, in the order of the search."""

    id: int
    items: tuple[SearchHit | SearchProgress, ...]


class SearchEnded(Frame, frozen=True, kw_only=True, tag="search.ended"):
    """There are no more lines to look through."""

    id: int


class Failed(Frame, frozen=True, kw_only=True, tag="failed"):
    """A request could not be answered, or (without a number) this client is not served."""

    id: int | None = None
    what: str
    where: str | None = None
    hint: str | None = None
    exit_code: int = 70


FromServer = (
    Welcome
    | Replied
    | SnapshotTaken
    | Told
    | FollowEnded
    | WindowsTaken
    | EnvironmentTaken
    | Explained
    | SearchTold
    | SearchEnded
    | TerminalOpened
    | TerminalTold
    | TerminalEnded
    | Failed
)

#: What is answered once.
Question = SendCommand | TakeSnapshot | TakeWindows | TakeEnvironment | Explain
#: What ends one request.
Answer = (
    Replied | SnapshotTaken | WindowsTaken | EnvironmentTaken | Explained | TerminalOpened | Failed
)

_encoder = msgspec.msgpack.Encoder()
_from_client: msgspec.msgpack.Decoder[FromClient] = msgspec.msgpack.Decoder(FromClient)
_from_server: msgspec.msgpack.Decoder[FromServer] = msgspec.msgpack.Decoder(FromServer)


def encode(frame: FromClient | FromServer) -> bytes:
    """The frame as it travels, with its length in front.

    Raises:
        PlatformError: it is larger than a frame may be.
    """
    try:
        body = _encoder.encode(frame)
    except UnicodeEncodeError:  # a command or the name of a file that is no text
        plain = msgspec.to_builtins(frame, builtin_types=(bytes,))
        body = _encoder.encode(_spelled_out(plain))
    if len(body) > LARGEST_FRAME:
        raise PlatformError(f"a message of {len(body)} bytes is too large for the control socket")
    return _LENGTH.pack(len(body)) + body


def _spelled_out(value: object) -> object:
    r"""The value with undecodable bytes in its strings written as escapes (`\udcff`)."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_spelled_out(key): _spelled_out(each) for key, each in value.items()}
        case list() | tuple():
            return [_spelled_out(each) for each in value]
        case _:
            return value


async def send(writer: "asyncio.StreamWriter", frame: FromClient | FromServer) -> None:
    """Send a frame, as fast as the other end takes it.

    Raises:
        ConnectionError: the connection has ended. So it has, by asyncio's doing, where the system
            had no memory for a message (ENOBUFS, ENOMEM), which by itself is no such error.
        PlatformError: the frame is larger than one may be.
    """
    writer.write(encode(frame))
    try:
        await writer.drain()
    except ConnectionError:
        raise
    except OSError as problem:
        raise ConnectionAbortedError(problem.errno, problem.strerror) from problem


async def read_body(reader: "asyncio.StreamReader") -> bytes | None:
    """The next frame's message, still encoded; None at the end of the connection.

    Raises:
        PlatformError: the length in front is none that we would send.
    """
    try:
        length = length_in(await reader.readexactly(LENGTH_BYTES))
        return await reader.readexactly(length)
    except (EOFError, OSError):
        return None


def length_in(head: bytes) -> int:
    """How long the message is whose first bytes these are.

    Raises:
        PlatformError: the length is none that we would send.
    """
    length: int = _LENGTH.unpack(head)[0]
    if length > LARGEST_FRAME:
        raise PlatformError(
            f"the other end of the control socket announced a message of {length} bytes",
            hint="It is no proctor",
        )
    return length


def decode_from_client(body: bytes) -> FromClient:
    """What a client says.

    Raises:
        PlatformError: it is none of the messages that a client may send.
    """
    try:
        return _from_client.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_understood("client", error) from error


def decode_from_server(body: bytes) -> FromServer:
    """What a server says.

    Raises:
        PlatformError: it is none of the messages that a server may send.
    """
    try:
        return _from_server.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_understood("supervisor", error) from error


def _not_understood(who: str, error: Exception) -> PlatformError:
    return PlatformError(f"the {who} sent something that is no message of proctor: {error}")


def failed(error: ProctorError, *, request: int | None = None) -> Failed:
    """The problem as it travels."""
    return Failed(
        id=request,
        what=error.what,
        where=error.where,
        hint=error.hint,
        exit_code=error.exit_code,
    )


def problem(frame: Failed) -> ProctorError:
    """The problem as it is raised at the client's end."""
    kind: type[ProctorError] = {
        UserError.exit_code: UserError,
        AlreadyRunning.exit_code: AlreadyRunning,
        NotAchieved.exit_code: NotAchieved,
    }.get(frame.exit_code, PlatformError)
    return kind(frame.what, where=frame.where, hint=frame.hint)
