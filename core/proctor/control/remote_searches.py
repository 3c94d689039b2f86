"""The searches of a remote session, at the client's end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

from proctor.control import wire
from proctor.errors import ProctorError
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery

_Items = tuple[SearchHit | SearchProgress, ...]


class RemoteSearches:
    """Hands what the server tells of each search to whoever began it.

    Args:
        write: sends a frame to the server.
    """

    def __init__(self, write: Callable[[wire.FromClient], Awaitable[None]]) -> None:
        self._write = write
        self._told: dict[int, asyncio.Queue[_Items | ProctorError | None]] = {}

    async def search(
        self, number: int, query: SearchQuery
    ) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        """Search, by this number of the client's; close it to end the search early.

        Raises:
            ProctorError: the search cannot be made, or its server has gone.
        """
        # In bounded memory: the server waits until it is asked for more.
        told = self._told[number] = asyncio.Queue[_Items | ProctorError | None]()
        ended = False
        try:
            await self._write(wire.Search(id=number, query=query))
            while (items := await told.get()) is not None:
                if isinstance(items, ProctorError):
                    ended = True
                    raise items
                await self._write(wire.SearchMore(id=number))
                for item in items:
                    yield item
            ended = True
        finally:
            del self._told[number]
            if not ended:
                with suppress(ConnectionError):
                    await self._write(wire.CancelSearch(id=number))

    def take(self, frame: wire.SearchTold | wire.SearchEnded) -> None:
        """The server has told something; what nobody waits for any more is dropped."""
        if (told := self._told.get(frame.id)) is not None:
            told.put_nowait(frame.items if isinstance(frame, wire.SearchTold) else None)

    def fail(self, number: int, problem: ProctorError) -> None:
        """The server has said that this search, if it is one, has failed."""
        if (told := self._told.get(number)) is not None:
            told.put_nowait(problem)

    def fail_all(self, problem: ProctorError) -> None:
        """The server has gone."""
        for number in self._told:
            self.fail(number, problem)
