"""Fakes that stand in for what is slow or far away.

`FakeSession` is a `Session` without a supervisor: a test says what happens (`tell`, `output`),
and reads what the screen asked for (`sent`, `asked`).

    session = FakeSession(histories.shop())
    session.output("web.1", "GET / 200")          # lines, and the notice about them
    session.tell(session.state_changed("web.2", "crashed", exit=ExitView(status=3)))
    session.end()                                 # the supervisor has gone
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

import msgspec

from proctor.control.session import EVERYTHING, WindowRequest
from proctor.control.terminal import Terminal
from proctor.errors import UserError
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.window import Stream, Window
from proctor.model.commands import Accepted, AnyCommand, Reply, to_cli
from proctor.model.events import (
    AnyMessage,
    AppChanged,
    CommandAccepted,
    FormationChanged,
    OutputAppended,
    ProcessRemoved,
    ProcessState,
    ProcessStateChanged,
    ProcessView,
    Snapshot,
    UsageSampled,
    WatchChanged,
)
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView, GivenVariable, ReadFile
from support.histories import NOON
from support.journals import FakeJournal


class FakeSession:
    """A session that a test plays by hand.

    `sent` holds every command, `asked` every request for lines, in order. `answer` decides what a
    command is answered; by itself everything is accepted, and told as `CommandAccepted`.
    """

    def __init__(self, snapshot: Snapshot, *, now: Callable[[], float] = lambda: NOON) -> None:
        self.sent: list[AnyCommand] = []
        self.asked: list[WindowRequest] = []
        self.searches: list[SearchQuery] = []  #: every search, in order
        self.finds: list[SearchHit] = []  #: what each of them finds
        self.closed = False
        self.gave_up_lease = False
        self.followed = asyncio.Event()  #: somebody listens to what is told
        self.answer: Callable[[AnyCommand], Reply] = self.accept
        self.now = now
        self._snapshot = snapshot
        self._journals: defaultdict[str, FakeJournal] = defaultdict(FakeJournal)
        self._subscribers: list[asyncio.Queue[AnyMessage | None]] = []
        self._ended = False

    # What a test says

    def tell(self, *messages: AnyMessage) -> None:
        """These things happen now."""
        for message in messages:
            self._remember(message)
            for subscriber in self._subscribers:
                subscriber.put_nowait(message)

    def output(
        self, process: str, *lines: str | bytes, at: float | None = None, stream: Stream = "out"
    ) -> None:
        """A process prints lines; with `stream="proctor"` they are the platform's own words."""
        stamp = self.now() if at is None else at
        encoded = [line.encode() if isinstance(line, str) else line for line in lines]
        run = next((each.run for each in self._snapshot.processes if each.name == process), None)
        for journal in (process, process.rpartition(".")[0], EVERYTHING):
            self._journals[journal].append(process, run, encoded, at=stamp, stream=stream)
        own = self._journals[process]
        self.tell(OutputAppended(process=process, first=own.first, end=own.end))

    def forget(self, journal: str, count: int) -> None:
        """The oldest lines of a journal are dropped, as a full store does."""
        kept = self._journals[journal]
        kept.forget(count)
        self.tell(OutputAppended(process=journal, first=kept.first, end=kept.end))

    def state_changed(
        self, name: str, state: ProcessState, *, cause: str = "app", **changes: object
    ) -> ProcessStateChanged:
        """The event of a process that comes into a state now; `changes` are fields of its view."""
        before = self.process(name)
        after = msgspec.structs.replace(before, state=state, since=self.now(), **changes)
        return ProcessStateChanged(
            sequence=self.next_sequence,
            at=self.now(),
            cause=cause,
            before=before.state,
            process=after,
        )

    def accept(self, command: AnyCommand) -> Reply:
        """Accept a command, and tell everybody."""
        words, cause = f"{command.cli_word} was asked for", f"c{len(self.sent)}"
        self.tell(
            CommandAccepted(
                sequence=self.next_sequence,
                at=self.now(),
                cause=cause,
                words=words,
                cli=to_cli(command),
                by=command.by,
            )
        )
        return Accepted(cause=cause, words=words, sequence=self._snapshot.sequence)

    def end(self) -> None:
        """The supervisor has gone: all subscriptions end."""
        self._ended = True
        for subscriber in self._subscribers:
            subscriber.put_nowait(None)

    # What a test asks

    @property
    def next_sequence(self) -> int:
        """The number that the next event carries."""
        return self._snapshot.sequence + 1

    def process(self, name: str) -> ProcessView:
        """A process as it is now."""
        return next(view for view in self._snapshot.processes if view.name == name)

    @property
    def now_is(self) -> Snapshot:
        """All there is, as a snapshot taken now."""
        named = ((name, self._journals[name]) for name in self._processes_heard())
        journals = {name: (kept.first, kept.end) for name, kept in named}
        return msgspec.structs.replace(self._snapshot, journals=journals)

    # The session

    async def send(self, command: AnyCommand) -> Reply:
        self.sent.append(command)
        return self.answer(command)

    async def snapshot(self) -> Snapshot:
        return self.now_is

    async def messages(self, *, after: int) -> AsyncIterator[AnyMessage]:
        queue: asyncio.Queue[AnyMessage | None] = asyncio.Queue()
        self._subscribers.append(queue)
        self.followed.set()
        for process, (first, end) in self.now_is.journals.items():
            queue.put_nowait(OutputAppended(process=process, first=first, end=end))
        if self._ended:
            queue.put_nowait(None)
        try:
            while (message := await queue.get()) is not None:
                if getattr(message, "sequence", after + 1) > after:
                    yield message
        finally:
            self._subscribers.remove(queue)

    async def windows(self, requests: Sequence[WindowRequest]) -> Sequence[Window]:
        self.asked.extend(requests)
        return [self._journals[request.journal].window(request) for request in requests]

    async def search(self, query: SearchQuery) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        self.searches.append(query)
        for hit in self.finds:
            yield hit
        found = len(self.finds)
        yield SearchProgress(searched=1, total=1, lines=found, found=found, ended=True)

    async def environment(
        self, process: str | None = None, *, with_values: bool = False
    ) -> EnvironmentView:
        variables = tuple(
            GivenVariable(name=name, origin=origin, value="secret" if with_values else None)
            for name, origin in (("API_KEY", ".env"), ("HOME", "inherited"), ("PATH", "inherited"))
        )
        files = (
            ReadFile(path="/home/ada/shop/Procfile"),
            ReadFile(path="/home/ada/shop/.env", changed=True),
        )
        given = {} if process is None else {"process": process, "run": 1, "given_at": NOON - 60}
        return EnvironmentView(read_at=NOON - 150, files=files, variables=variables, **given)

    async def explain(self, process: str) -> Explanation:
        return Explanation(process=self.process(process), steps=())

    async def open_terminal(self, process: str, *, columns: int, rows: int) -> Terminal:
        raise UserError(f"{process} has no terminal: it is played", hint=f"{columns}x{rows}")

    async def give_up_lease(self) -> None:
        self.gave_up_lease = True

    async def close(self) -> None:
        self.closed = True
        self.end()

    def _processes_heard(self) -> list[str]:
        return [name for name in self._journals if "." in name]

    def _remember(self, message: AnyMessage) -> None:
        changes: dict[str, object] = {}
        if (sequence := getattr(message, "sequence", None)) is not None:
            changes["sequence"] = sequence
        match message:
            case ProcessStateChanged(process=view):
                others = {each.name: each for each in self._snapshot.processes}
                changes["processes"] = tuple({**others, view.name: view}.values())
            case ProcessRemoved(process=name):
                kept = (each for each in self._snapshot.processes if each.name != name)
                changes["processes"] = tuple(kept)
            case FormationChanged(types=types):
                changes["types"] = types
            case WatchChanged(watch=watch):
                changes["watch"] = watch
            case AppChanged(app=app, pending=pending):
                changes |= {"app": app, "pending": pending}
            case UsageSampled(usage=usage):
                changes["usage"] = usage
            case _:
                pass
        self._snapshot = msgspec.structs.replace(self._snapshot, **changes)
