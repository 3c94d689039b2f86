"""The searches of one client, at the server's end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress

from proctor.control import wire
from proctor.control.session import Session
from proctor.errors import PlatformError, ProctorError
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery

#: One client's searches at once; each is a process, and keeps what memory held when it began.
MOST_SEARCHES = 8
#: Frames of one search that a client is sent before it has asked for more.
_FRAMES_AHEAD = 8
_LARGEST_BATCH = 256
_LARGEST_CHARACTERS = 1024 * 1024


class ServedSearches:
    """Begins, feeds and ends searches as one client asks for it.

    Args:
        session: whose lines are searched.
        write: sends a frame to the client; full buffers hold it back.
    """

    def __init__(
        self, session: Session, write: Callable[[wire.FromServer], Awaitable[None]]
    ) -> None:
        self._session = session
        self._write = write
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._credits: dict[int, asyncio.Semaphore] = {}

    def take(self, frame: wire.Search | wire.SearchMore | wire.CancelSearch) -> None:
        """Do what the client asks for.

        Raises:
            PlatformError: the client broke the rules of the wire.
        """
        match frame:
            case wire.Search():
                self._begin(frame)
            case wire.SearchMore():
                if (credit := self._credits.get(frame.id)) is not None:
                    credit.release()
            case wire.CancelSearch():
                if (task := self._tasks.get(frame.id)) is not None:
                    task.cancel()

    async def close(self) -> None:
        """End all searches; returns when nothing of them is left."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, frame: wire.Search) -> None:
        if frame.id in self._tasks:
            raise PlatformError("the client used one number twice")
        self._credits[frame.id] = asyncio.Semaphore(_FRAMES_AHEAD)
        task = asyncio.get_running_loop().create_task(
            self._serve(frame, full=len(self._tasks) >= MOST_SEARCHES), name=f"search {frame.id}"
        )
        self._tasks[frame.id] = task
        task.add_done_callback(lambda _: self._forget(frame.id))

    def _forget(self, number: int) -> None:
        del self._tasks[number]
        del self._credits[number]

    async def _serve(self, frame: wire.Search, *, full: bool) -> None:
        with suppress(ConnectionError):  # the client left; reading from it ends as well
            if full:
                problem = PlatformError(f"{MOST_SEARCHES} searches of this client run already")
                await self._write(wire.failed(problem, request=frame.id))
            else:
                await self._write(await self._ending_of(frame))

    async def _ending_of(self, frame: wire.Search) -> wire.FromServer:
        try:
            await self._tell_all(frame.id, frame.query)
        except ProctorError as error:
            return wire.failed(error, request=frame.id)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - our fault costs this request, not the client
            words = f"a fault of proctor's own: {type(error).__name__}: {error}"
            return wire.failed(PlatformError(words), request=frame.id)
        return wire.SearchEnded(id=frame.id)

    async def _tell_all(self, number: int, query: SearchQuery) -> None:
        credit = self._credits[number]
        async with aclosing(self._session.search(query)) as found:
            async for items in _batches(found):
                await credit.acquire()
                await self._write(wire.SearchTold(id=number, items=items))


async def _batches(
    items: AsyncIterator[SearchHit | SearchProgress],
) -> AsyncIterator[tuple[SearchHit | SearchProgress, ...]]:
    """What is found, in parts that a frame holds; progress ends a part."""
    batch: list[SearchHit | SearchProgress] = []
    characters = 0
    async for item in items:
        batch.append(item)
        characters += len(item.text) if isinstance(item, SearchHit) else 0
        if (
            isinstance(item, SearchProgress)
            or len(batch) >= _LARGEST_BATCH
            or characters >= _LARGEST_CHARACTERS
        ):
            yield tuple(batch)
            batch, characters = [], 0
