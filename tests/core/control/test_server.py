"""The socket's two ends together: what a client asks, gets, and does wrong."""

import asyncio
import errno
import gc
import os
import socket
import stat
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from proctor.control import wire
from proctor.control.client import RemoteSession, connect
from proctor.control.greeting import ConnectionEnded
from proctor.control.server import ControlServer
from proctor.control.session import WindowRequest
from proctor.errors import NotRunning, PlatformError, UserError
from proctor.model.commands import Accepted, Kill, Quit, Refused, Scale
from proctor.model.events import Announced, AnyMessage, Lagged, OutputAppended
from support import histories
from support.eventually import eventually
from support.fakes import FakeSession

Raw = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def announced(session: FakeSession, words: str) -> Announced:
    return Announced(
        sequence=session.next_sequence, at=histories.NOON, cause="app", level="information",
        words=words,
    )  # fmt: skip


def words_of(messages: Sequence[AnyMessage]) -> list[str]:
    return [message.words for message in messages if isinstance(message, Announced)]


async def one_of(messages: AsyncIterator[AnyMessage]) -> AnyMessage:
    return await anext(messages)


def open_to_others(path: Path) -> None:
    path.chmod(0o666)
    for folder in path.parents:
        if folder.stat().st_mode & 0o077 == 0:
            folder.chmod(0o755)


def mode_of(path: Path) -> int:
    return path.stat().st_mode


@pytest.fixture
def file_in_the_way(path: Path) -> Path:
    path.write_text("precious")
    return path


async def next_of(session: RemoteSession, count: int, *, after: int = 0) -> list[AnyMessage]:
    async with asyncio.timeout(5):
        found = []
        async for message in session.messages(after=after):
            found.append(message)
            if len(found) == count:
                break
        return found


async def test_a_command_arrives_as_it_was_sent_and_its_reply_comes_back(
    session: FakeSession, remote: RemoteSession
) -> None:
    accepted = Accepted(cause="c41", words="scaled web 2 → 3", sequence=7)
    session.answer = lambda _: accepted
    asked = Scale(quantities={"web": 3}, steps={"worker": -1}, by="cli")
    assert await remote.send(asked) == accepted
    assert session.sent == [asked]


async def test_a_refusal_is_a_reply_and_no_error(
    session: FakeSession, remote: RemoteSession
) -> None:
    session.answer = lambda _: Refused(what="There is no web.9", hint="Did you mean web.1")
    assert await remote.send(Kill(target="web.9")) == session.answer(Quit())


async def test_the_snapshot_is_the_same_from_afar(
    session: FakeSession, remote: RemoteSession
) -> None:
    assert await remote.snapshot() == await session.snapshot()


async def test_lines_arrive_byte_for_byte(session: FakeSession, remote: RemoteSession) -> None:
    session.output("web.1", b"\xff\xfe\x00 \x1b[31mred", b"second")
    (window,) = await remote.windows([WindowRequest(journal="web.1", count=10)])
    assert [row.data for row in window.rows] == [b"\xff\xfe\x00 \x1b[31mred", b"second"]


async def test_a_window_is_cut_to_what_one_answer_may_hold(
    session: FakeSession, remote: RemoteSession
) -> None:
    session.output("web.1", *(b"%d:" % number + b"x" * 60_000 for number in range(400)))
    from_start, tail = await remote.windows(
        [
            WindowRequest(journal="web.1", count=100_000, first=0),
            WindowRequest(journal="web.1", count=100_000),
        ]
    )
    assert from_start.rows[0].data.startswith(b"0:")
    assert 100 < from_start.end == len(from_start.rows) < 200
    assert tail.rows == []  # the first one took all the room
    (tail,) = await remote.windows([WindowRequest(journal="web.1", count=100_000)])
    assert tail.rows[-1].data.startswith(b"399:")
    assert tail.first == 400 - len(tail.rows) > 200


async def test_events_come_in_order_and_without_a_gap(
    session: FakeSession, remote: RemoteSession
) -> None:
    following = asyncio.create_task(next_of(remote, 300))
    await eventually(lambda: len(session._subscribers) == 1)
    for number in range(300):
        session.tell(announced(session, f"{number}"))
    assert words_of(await following) == [f"{n}" for n in range(300)]


