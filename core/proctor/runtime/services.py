"""Services that the app can do without: one that fails is told, and tried again after a while."""

import asyncio
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
        try:
            await service()
        except (ProctorError, OSError, RuntimeError, ValueError) as problem:
            words = str(problem) if isinstance(problem, ProctorError) else f"{problem!r}"
            if words != last:
                failed(words)
            last = words
        else:
            return
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)
