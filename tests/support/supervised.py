"""A supervisor over fake runs and a clock that stands still: the app is in the test's hand."""

import asyncio
from collections.abc import Callable
from typing import Any, Self, TypeVar

import msgspec

from proctor.model.commands import AnyCommand, Refused, Reply
from proctor.model.configuration import AppConfiguration
from proctor.model.environment import Environment, Variable
from proctor.model.events import AnyEvent, AnyMessage, InternalError, ProcessStateChanged
from proctor.model.facts import Fact
from proctor.model.formation import default_formation
from proctor.model.names import ProcessName
from proctor.model.procfile import read_procfile
from proctor.model.settings import Settings
from proctor.model.type_settings import TypeSettings
from proctor.runtime.bus import EventBus
from proctor.runtime.mailbox import CommandAsked, EndAsked, FactTold, FilesReading, Item, Mailbox
from proctor.runtime.supervisor import Supervisor
from support.fake_runs import FakeRuns
from support.manual_timers import ManualTimers

AnEvent = TypeVar("AnEvent", bound=AnyEvent)


def configuration(
    procfile: str = "web: ./web\nworker: ./worker\n",
    *,
    variables: dict[str, str] | None = None,
    warnings: tuple[str, ...] = (),
    formation: dict[str, int] | None = None,
    types: dict[str, TypeSettings] | None = None,
    **settings: Any,
) -> AppConfiguration:
    read = read_procfile(procfile)
    values = {name: Variable(value, ".env") for name, value in (variables or {}).items()}
    return AppConfiguration(
        root="/home/ada/shop",
        name="shop",
        procfile_path="/home/ada/shop/Procfile",
        procfile=read,
        environment=Environment(values),
        formation=default_formation(read.types).with_quantities(formation or {}),
        settings=Settings(**settings),
        types=types or {},
        warnings=warnings,
    )


def reading(cause: str, *, apply: bool, number: int = 1) -> FilesReading:
    """A reading of the files, as a command ("c1") or a save ("f1") asks for it."""
    return FilesReading(number=number, cause=cause, apply=apply, awaited=cause.startswith("c"))


class Recorder:
    """Subscribes to a bus and keeps all that it tells."""

    def __init__(self) -> None:
        self.messages: list[AnyMessage] = []
        self.ended = False

    def put(self, message: AnyMessage) -> None:
        self.messages.append(message)

    def end(self) -> None:
        self.ended = True


class CountingMailbox(Mailbox):
    """Knows when all that was posted has been decided upon."""

    def __init__(self) -> None:
        super().__init__()
        self.undecided = 0

    def post(self, item: Item) -> None:
        self.undecided += 1
        super().post(item)

    async def next(self) -> Item:
        item = await super().next()
        self.undecided -= 1
        return item


class NotingBus(EventBus):
    """Notes the faults of ours that were told, whoever subscribes."""

    def __init__(self, wall: Callable[[], float]) -> None:
        super().__init__(wall)
        self.faults: list[str] = []

    def publish(self, event: AnyEvent) -> None:
        if isinstance(event, InternalError):
            self.faults.append(event.words)
        super().publish(event)


class SupervisedApp:
    """An app whose supervisor runs; leaving it stops everything, whatever a test has done."""

    def __init__(self, app: AppConfiguration | None = None) -> None:
        app = app or configuration()
        self.timers = ManualTimers()
        self.mailbox = CountingMailbox()
        self.bus = NotingBus(self.timers.wall)
        self.recorder = Recorder()
        self.bus.subscribe(self.recorder, after=0)
        self.runs = FakeRuns(app)
        self.runs.tell = self._told
        self.said: list[tuple[str, str | None]] = []
        self.watch_switched: list[bool] = []
        self.reads: list[FilesReading] = []
        self.supervisor = Supervisor(
            app,
            mailbox=self.mailbox,
            runs=self.runs,
            bus=self.bus,
            timers=self.timers,
            say=lambda words, process, _run: self.said.append((words, process and str(process))),
            switch_watch=self.watch_switched.append,
            read_again=self.reads.append,
        )
        self._task: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.supervisor.run(), name="supervisor")
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None and not self._task.done():
            self.runs.silent.clear()
            self.runs.stubborn.clear()
            self.mailbox.post(EndAsked(reason="the test is over", exit_code=0, at_once=True))
            await self.wait(10)
        assert self._task is not None
        assert self._task.done(), f"the supervisor goes on: {self.states}"
        # What `FakeRuns` refuses is a fault of the rules, even where the supervisor outlives it.
        assert not [words for words in self.bus.faults if "AssertionError" in words]

    # What happens

    async def settle(self) -> None:
        """Let the supervisor decide on all that waits."""
        while True:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if not self.mailbox.undecided or self.ended():
                return

    async def wait(self, seconds: float) -> None:
        await self.settle()
        until = self.timers.now() + seconds
        while self.timers.ring_next(until):
            await self.settle()
        await self.settle()

    async def post(self, item: Item) -> None:
        self.mailbox.post(item)
        await self.settle()

    async def tell(self, process: str, fact: Fact) -> None:
        await self.post(FactTold(ProcessName.parse(process), fact))

    async def ask(self, command: AnyCommand) -> Reply:
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        await self.post(CommandAsked(command, reply))
        return await reply

    async def is_refused(self, command: AnyCommand) -> Refused:
        reply = await self.ask(command)
        assert isinstance(reply, Refused), f"{reply}"
        return reply

    async def exit_code(self) -> int:
        """What the supervisor ended with; it must have ended."""
        await self.settle()
        assert self._task is not None
        assert self._task.done(), f"the supervisor goes on: {self.states}"
        return await self._task

    def ended(self) -> bool:
        return self._task is not None and self._task.done()

    def _told(self, process: ProcessName, fact: Fact) -> None:
        self.mailbox.post(FactTold(process, fact))

    # How it is

    @property
    def states(self) -> dict[str, str]:
        return {str(name): slot.state for name, slot in self.supervisor.slots.items()}

    def state(self, process: str) -> str:
        return self.states[process]

    @property
    def events(self) -> list[AnyMessage]:
        return self.recorder.messages

    def events_of(self, kind: type[AnEvent]) -> list[AnEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def moves(self, process: str) -> list[tuple[str, str]]:
        """The states that this process came through, as its events say."""
        told = (each for each in self.events_of(ProcessStateChanged))
        return [
            (event.before, event.process.state)
            for event in told
            if event.process.name == process and event.before != event.process.state
        ]

    @property
    def words(self) -> list[str]:
        return [words for words, _ in self.said]

    def forget(self) -> None:
        """From now on only what is new is seen."""
        self.recorder.messages.clear()
        self.runs.orders.clear()
        self.said.clear()


def sequences(events: list[AnyMessage]) -> list[int]:
    return [event.sequence for event in events if hasattr(event, "sequence")]


def changed(app: AppConfiguration, **fields: Any) -> AppConfiguration:
    return msgspec.structs.replace(app, **fields)
