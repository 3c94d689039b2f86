"""A backlog: what one slow reader has not been told yet, in bounded memory."""

import asyncio
from collections import deque

from proctor.model.events import AnyMessage, Lagged, OutputAppended, UsageSampled

_Topic = tuple[str, str]


class Backlog:
    """Messages between one writer and one reader on the same event loop; the writer never waits.

    Events wait in order. Are there more than `limit` of them, they become one `Lagged` with their
    number: never lost without a word. A notice replaces the earlier one about the same thing.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._events: deque[AnyMessage] = deque()
        self._notices: dict[_Topic, AnyMessage] = {}
        self._missed = 0
        self._ended = False
        self._something = asyncio.Event()
        self._urgent = asyncio.Event()

    def put(self, message: AnyMessage) -> None:
        """Add a message; memory stays bounded whether or not anybody reads."""
        match message:
            case OutputAppended():
                self._notices["output", message.process] = message
            case UsageSampled():
                self._notices["usage", ""] = message
            case Lagged():
                self._missed += message.missed + len(self._events)
                self._events.clear()
                self._urgent.set()
            case _:
                self._put_event(message)
        self._something.set()

    def _put_event(self, event: AnyMessage) -> None:
        if len(self._events) >= self._limit:
            self._missed += len(self._events)
            self._events.clear()
        self._events.append(event)
        self._urgent.set()

    def end(self) -> None:
        """There will be no more; what is there can still be taken."""
        self._ended = True
        self._something.set()
        self._urgent.set()

    async def take(self, *, pace_seconds: float = 0.0) -> tuple[AnyMessage, ...]:
        """All that waits, at least one message; nothing when it has ended.

        Notices alone wait for up to `pace_seconds` for others to replace or join them; an event
        never waits.
        """
        await self._something.wait()
        if pace_seconds and not self._urgent.is_set():
            await self._urgent_within(pace_seconds)
        lagged = (Lagged(missed=self._missed),) if self._missed else ()
        taken = (*lagged, *self._events, *self._notices.values())
        self._events.clear()
        self._notices.clear()
        self._missed = 0
        if not self._ended:
            self._something.clear()
            self._urgent.clear()
        return taken

    async def _urgent_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._urgent.wait()
        except TimeoutError:
            return
