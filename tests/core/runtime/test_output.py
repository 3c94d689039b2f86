import asyncio
import os
import pty
from collections.abc import Callable, Iterator

import pytest

from proctor.runtime.output import OutputReader, Valve
from support.eventually import eventually


class Heard:
    """What a reader handed on."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.ends = 0

    @property
    def data(self) -> bytes:
        return b"".join(self.chunks)

    def end(self) -> None:
        self.ends += 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def close() -> Iterator[Callable[[int], None]]:
    """Descriptors to close at the end of the test."""
    left: list[int] = []
    yield left.append
    for descriptor in left:
        os.close(descriptor)


@pytest.fixture
def pipe(close: Callable[[int], None]) -> tuple[int, int]:
    reading, writing = os.pipe()
    close(reading)
    return reading, writing


@pytest.fixture
def terminal(close: Callable[[int], None]) -> tuple[int, int]:
    ours, theirs = pty.openpty()
    close(ours)
    return ours, theirs


def reader_of(descriptor: int, heard: Heard, valve: Valve | None = None) -> OutputReader:
    loop = asyncio.get_running_loop()
    return OutputReader(loop, descriptor, heard.chunks.append, heard.end, valve=valve)


async def test_a_pipe_is_read_to_its_end_of_file(pipe: tuple[int, int], heard: Heard) -> None:
    reading, writing = pipe
    reader_of(reading, heard)
    os.write(writing, b"one")
    await eventually(lambda: heard.data == b"one")
    assert heard.ends == 0
    os.close(writing)
    await eventually(lambda: heard.ends == 1)


async def test_a_terminal_ends_when_its_other_side_is_closed(
    terminal: tuple[int, int], heard: Heard
) -> None:
    ours, theirs = terminal
    reader_of(ours, heard)
    os.write(theirs, b"bye\n")
    os.close(theirs)
    await eventually(lambda: heard.ends == 1)
    assert heard.data == b"bye\r\n"


async def test_a_closed_output_is_watched_no_more(pipe: tuple[int, int], heard: Heard) -> None:
    reading, writing = pipe
    reader_of(reading, heard)
    os.close(writing)
    await eventually(lambda: heard.ends == 1)
    assert not asyncio.get_running_loop().remove_reader(reading)


async def test_two_busy_processes_take_turns_of_one_read_each(
    pipe: tuple[int, int], close: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctor.runtime.output.READ_BYTES", 1024)
    order: list[str] = []
    loop = asyncio.get_running_loop()
    other, other_writing = os.pipe()
    close(other)
    for name, reading, writing in (("a", *pipe), ("b", other, other_writing)):
        os.write(writing, b"x" * 3072)
        OutputReader(loop, reading, lambda _, name=name: order.append(name), lambda: None)  # type: ignore[misc]
        os.close(writing)
    await eventually(lambda: len(order) == 6)
    assert ["".join(sorted(order[turn : turn + 2])) for turn in (0, 2, 4)] == ["ab"] * 3


async def test_what_a_terminal_gives_in_small_parts_is_handed_on_together(
    terminal: tuple[int, int], heard: Heard, close: Callable[[int], None]
) -> None:
    ours, theirs = terminal
    close(theirs)
    os.set_blocking(theirs, False)
    written = os.write(theirs, b"a line of a flood\n" * 1000)
    reader_of(ours, heard)
    await eventually(lambda: heard.data.count(b"\n") == written // 18)
    assert max(map(len, heard.chunks)) > 4096  # what one read gives


async def test_drain_reads_what_is_there_and_ends_while_the_other_side_stays_open(
    terminal: tuple[int, int], heard: Heard, close: Callable[[int], None]
) -> None:
    ours, theirs = terminal
    close(theirs)
    reader = reader_of(ours, heard)
    os.write(theirs, b"last words\n" * 100)
    reader.drain()
    assert heard.data == b"last words\r\n" * 100
    assert heard.ends == 1
    reader.drain()
    assert heard.ends == 1


async def test_a_held_valve_stops_reading_and_then_nothing_is_lost(
    pipe: tuple[int, int], heard: Heard
) -> None:
    reading, writing = pipe
    valve = Valve()
    reader_of(reading, heard, valve)
    os.write(writing, b"one")
    await eventually(lambda: heard.data == b"one")
    valve.hold(True)
    os.write(writing, b" two")
    for _ in range(10):
        await asyncio.sleep(0)
    assert heard.data == b"one"
    valve.hold(False)
    await eventually(lambda: heard.data == b"one two")
    os.close(writing)
    await eventually(lambda: heard.ends == 1)


async def test_a_reader_that_begins_under_a_held_valve_waits(
    pipe: tuple[int, int], heard: Heard
) -> None:
    reading, writing = pipe
    valve = Valve()
    valve.hold(True)
    reader = reader_of(reading, heard, valve)
    os.write(writing, b"early")
    os.close(writing)
    for _ in range(10):
        await asyncio.sleep(0)
    assert heard.chunks == []
    reader.drain()  # what has gone holds nobody up
    assert (heard.data, heard.ends) == (b"early", 1)
    valve.hold(False)
    assert not asyncio.get_running_loop().remove_reader(reading)


async def test_a_closed_reader_says_nothing_more(pipe: tuple[int, int], heard: Heard) -> None:
    reading, writing = pipe
    reader = reader_of(reading, heard)
    reader.close()
    reader.close()
    os.write(writing, b"unheard")
    os.close(writing)
    for _ in range(10):
        await asyncio.sleep(0)
    assert (heard.chunks, heard.ends) == ([], 0)
