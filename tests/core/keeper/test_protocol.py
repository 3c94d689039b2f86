import os
import socket
from collections.abc import Iterator

import pytest

from proctor.keeper.protocol import Frames, Start, Wire, close_all, frame, send_some


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def test_an_order_travels_as_it_is() -> None:
    start = Start(
        run="web.1#3",
        argv=[b"printf", b"a b\nc", b"\xff", b""],
        environment=[b"A=1", b"EMPTY=", b"TWO=x=y\nz"],
        folder=b"/tmp/\xfe x",
        stop_signal=2,
        grace_seconds=0.25,
        terminal=True,
        stop_scope="all",
    )
    again = Start.of(start.fields())
    assert all(getattr(again, name) == getattr(start, name) for name in Start.__slots__)


def test_a_frame_is_taken_when_it_is_whole_however_it_is_cut(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    frames = Frames(theirs)
    data = frame([b"first", b""], 0) + frame([b"second"], 0)
    taken = []
    for place in range(len(data)):
        ours.send(data[place : place + 1])
        assert frames.receive()
        while (found := frames.take()) is not None:
            taken.append(found)
    assert taken == [([b"first", b""], []), ([b"second"], [])]


def test_each_frame_gets_the_descriptors_that_were_sent_with_it(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    frames = Frames(theirs)
    for name, count in ((b"a", 1), (b"none", 0), (b"b", 3)):
        sent = [os.memfd_create(name.decode()) for _ in range(count)]
        for fd in sent:
            os.write(fd, name)
        data = frame([name], count)
        assert send_some(ours, data, sent) == len(data)
        close_all(sent)
    for name, count in ((b"a", 1), (b"none", 0), (b"b", 3)):
        while (found := frames.take()) is None:
            assert frames.receive()
        fields, descriptors = found
        assert fields == [name]
        assert [os.pread(fd, 9, 0) for fd in descriptors] == [name] * count
        close_all(descriptors)


def test_a_frame_larger_than_the_sockets_room_arrives_in_parts(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    frames = Frames(theirs)
    left = frame([b"x" * 3_000_000], 0)
    found = None
    while found is None:
        if left:
            left = left[send_some(ours, left, []) :]
        assert frames.receive()
        found = frames.take()
    assert found == ([b"x" * 3_000_000], [])


def test_the_end_of_file_is_told_also_in_the_middle_of_a_frame(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    frames = Frames(theirs)
    ours.send(frame([b"cut"], 0)[:-1])
    ours.close()
    assert frames.receive()
    assert not frames.receive()
    assert frames.take() is None


def test_what_cannot_be_said_at_once_is_said_later_and_in_order() -> None:
    ours, theirs = socket.socketpair()
    wire = Wire(ours.detach())
    with theirs:
        for number in range(100_000):
            wire.say("line", number)
        assert wire.unsent
        received = b""
        while wire.unsent or not received.endswith(b"99999\n"):
            received += theirs.recv(1 << 20)
            wire.flush()
    wire.close()
    assert received == b"".join(b"line %d\n" % number for number in range(100_000))


def test_saying_something_to_nobody_does_no_harm() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    wire = Wire(ours.detach())
    wire.say("hello")
    assert not wire.unsent
    assert wire.hear() == []
    assert wire.ended
    wire.close()