async def test_notices_about_one_process_are_replaced_by_the_last_one(
    session: FakeSession, remote: RemoteSession
) -> None:
    following = asyncio.create_task(next_of(remote, 2))
    await eventually(lambda: len(session._subscribers) == 1)
    for number in range(1000):
        session.tell(OutputAppended(process="web.1", first=0, end=number))
    session.tell(announced(session, "done"))
    event, notice = await following
    assert isinstance(event, Announced)
    assert notice == OutputAppended(process="web.1", first=0, end=999)


async def test_the_end_of_the_supervisor_ends_what_is_told(
    session: FakeSession, remote: RemoteSession
) -> None:
    following = asyncio.create_task(next_of(remote, 10))
    await eventually(lambda: len(session._subscribers) == 1)
    session.tell(announced(session, "the last words"))
    session.end()
    assert words_of(await following) == ["the last words"]


async def test_the_last_event_reaches_a_client_although_the_server_closes_at_once(
    session: FakeSession, server: ControlServer, remote: RemoteSession
) -> None:
    following = asyncio.create_task(next_of(remote, 10))
    await eventually(lambda: len(session._subscribers) == 1)
    session.tell(announced(session, "the last words"))
    session.end()
    await server.close()
    assert words_of(await following) == ["the last words"]


async def test_what_is_asked_after_the_supervisor_has_gone_is_an_error_of_one_sentence(
    session: FakeSession, server: ControlServer, remote: RemoteSession
) -> None:
    await server.close()
    with pytest.raises(ConnectionEnded, match="the supervisor of this app has gone"):
        await remote.snapshot()
    assert await next_of(remote, 1) == []


async def test_who_stops_following_is_not_told_any_more(
    session: FakeSession, remote: RemoteSession
) -> None:
    async with aclosing(remote.messages(after=0)) as messages:
        following = asyncio.create_task(one_of(messages))
        await eventually(lambda: len(session._subscribers) == 1)
        session.tell(announced(session, "one"))
        assert words_of([await following]) == ["one"]
    await eventually(lambda: len(session._subscribers) == 0)


async def test_a_connection_that_the_system_has_no_memory_for_ends_like_any_other(
    session: FakeSession, server: ControlServer, remote: RemoteSession
) -> None:
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    following = asyncio.create_task(next_of(remote, 1))
    await eventually(lambda: len(session._subscribers) == 1)
    (client,) = server._clients.values()
    no_room = OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))
    client._writer.transport._fatal_error(no_room)  # type: ignore[attr-defined]
    await eventually(lambda: server.clients == 0)
    assert await following == []
    assert len(session._subscribers) == 0
    del client
    gc.collect()
    assert faults == []


async def test_a_client_that_stops_reading_costs_bounded_memory_and_holds_up_nobody(
    session: FakeSession, server: ControlServer, raw: Raw, remote: RemoteSession
) -> None:
    _, writer = raw
    writer.write(wire.encode(wire.Hello(program="test")) + wire.encode(wire.Follow(id=1, after=0)))
    await eventually(lambda: len(session._subscribers) == 1)
    long = "x" * 100
    for _ in range(40):
        for _ in range(1000):
            session.tell(announced(session, long))
        assert (await remote.snapshot()).sequence == session.next_sequence - 1
    connection = next(iter(server._clients.values()))
    assert connection._writer.transport.get_write_buffer_size() < 1_000_000


async def test_events_that_a_stopped_client_missed_are_counted_when_it_goes_on(
    session: FakeSession, raw: Raw
) -> None:
    reader, writer = raw
    writer.write(wire.encode(wire.Hello(program="test")) + wire.encode(wire.Follow(id=1, after=0)))
    await eventually(lambda: len(session._subscribers) == 1)
    first, count, long = session.next_sequence, 40_000, "x" * 200
    for _ in range(count):
        session.tell(announced(session, long))
        if _ % 100 == 0:
            await asyncio.sleep(0)
    session.end()
    assert isinstance(wire.decode_from_server(await wire.read_body(reader) or b""), wire.Welcome)
    seen, missed, last = 0, 0, 0
    while isinstance(
        frame := wire.decode_from_server(await wire.read_body(reader) or b""), wire.Told
    ):
        for message in frame.messages:
            if isinstance(message, Lagged):
                missed += message.missed
            elif isinstance(message, Announced):
                seen, last = seen + 1, message.sequence
    assert missed > 0
    assert seen + missed == count
    assert last == first + count - 1


