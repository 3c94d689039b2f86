"""The library: runs a Procfile app from a person's own Python code."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self

from proctor.assembly.running_app import RunningApp
from proctor.assembly.surroundings import Surroundings
from proctor.control.session import EVERYTHING, Session, WindowRequest
from proctor.errors import NotAchieved, UserError
from proctor.files.app_files import AppOptions, load_app
from proctor.keeper import guardian
from proctor.logs.search import SearchHit, SearchQuery
from proctor.logs.window import Row
from proctor.model.commands import (
    Accepted,
    AnyCommand,
    Kill,
    Refused,
    Restart,
    Scale,
    Start,
    Stop,
)
from proctor.model.configuration import AppConfiguration
from proctor.model.events import AnyEvent, Lagged, OutputAppended, ProcessView, UsageSampled
from proctor.model.groups import types_in
from proctor.model.settings import Settings
from proctor.runtime.mailbox import EndAsked


class App:
    """A Procfile app that runs inside an `async with` block, and is stopped at its end.

    Each process is started, kept running and ended by a guardian of its own program, so that none
    outlives this one, however it ends. Nothing is shared with the `proctor` command: no socket, no
    lock, no log files. The block's end stops gracefully, also after an exception; cancelling it
    means now: all is killed, and the block is left when all have gone.

    Args:
        procfile: the Procfile; its folder is the app's root.
        root: the folder that processes work in, if it is another one.
        formation: how many of each process type, as in `{"web": 2}`; those not named run once.
        port: the base port.
        env_files: env files, the later wins; None reads `.env` of the root, if there is one.
        settings: grace period, policy on exits, terminal or pipes.
        environment: what processes inherit; None is this program's own.
        read_settings: also read `proctor.toml` of the root, and the variables PROCTOR_…; what is
            given here beats both, and `settings` all that they say of the whole app.

    Raises:
        UserError: on entering, if a file is missing or wrong, or a fixed port is taken.
    """

    def __init__(  # noqa: PLR0913 - an option each, by name
        self,
        procfile: str | Path = "Procfile",
        *,
        root: str | Path | None = None,
        formation: Mapping[str, int] | None = None,
        port: int | None = None,
        env_files: tuple[str, ...] | None = None,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
        read_settings: bool = False,
    ) -> None:
        quantities = ",".join(f"{type_}={count}" for type_, count in (formation or {}).items())
        self._options = AppOptions(
            folder=str(Path.cwd()),
            procfile=str(procfile),
            root=None if root is None else str(root),
            formation=quantities or None,
            port=None if port is None else str(port),
            env_files=env_files,
            settings=settings if settings or read_settings else Settings(),
            reads_settings=read_settings,
        )
        self._inherited = dict(os.environ if environment is None else environment)
        self._running: RunningApp | None = None
        self._task: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        configuration = self._load()
        control, pid = guardian.spawn()
        around = Surroundings(
            guardian=control,
            guardian_pid=pid,
            read_again=self._load,
            owns_process=False,
            ends_with=f"process {os.getpid()}",
        )
        running = RunningApp(configuration, around)
        try:
            running.begin()
        except BaseException:
            await running.end()
            raise
        self._running = running
        self._task = asyncio.get_running_loop().create_task(running.run(), name="proctor app")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        try:
            await self._stop(at_once=cancelled)
        except asyncio.CancelledError:
            await self._kill_all()
            raise

    @property
    def session(self) -> Session:
        """The session: all that a user interface can ask.

        Raises:
            UserError: outside the `async with` block.
        """
        if self._running is None:
            raise UserError("the app is not running", hint="Use it inside `async with`")
        return self._running.session

    async def wait(self) -> int:
        """Wait until the app has ended by itself; gives its exit code."""
        assert self._task is not None, "inside `async with` alone"
        return await asyncio.shield(self._task)

    async def stop_all(self) -> int:
        """Stop every process gracefully and wait until all have gone; gives the exit code."""
        return await self._stop(at_once=False)

    # Steering

    async def send(self, command: AnyCommand) -> Accepted:
        """Ask for something; returns as soon as it is decided.

        Raises:
            UserError: it cannot be done as it was asked.
        """
        reply = await self.session.send(command)
        if isinstance(reply, Refused):
            raise UserError(reply.what, where=reply.where, hint=reply.hint)
        return reply

    async def scale(self, **quantities: int) -> Accepted:
        """Set how many processes of each type are wanted: `await app.scale(web=3)`."""
        return await self.send(Scale(quantities=quantities))

    async def restart(self, target: str = "all") -> Accepted:
        """Restart a process ("web.1"), a type one process after the other, or all."""
        return await self.send(Restart(target=target))

    async def start(self, target: str = "all") -> Accepted:
        """Start what was stopped or has crashed."""
        return await self.send(Start(target=target))

    async def stop(self, target: str = "all") -> Accepted:
        """Stop gracefully and keep down until started; a second time, kill."""
        return await self.send(Stop(target=target))

    async def kill(self, target: str, signal: str = "KILL") -> Accepted:
        """Send a signal to a process: SIGKILL to all of its tree, any other to its leader."""
        return await self.send(Kill(target=target, signal=signal))

    # Seeing

    async def processes(self) -> tuple[ProcessView, ...]:
        """The processes as they are now."""
        return (await self.session.snapshot()).processes

    async def events(self, *, after: int = 0) -> AsyncIterator[AnyEvent]:
        """Everything that happens to the app, from its first event on, until it has ended."""
        async for message in self.session.messages(after=after):
            if not isinstance(message, OutputAppended | UsageSampled | Lagged):
                yield message

    async def logs(self, source: str = EVERYTHING, *, count: int = 100) -> list[Row]:
        """The last lines of a process ("web.1"), of a type ("web"), a group or of everything."""
        journals = await self._journals(source)
        windows = await self.session.windows(
            [WindowRequest(journal=journal, count=count) for journal in journals]
        )
        rows = [row for window in windows for row in window.rows]
        if len(windows) > 1:
            rows.sort(key=lambda row: row.at)
        return rows[max(0, len(rows) - count) :]

    async def search(
        self, text: str, *, regex: bool = False, source: str = EVERYTHING, limit: int | None = None
    ) -> AsyncGenerator[SearchHit, None]:
        """The lines of a process, a type, a group or everything that match, the newest first.

        Case is ignored unless the text has a capital. `app.session.search` can do more.

        Raises:
            UserError: `text` is no regular expression, or takes too long.
        """
        targets = () if source == EVERYTHING else await self._journals(source)
        query = SearchQuery(text=text, regex=regex, targets=targets, limit=limit)
        async with aclosing(self.session.search(query)) as found:
            async for item in found:
                if isinstance(item, SearchHit):
                    yield item

    async def until(
        self, condition: Callable[[tuple[ProcessView, ...]], bool], *, within_seconds: float = 60.0
    ) -> tuple[ProcessView, ...]:
        """Wait until the processes are as the condition says; gives them as they then are.

        Raises:
            NotAchieved: it did not come about in time, or the app has ended.
        """
        try:
            async with asyncio.timeout(within_seconds):
                async for _ in self.events():
                    views = await self.processes()
                    if condition(views):
                        return views
        except TimeoutError:
            pass
        raise NotAchieved("the processes did not come to be so in time")

    async def _journals(self, source: str) -> tuple[str, ...]:
        types = (await self.session.snapshot()).types
        return types_in(source, types) or (source,)

    async def _stop(self, *, at_once: bool) -> int:
        assert self._running is not None
        assert self._task is not None
        self._running.stop(EndAsked(reason="its program ends it", exit_code=0, at_once=at_once))
        return await asyncio.shield(self._task)

    async def _kill_all(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])

    def _load(self) -> AppConfiguration:
        return load_app(self._options, self._inherited)
