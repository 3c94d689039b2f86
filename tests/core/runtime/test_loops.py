import asyncio
import os
from collections.abc import Iterator

import pytest

from proctor.runtime.loops import LoopToCome

LONG = 10.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_calls_are_made_in_their_order_and_cancelled_ones_are_not() -> None:
    loop = LoopToCome()
    made: list[str] = []
    loop.call_soon(made.append, "first")
    loop.call_soon(made.append, "never").cancel()
    loop.call_soon_threadsafe(made.append, "second")
    loop.call_later(0.01, made.append, "later")
    loop.call_at(loop.time() + LONG, made.append, "not yet")

    loop.serve(until=lambda: len(made) == 3, within_seconds=LONG)

    assert made == ["first", "second", "later"]


def test_a_descriptor_that_can_be_read_is_read(pipe: tuple[int, int]) -> None:
    loop = LoopToCome()
    heard: list[bytes] = []
    loop.add_reader(pipe[0], lambda: heard.append(os.read(pipe[0], 10)))
    loop.add_writer(pipe[1], lambda: (os.write(pipe[1], b"hello"), loop.remove_writer(pipe[1])))

    loop.serve(until=lambda: bool(heard), within_seconds=LONG)

    assert heard == [b"hello"]


def test_nothing_more_is_read_once_that_is_not_wanted(pipe: tuple[int, int]) -> None:
    loop = LoopToCome()
    heard: list[bytes] = []
    loop.add_reader(pipe[0], lambda: heard.append(b"something"))
    assert loop.remove_reader(pipe[0])
    os.write(pipe[1], b"hello")

    loop.serve(until=lambda: bool(heard), within_seconds=0.01)

    assert not heard


def test_it_serves_no_longer_than_it_may() -> None:
    loop = LoopToCome()
    began = loop.time()

    loop.serve(until=lambda: False, within_seconds=0.02)

    assert 0.02 <= loop.time() - began < LONG


def test_what_a_callback_raises_is_raised() -> None:
    loop = LoopToCome()
    loop.call_soon(int, "no number")

    with pytest.raises(ValueError, match="no number"):
        loop.serve(until=lambda: False, within_seconds=LONG)


async def test_what_was_not_done_yet_is_asked_of_the_loop_that_comes(
    pipe: tuple[int, int],
) -> None:
    loop = LoopToCome()
    made: asyncio.Queue[str] = asyncio.Queue()
    loop.call_soon(made.put_nowait, "served")
    loop.serve(until=lambda: not made.empty(), within_seconds=LONG)
    loop.call_soon(made.put_nowait, "soon")
    loop.call_later(0.01, made.put_nowait, "later")
    kept = loop.call_later(0.01, made.put_nowait, "never")
    loop.add_reader(pipe[0], lambda: made.put_nowait(os.read(pipe[0], 10).decode()))

    loop.run_on(asyncio.get_running_loop())
    kept.cancel()

    async with asyncio.timeout(LONG):
        assert [await made.get() for _ in range(3)] == ["served", "soon", "later"]
        os.write(pipe[1], b"read")
        assert await made.get() == "read"
    loop.remove_reader(pipe[0])
