import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from proctor.keeper.protocol import Frames, frame
from proctor.runtime.frame_sender import FrameSender


class Reluctant(socket.socket):
    """A socket that the system refuses to send by, with each of these errors in turn."""

    refusals: Iterator[int] = iter(())
    refused = 0
    wholes_refused = False

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override] # no buffers here
        self._refuse()
        return super().send(data, flags)

    def sendmsg(self, buffers: Any, *others: Any) -> int:
        self._refuse()
        if self.wholes_refused and len(buffers[0]) > 1:
            raise OSError(errno.EMSGSIZE, "too long")
        return super().sendmsg(buffers, *others)

    def _refuse(self) -> None:
        number = next(self.refusals, None)
        if number is not None:
            self.refused += 1
            raise OSError(number, "refused")


class Line:
    """A sender, and the end at which its frames arrive."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.ours = Reluctant(fileno=ours.detach())
        for end in (self.ours, self.theirs):
            end.setblocking(False)
        self.frames = Frames(self.theirs)
        self.sender = FrameSender(asyncio.get_running_loop(), self.ours)
        self.came = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.theirs, self.came.set)

    async def next(self) -> tuple[list[bytes], list[int]] | None:
        """The next frame; None at the end of file."""
        async with asyncio.timeout(10):
            while (taken := self.frames.take()) is None:
                await self.came.wait()
                self.came.clear()
                if not self.frames.receive():
                    return None
        return taken

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.theirs)
        self.sender.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line()
    yield line
    line.close()


def send(line: Line, word: bytes) -> int:
    """Send a frame with the writing end of a new pipe; gives the reading end."""
    reading, writing = os.pipe()
    line.sender.send(frame([b"start", word], 1), [writing])
    return reading


@pytest.mark.parametrize("number", [errno.ENOBUFS, errno.ENOMEM, errno.ETOOMANYREFS])
async def test_a_want_of_room_is_waited_for_and_no_frame_is_lost(line: Line, number: int) -> None:
    line.ours.refusals = iter([number] * 3)
    for word in (b"web.1#1", b"web.2#1"):
        reading = send(line, word)
        taken = await line.next()
        assert taken is not None
        fields, descriptors = taken
        assert fields == [b"start", word]
        os.write(descriptors[0], b"hello")
        assert os.read(reading, 10) == b"hello"
        for each in (reading, *descriptors):
            os.close(each)
    assert line.ours.refused == 3


async def test_what_is_too_long_for_one_message_goes_in_pieces(line: Line) -> None:
    line.ours.wholes_refused = True
    reading = send(line, b"web.1#1")
    taken = await line.next()
    assert taken is not None
    fields, descriptors = taken
    assert fields == [b"start", b"web.1#1"]
    assert len(descriptors) == 1
    for each in (reading, *descriptors):
        os.close(each)


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ECONNRESET, errno.EBADF])
async def test_what_no_waiting_helps_ends_the_line_for_both_ends(line: Line, number: int) -> None:
    line.ours.refusals = iter([number])
    reading = send(line, b"web.1#1")
    assert os.read(reading, 10) == b""  # nobody holds the other end any more
    os.close(reading)
    assert await line.next() is None
    assert line.ours.recv(10) == b""


async def test_a_sender_that_is_closed_while_it_waits_closes_what_it_was_given(line: Line) -> None:
    line.ours.refusals = iter([errno.ENOBUFS] * 100)
    reading = send(line, b"web.1#1")
    line.sender.close()
    assert os.read(reading, 10) == b""
    os.close(reading)
    assert line.ours.refused == 1
