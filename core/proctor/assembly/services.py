"""What runs beside the supervisor: control server, watcher, metrics."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from proctor.assembly.surroundings import Surroundings
from proctor.control.places import Places, SupervisorRecord
from proctor.control.server import ControlServer
from proctor.control.session import Session
from proctor.errors import PlatformError, ProctorError
from proctor.model.configuration import AppConfiguration
from proctor.model.events import Usage
from proctor.model.names import ProcessName
from proctor.runtime.mailbox import (
    ConfigurationRead,
    EndAsked,
    FilesChanged,
    FilesReading,
    Mailbox,
    WatchTroubled,
)
from proctor.runtime.metrics import Sampler
from proctor.runtime.services import keep_running
from proctor.watch.changes import ChangeSet
from proctor.watch.lookout import Subject
from proctor.watch.printed_to import files_printed_to
from proctor.watch.watcher import Watcher

if TYPE_CHECKING:
    import socket

SAMPLE_SECONDS = 1.0
SAMPLE_UNSEEN_SECONDS = 5.0
FIRST_SAMPLES = 5
LOOK_AT_SOCKET_SECONDS = 3.0


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What the services want to know of the app, and whom they tell."""

    configuration: Callable[[], AppConfiguration]
    trees: Callable[[], dict[ProcessName, int]]
    seen: Callable[[], bool]
    sampled: Callable[[dict[str, Usage]], None]
    limited: Callable[[], bool]  #: somebody may not use more than so much memory
    say: Callable[[str], None]
    lease_given_up: Callable[[], None]


class Services:
    """The services of one app, for as long as it runs."""

    def __init__(
        self,
        around: Surroundings,
        session: Session,
        mailbox: Mailbox,
        needs: Needs,
        *,
        watch: bool,
        listener: "socket.socket | None" = None,
    ) -> None:
        self._around = around
        self._mailbox = mailbox
        self._needs = needs
        self._watch_on = watch
        self._listener = listener
        self._server = ControlServer(session)
        self._sampler = Sampler()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._watch_problem: str | None = None

    async def start(self) -> None:
        """Open the socket, adopt the lease, and begin to watch and to measure.

        Raises:
            PlatformError: the control socket cannot be opened.
        """
        places = self._around.places
        if places is not None:
            await self._listen(places, self._listener)
            staying = partial(self._stay_reachable, places)
            self._begin(keep_running(staying, failed=self._unreachable), "control socket")
        if self._around.lease is not None:
            self._server.adopt(
                self._around.lease,
                lease_ended=self._lease_ended,
                lease_given_up=self._needs.lease_given_up,
            )
        self._begin(keep_running(self._measure, failed=self._measuring_failed), "metrics")
        self.switch_watch(self._watch_on)

    async def stop(self) -> None:
        """End all services."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.close()

    def switch_watch(self, on: bool) -> None:  # noqa: FBT001 - the switch's position
        """Watch all files of the app, or only the Procfile and the env files."""
        self._watch_on = on
        self._watch_problem = None
        if self._watching is not None:
            self._watching.cancel()
        watching = keep_running(self._watch, failed=self._watch_troubled)
        self._watching = self._begin(watching, "watch")

    def read_again(self, reading: FilesReading) -> None:
        """Read the app's files in a thread, and post what they say."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            found = self._read(reading)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._mailbox.post, found)

        # A daemon: a named pipe that nobody writes to holds it, and must not hold up our end.
        Thread(target=read, name=f"read the app's files for {reading.cause}", daemon=True).start()

    def _read(self, reading: FilesReading) -> ConfigurationRead:
        try:
            configuration = self._around.read_again()
        except ProctorError as problem:
            return ConfigurationRead(reading=reading, problem=problem)
        except Exception as fault:  # noqa: BLE001 - a fault of ours: the app goes on, and it is told
            words = f"a fault of proctor's own: {type(fault).__name__}: {fault}"
            return ConfigurationRead(reading=reading, problem=PlatformError(words))
        return ConfigurationRead(reading=reading, configuration=configuration)

    # Being reached

    async def _listen(self, places: Places, opened: "socket.socket | None" = None) -> None:
        await self._server.listen(places.socket, opened)
        SupervisorRecord(pid=self._around.pid, socket=places.socket).write(places)

    async def _stay_reachable(self, places: Places) -> None:
        """Open the socket again whenever somebody has removed it, with its folder perhaps."""
        while True:
            if not self._server.reachable:
                places.create()
                await self._listen(places)
                self._needs.say(f"{places.socket} had been removed, and was made again")
            await asyncio.sleep(LOOK_AT_SOCKET_SECONDS)

    def _unreachable(self, words: str) -> None:
        self._needs.say(f"no other terminal can reach this app: {words}")

    # Watching

    async def _watch(self) -> None:
        app = self._needs.configuration()
        places = self._around.places
        procfile, *others = map(Path, app.read_files)
        subject = Subject(
            Path(app.root),
            procfile=procfile,
            environment_files=tuple(sorted({*others, Path(app.root) / ".env"})),
            own=(*((places.state,) if places else ()), *files_printed_to()),
            whole_tree=self._watch_on,
            globs=app.watch_globs,
        )
        watcher = Watcher(
            subject,
            changed=self._files_changed,
            failed=self._watch_troubled,
            recovered=self._watch_recovered,
        )
        await watcher.run()

    def _files_changed(self, changes: ChangeSet) -> None:
        self._mailbox.post(
            FilesChanged(
                words=changes.words,
                code=bool(changes.paths),
                settings=changes.procfile_changed or changes.environment_changed,
                types=changes.types,
            )
        )

    def _watch_troubled(self, words: str) -> None:
        self._watch_problem = words
        self._mailbox.post(WatchTroubled(problem=words))

    def _watch_recovered(self) -> None:
        if self._watch_problem is not None:
            self._watch_problem = None
            self._mailbox.post(WatchTroubled(problem=None))

    # Measuring

    async def _measure(self) -> None:
        for round_ in itertools.count():
            usages = self._sampler.sample(self._needs.trees())
            self._needs.sampled(
                {
                    str(name): Usage(
                        cpu_percent=round(usage.cpu_percent, 1),
                        memory_bytes=usage.memory_bytes,
                        processes=usage.processes_in_tree,
                    )
                    for name, usage in usages.items()
                }
            )
            # At first as if somebody looked: CPU is known from the second sample on.
            seen = round_ < FIRST_SAMPLES or self._needs.seen() or self._needs.limited()
            await asyncio.sleep(SAMPLE_SECONDS if seen else SAMPLE_UNSEEN_SECONDS)

    def _measuring_failed(self, words: str) -> None:
        self._needs.sampled({})
        self._needs.say(f"CPU and memory are not measured: {words}")

    # Details

    def _lease_ended(self) -> None:
        self._mailbox.post(EndAsked(reason="its screen has gone", exit_code=0))

    def _begin(self, work: "asyncio._CoroutineLike[None]", name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
