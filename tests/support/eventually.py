"""Waiting for something to be true, with a deadline and no fixed pause."""

import asyncio
import time
from collections.abc import Callable

_LOOK_AGAIN_SECONDS = 0.005


async def eventually(condition: Callable[[], bool], *, within: float = 10.0) -> None:
    """Return as soon as the condition holds; fail the test when it does not in time."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"still not so after {within} s"
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def eventually_now(condition: Callable[[], bool], *, within: float = 10.0) -> None:
    """The same for tests without an event loop."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"still not so after {within} s"
        time.sleep(_LOOK_AGAIN_SECONDS)
