"""Serving one client: its requests one after the other, and what it follows beside them."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

import msgspec

import proctor
from proctor.control import wire
from proctor.control.backlog import Backlog
from proctor.control.served_searches import ServedSearches
from proctor.control.served_terminals import ServedTerminals
from proctor.control.session import Session, WindowRequest
from proctor.control.terminal_frames import TerminalRequest
from proctor.errors import PlatformError, ProctorError
from proctor.logs.window import Window
from proctor.model.events import AnyMessage

#: Notices alone are sent this seldom: more often than a screen paints helps nobody.
PACE_SECONDS = 1 / 60
#: A window is cut to this many rows, and the windows of one answer to this many bytes of lines.
LARGEST_WINDOW = 1000
LARGEST_ANSWER = 8 * 1024 * 1024
#: This many messages go into one frame.
_LARGEST_BATCH = 256


class ClientConnection:
    """One client, from its first words to its last.

    Args:
        session: what it holds from afar.
        reader: where its requests come from.
        writer: where the answers go; full buffers hold back this client alone.
        give_up_lease: called when it gives up its lease; None for a client that has none.
    """

    def __init__(
        self,
        session: Session,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        give_up_lease: Callable[[], None] | None = None,
    ) -> None:
        self._session = session
        self._reader = reader
        self._writer = writer
        self._give_up_lease = give_up_lease
        self._follows: dict[int, asyncio.Task[None]] = {}
        self._searches = ServedSearches(session, self._write)
        self._terminals = ServedTerminals(session, self._write)

    async def serve(self) -> None:
        """Answer until the client leaves; what it does wrong is told to it, and ends it."""
        try:
            if await self._welcome():
                while (body := await wire.read_body(self._reader)) is not None:
                    if not await self._answer(wire.decode_from_client(body)):
                        break
        except PlatformError as error:
            with suppress(ConnectionError):
                await self._write(wire.failed(error))
        except ConnectionError:
            pass  # it left in the middle of a word
        finally:
            await self._leave()

    async def refuse(self, problem: ProctorError) -> None:
        """Tell this client why it is not served."""
        try:
            await self._write(wire.failed(problem))
        except ConnectionError:
            pass  # it did not wait for the reason
        finally:
            self._writer.close()

    async def _welcome(self) -> bool:
        body = await wire.read_body(self._reader)
        if body is None:
            return False
        hello = wire.decode_from_client(body)
        if not isinstance(hello, wire.Hello):
            raise PlatformError("the client did not begin with a greeting")
        await self._write(wire.Welcome(program=proctor.__version__, pid=os.getpid()))
        return hello.protocol == wire.PROTOCOL

    async def _answer(self, frame: wire.FromClient) -> bool:
        """Do one thing that the client asks for; False when it leaves."""
        if isinstance(frame, TerminalRequest):
            await self._terminals.take(frame)
            return True
        match frame:
            case wire.Bye():
                return False
            case wire.GiveUpLease():
                if self._give_up_lease is not None:
                    self._give_up_lease()
            case wire.Follow():
                self._begin_to_follow(frame)
            case wire.Unfollow():
                self._end_to_follow(frame)
            case wire.Search() | wire.SearchMore() | wire.CancelSearch():
                self._searches.take(frame)
            case (
                wire.SendCommand()
                | wire.TakeSnapshot()
                | wire.TakeWindows()
                | wire.TakeEnvironment()
                | wire.Explain()
            ):
                await self._write(await self._result_of(frame))
            case wire.Hello():
                raise PlatformError("the client greeted twice")
        return True

    async def _result_of(self, frame: wire.Question) -> wire.FromServer:
        try:
            match frame:
                case wire.SendCommand():
                    return wire.Replied(id=frame.id, reply=await self._session.send(frame.command))
                case wire.TakeSnapshot():
                    return wire.SnapshotTaken(id=frame.id, snapshot=await self._session.snapshot())
                case wire.TakeEnvironment():
                    environment = await self._session.environment(
                        frame.process, with_values=frame.with_values
                    )
                    return wire.EnvironmentTaken(id=frame.id, environment=environment)
                case wire.Explain():
                    explanation = await self._session.explain(frame.process)
                    return wire.Explained(id=frame.id, explanation=explanation)
                case wire.TakeWindows():
                    return wire.WindowsTaken(id=frame.id, windows=await self._windows(frame))
        except ProctorError as error:
            return wire.failed(error, request=frame.id)
        except Exception as error:  # noqa: BLE001 - our fault costs this request, not the client
            return wire.failed(_our_fault(error), request=frame.id)

    async def _windows(self, frame: wire.TakeWindows) -> tuple[Window, ...]:
        requests = [
            msgspec.structs.replace(each, count=max(0, min(each.count, LARGEST_WINDOW)))
            for each in frame.requests
        ]
        windows = await self._session.windows(requests)
        return tuple(_cut(requests, windows))

    def _begin_to_follow(self, frame: wire.Follow) -> None:
        if frame.id in self._follows:
            raise PlatformError("the client used one number twice")
        follow = asyncio.get_running_loop().create_task(
            self._follow(frame), name=f"follow {frame.id}"
        )
        self._follows[frame.id] = follow
        follow.add_done_callback(lambda _: self._follows.pop(frame.id, None))

    def _end_to_follow(self, frame: wire.Unfollow) -> None:
        if (follow := self._follows.get(frame.id)) is not None:
            follow.cancel()

    async def _follow(self, frame: wire.Follow) -> None:
        """Send what happens, as fast as this client takes it and no faster."""
        backlog = Backlog(limit=wire.LARGEST_BACKLOG)
        messages = self._session.messages(after=frame.after)
        filling = asyncio.get_running_loop().create_task(_fill(backlog, messages))
        try:
            while batch := await backlog.take(pace_seconds=PACE_SECONDS):
                for start in range(0, len(batch), _LARGEST_BATCH):
                    part = batch[start : start + _LARGEST_BATCH]
                    await self._write(wire.Told(id=frame.id, messages=part))
            await self._write(await _ending_of(frame, filling))
        except ConnectionError:
            pass  # the client left; reading from it ends as well
        finally:
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)

    async def _write(self, frame: wire.FromServer) -> None:
        await wire.send(self._writer, frame)

    async def _leave(self) -> None:
        follows = tuple(self._follows.values())
        for follow in follows:
            follow.cancel()
        await asyncio.gather(*follows, return_exceptions=True)
        await self._searches.close()
        await self._terminals.close()
        self._writer.close()


async def _fill(backlog: Backlog, messages: AsyncIterator[AnyMessage]) -> None:
    try:
        async for message in messages:
            backlog.put(message)
    finally:
        backlog.end()


async def _ending_of(frame: wire.Follow, filling: asyncio.Task[None]) -> wire.FromServer:
    try:
        await filling
    except ProctorError as error:
        return wire.failed(error, request=frame.id)
    except Exception as error:  # noqa: BLE001 - our fault costs this request, not the client
        return wire.failed(_our_fault(error), request=frame.id)
    return wire.FollowEnded(id=frame.id)


def _our_fault(error: Exception) -> PlatformError:
    return PlatformError(f"a fault of proctor's own: {type(error).__name__}: {error}")


def _cut(requests: Sequence[WindowRequest], windows: Sequence[Window]) -> list[Window]:
    """The windows, cut at the end (a tail: at its beginning) so that together they fit."""
    room = LARGEST_ANSWER
    fitting = []
    for request, window in zip(requests, windows, strict=True):
        tail = request.first is None
        kept = 0
        for row in reversed(window.rows) if tail else window.rows:
            room -= len(row.data)
            if room < 0:
                break
            kept += 1
        fitting.append(_shortened(window, kept, tail=tail))
    return fitting


def _shortened(window: Window, kept: int, *, tail: bool) -> Window:
    if kept == len(window.rows):
        return window
    if tail:
        rows = window.rows[len(window.rows) - kept :]
        return msgspec.structs.replace(window, first=window.end - kept, rows=rows)
    return msgspec.structs.replace(window, end=window.first + kept, rows=window.rows[:kept])