async def test_garbage_costs_the_client_its_connection_and_nobody_else_anything(
    raw: Raw, remote: RemoteSession
) -> None:
    reader, writer = raw
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    body = await wire.read_body(reader)
    assert body is not None
    frame = wire.decode_from_server(body)
    assert isinstance(frame, wire.Failed)
    assert "announced a message of 1195725856 bytes" in frame.what
    assert await reader.read() == b""
    assert (await remote.snapshot()).app.name == "shop"


@pytest.mark.parametrize(
    "body", [b"\xc1", b"\x81\xa5frame\xa4send", msgspec.msgpack.encode({"frame": "nonsense"})]
)
async def test_messages_that_are_none_are_refused_with_a_sentence(raw: Raw, body: bytes) -> None:
    reader, writer = raw
    writer.write(wire.encode(wire.Hello(program="test")) + struct.pack(">I", len(body)) + body)
    await wire.read_body(reader)
    frame = wire.decode_from_server(await wire.read_body(reader) or b"")
    assert isinstance(frame, wire.Failed)
    assert frame.what.startswith("the client sent something that is no message of proctor")
    assert await reader.read() == b""


async def test_a_fault_in_the_session_costs_one_request_and_not_the_client(
    session: FakeSession, remote: RemoteSession
) -> None:
    def break_down(_: object) -> Refused:
        raise ValueError("broken")

    session.answer = break_down
    with pytest.raises(PlatformError, match="a fault of proctor's own: ValueError: broken"):
        await remote.send(Quit())
    assert (await remote.snapshot()).app.name == "shop"


async def test_an_error_of_the_session_keeps_its_kind_and_its_hint(
    session: FakeSession, remote: RemoteSession
) -> None:
    def refuse(_: object) -> Refused:
        raise UserError("No such thing", where="web.9", hint="Look again")

    session.answer = refuse
    with pytest.raises(UserError, match=r"No such thing \(web\.9\)\. Look again\.") as caught:
        await remote.send(Quit())
    assert caught.value.exit_code == 2


async def test_another_protocol_is_told_in_a_sentence_that_names_both_versions(
    session: FakeSession, path: Path
) -> None:
    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.read_body(reader)
        writer.write(wire.encode(wire.Welcome(protocol=99, program="9.9.9", pid=4711)))
        writer.close()

    async with await asyncio.start_unix_server(old, path):
        with pytest.raises(PlatformError, match=r"run by proctor 9\.9\.9 \(process 4711\)"):
            await connect(path)


async def test_a_listener_that_is_no_proctor_is_told_from_one(path: Path) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n" * 2)
        await reader.read(1)
        writer.close()

    async with await asyncio.start_unix_server(other, path):
        with pytest.raises(PlatformError, match="It is no proctor"):
            await connect(path)


async def test_a_stopped_supervisor_is_told_with_the_way_to_let_it_go_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctor.control.client._GREETING_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(path))
        stopped.listen()
        with pytest.raises(PlatformError, match=f"'kill -CONT {os.getpid()}' lets it go on"):
            await connect(path)


async def test_nobody_at_the_socket_is_not_running_and_exit_code_3(path: Path) -> None:
    with pytest.raises(NotRunning, match="this app is not running") as caught:
        await connect(path)
    assert caught.value.exit_code == 3


