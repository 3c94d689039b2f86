"""The session in the supervisor's own process: for the library and the control server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

from proctor.control.backlog import Backlog
from proctor.control.environments import (
    Given,
    environment_of_app,
    environment_of_process,
)
from proctor.control.explaining import explain
from proctor.control.searching import search
from proctor.control.session import WindowRequest
from proctor.errors import UserError
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.store import LogStore
from proctor.logs.window import Window
from proctor.model.commands import AnyCommand, Refused, Reply
from proctor.model.events import AnyMessage, AppView, OutputAppended, Snapshot, Usage
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView
from proctor.model.names import ProcessName
from proctor.runtime.answers import find
from proctor.runtime.bus import KEPT, EventBus
from proctor.runtime.mailbox import CommandAsked, Mailbox
from proctor.runtime.supervisor import Supervisor

if TYPE_CHECKING:
    from proctor.control.local_terminals import LocalTerminal
    from proctor.runtime.terminals import Terminals

MOST_EVENTS = 2 * KEPT  # all that the bus keeps, and as many that come meanwhile
MOST_ROWS = 10_000


class LocalSession:
    """Implements `Session` on the parts of a running app.

    `app_view`, `usage` and `given` give what the supervisor itself does not know: who runs the app,
    what its processes use, and with which environment each was started.
    """

    def __init__(  # noqa: PLR0913 - all that a session shows of an app comes together here
        self,
        supervisor: Supervisor,
        *,
        mailbox: Mailbox,
        bus: EventBus,
        store: LogStore,
        app_view: Callable[[], AppView],
        usage: Callable[[], dict[str, Usage]],
        terminals: "Terminals | None" = None,
        given: Callable[[str], Given | None] = lambda _: None,
    ) -> None:
        self._supervisor = supervisor
        self._mailbox = mailbox
        self._bus = bus
        self._store = store
        self._app_view = app_view
        self._usage = usage
        self._terminals = terminals
        self._given = given
        self._ended = False

    async def send(self, command: AnyCommand) -> Reply:
        """Ask for something; returns as soon as it is decided."""
        if self._ended:
            return Refused(what="the app has ended", exit_code=3)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._mailbox.post(CommandAsked(command, reply))
        return await reply

    async def snapshot(self) -> Snapshot:
        """All there is to see now."""
        views = self._supervisor.views()
        pending = self._supervisor.pending
        return Snapshot(
            sequence=self._bus.sequence,
            app=self._app_view(),
            types=self._supervisor.types(),
            processes=views,
            watch=self._supervisor.watch,
            usage=self._usage(),
            journals={view.name: self._store.extent(view.name) for view in views},
            stopping=self._supervisor.stopping,
            pending=pending.words if pending else None,
        )

    async def messages(self, *, after: int) -> AsyncIterator[AnyMessage]:
        """Events after the given sequence, and notices, until the app has ended.

        It begins with a notice for each process that has printed: those of the time before are
        not kept as events are, and who follows has to know of the last line all the same.
        """
        backlog = Backlog(limit=MOST_EVENTS)
        for process, (first, end) in self._store.extents().items():
            backlog.put(OutputAppended(process=process, first=first, end=end))
        self._bus.subscribe(backlog, after=after)
        try:
            while messages := await backlog.take():
                for message in messages:
                    yield message
        finally:
            self._bus.unsubscribe(backlog)

    async def windows(self, requests: Sequence[WindowRequest]) -> Sequence[Window]:
        """The lines asked for, as far as they are in memory."""
        return [self._window(request) for request in requests]

    def search(self, query: SearchQuery) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        """The lines that match, in memory and on disk, and how far the search has come."""
        return search(self._store, query)

    async def open_terminal(self, process: str, *, columns: int, rows: int) -> "LocalTerminal":
        """The terminal of a process, to read and to type."""
        from proctor.control.local_terminals import LocalTerminal, last_seen  # noqa: PLC0415 - hardly ever

        name = self._one_process(process)
        if self._terminals is None or self._has_pipes(name, self._terminals):
            raise UserError(
                f"{name} has no terminal: it runs with pipes",
                hint="Without 'pty = false' and --no-pty it has one from its next start on",
            )
        terminal = LocalTerminal(self._terminals.open(name), columns=columns, rows=rows)
        terminal.begin(last_seen(self._store, str(name), terminal.rows))
        return terminal

    def _one_process(self, target: str) -> ProcessName:
        names = find(self._supervisor, target)
        if len(names) != 1:
            some = ", ".join(map(str, names[:3]))
            raise UserError(f"{target} is {len(names)} processes", hint=f"Name one: {some}")
        return names[0]

    def _has_pipes(self, name: ProcessName, terminals: "Terminals") -> bool:
        slot = self._supervisor.slots.get(name)
        if slot is not None and slot.run is not None:
            return terminals.has_pipes(name)
        return not self._supervisor.configuration.settings_of(name.type).terminal

    async def give_up_lease(self) -> None:
        """There is none: the app does not end with this session."""

    async def environment(
        self, process: str | None = None, *, with_values: bool = False
    ) -> EnvironmentView:
        """What a process was given at its start; without one, what those get that start now."""
        app = self._supervisor.configuration
        if process is None:
            return environment_of_app(app, with_values=with_values)
        return environment_of_process(app, process, self._given(process), with_values=with_values)

    async def explain(self, process: str) -> Explanation:
        """Why a process is in its state."""
        return explain(self._supervisor, self._bus, self._store, process)

    async def close(self) -> None:
        """Leave; nothing of the app depends on this session."""

    def end(self) -> None:
        """The app has ended: nothing more is decided. Commands that still wait are refused."""
        self._ended = True
        for asked in self._mailbox.unanswered():
            asked.answer(Refused(what="the app has ended", exit_code=3))

    def _window(self, request: WindowRequest) -> Window:
        count = min(max(0, request.count), MOST_ROWS)
        if request.first is None:
            return self._store.tail(request.journal, count)
        return self._store.window(request.journal, request.first, count)
