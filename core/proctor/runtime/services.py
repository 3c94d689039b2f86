"""Services that the app can do without: one that fails is told, and tried again after a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from proctor.errors import ProctorError

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


async def keep_running(
    service: Callable[[], Awaitable[None]], *, failed: Callable[[str], None]
) -> None:
    """Run the service until it returns or is cancelled; tell each failure once, and try again.

    The app must not die of a broken watcher: whatever the service raises ends here.
    """
    wait = FIRST_WAIT_SECONDS
    last = ""
    while True:
        began = time.monotonic()
        try:
            await service()
        except Exception as problem:  # noqa: BLE001 - see above: no fault in it may end the app
            words = _words(problem)
            if time.monotonic() - began >= LONGEST_WAIT_SECONDS:  # it had worked: this is news
                wait, last = FIRST_WAIT_SECONDS, ""
            if words != last:
                failed(words)
            last = words
        else:
            return
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _words(problem: Exception) -> str:
    if isinstance(problem, ProctorError):
        return str(problem)
    return f"{type(problem).__name__}: {problem}"  # not its repr, which may hold what was read