async def test_a_stale_socket_is_not_running_and_is_replaced_by_the_next_server(
    session: FakeSession, path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(NotRunning):
        await connect(path)
    server = ControlServer(session)
    await server.listen(path)
    async with await connect(path) as remote:
        assert (await remote.snapshot()).app.name == "shop"
    await server.close()
    with pytest.raises(FileNotFoundError):
        mode_of(path)


async def test_a_file_in_the_place_of_the_socket_is_not_removed(
    session: FakeSession, file_in_the_way: Path
) -> None:
    path = file_in_the_way
    with pytest.raises(PlatformError, match="cannot be made"):
        await ControlServer(session).listen(path)
    assert stat.S_IFMT(mode_of(path)) == stat.S_IFREG


async def test_the_socket_of_a_successor_is_left_alone(session: FakeSession, path: Path) -> None:
    first, second = ControlServer(session), ControlServer(session)
    await first.listen(path)
    await second.listen(path)
    await first.close()
    async with await connect(path):
        pass
    await second.close()


async def test_a_socket_that_was_removed_is_opened_again_and_who_was_connected_stays_so(
    server: ControlServer, remote: RemoteSession, path: Path
) -> None:
    assert server.reachable
    path.unlink()
    assert not server.reachable
    await server.listen(path)
    assert server.reachable
    await remote.snapshot()
    async with await connect(path) as another:
        await another.snapshot()
    assert server.clients >= 1


async def test_only_its_user_may_open_the_socket(server: ControlServer, path: Path) -> None:
    assert stat.S_IMODE(mode_of(path)) == 0o600


@pytest.mark.may_skip(reason="needs root")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another user")
async def test_another_user_is_refused_even_where_the_modes_let_it_in(
    server: ControlServer, path: Path
) -> None:
    open_to_others(path)
    program = (
        "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX);"
        "s.connect(sys.argv[1]); sys.stdout.buffer.write(s.recv(1000))"
    )
    process = await asyncio.create_subprocess_exec(
        "python3", "-c", program, path, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert b"this app is run by another user" in said


async def test_the_holder_of_the_lease_has_a_session_like_any_other(
    session: FakeSession, server: ControlServer, pair: tuple[socket.socket, socket.socket]
) -> None:
    ends: list[str] = []
    server.adopt(pair[1], lease_ended=lambda: ends.append("ended"))
    async with await RemoteSession.over(pair[0]) as screen:
        assert (await screen.snapshot()).app.name == "shop"
        assert ends == []
    await eventually(lambda: ends == ["ended"])


async def test_a_killed_holder_of_the_lease_ends_it(
    server: ControlServer, pair: tuple[socket.socket, socket.socket]
) -> None:
    ends: list[str] = []
    server.adopt(pair[1], lease_ended=lambda: ends.append("ended"))
    pair[0].close()
    await eventually(lambda: ends == ["ended"])


async def test_a_lease_that_was_given_up_does_not_end(
    session: FakeSession, server: ControlServer, pair: tuple[socket.socket, socket.socket]
) -> None:
    ends: list[str] = []
    server.adopt(
        pair[1],
        lease_ended=lambda: ends.append("ended"),
        lease_given_up=lambda: ends.append("given up"),
    )
    async with await RemoteSession.over(pair[0]) as screen:
        await screen.give_up_lease()
        await screen.give_up_lease()
        await screen.snapshot()
    await eventually(lambda: server.clients == 0)
    assert ends == ["given up"]


async def test_a_client_without_a_lease_has_none_to_end(
    session: FakeSession, server: ControlServer, path: Path
) -> None:
    async with await connect(path) as remote:
        await remote.give_up_lease()
        assert (await remote.snapshot()).app.name == "shop"


async def test_the_server_closes_in_time_although_a_client_takes_nothing(
    session: FakeSession, server: ControlServer, raw: Raw
) -> None:
    _, writer = raw
    writer.write(wire.encode(wire.Hello(program="test")) + wire.encode(wire.Follow(id=1, after=0)))
    await eventually(lambda: len(session._subscribers) == 1)
    for _ in range(20_000):
        session.tell(announced(session, "x" * 100))
    session.end()
    async with asyncio.timeout(2):
        await server.close(within_seconds=0.1)
    assert server.clients == 0


async def test_an_explanation_is_the_same_from_afar(
    session: FakeSession, remote: RemoteSession
) -> None:
    assert await remote.explain("web.1") == await session.explain("web.1")


@pytest.mark.parametrize("process", [None, "web.1"])
async def test_an_environment_is_the_same_from_afar(
    session: FakeSession, remote: RemoteSession, process: str | None
) -> None:
    here = await session.environment(process, with_values=True)
    assert await remote.environment(process, with_values=True) == here
