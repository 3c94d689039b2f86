"""The session: the one interface that every user interface holds."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Protocol

import msgspec

from proctor.control.terminal import Terminal
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.window import EVERYTHING, Window
from proctor.model.commands import AnyCommand, Reply
from proctor.model.events import AnyMessage, Snapshot
from proctor.model.explanation import Explanation
from proctor.model.given_environment import EnvironmentView

__all__ = ["EVERYTHING", "Answering", "Session", "WindowRequest"]


class WindowRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines are wanted: of a process ("web.1"), a type ("web") or everything ("*").

    `first` is an absolute line number; None asks for the last `count` lines.
    """

    journal: str
    count: int
    first: int | None = None


class Answering(Protocol):
    """What is answered at once; nothing goes on after an answer."""

    async def send(self, command: AnyCommand) -> Reply:
        """Ask for something; returns as soon as it is decided, not when it is done."""
        ...

    async def snapshot(self) -> Snapshot:
        """All there is to see now."""
        ...

    async def windows(self, requests: Sequence[WindowRequest]) -> Sequence[Window]:
        """The lines asked for, as far as they are kept; one window a request."""
        ...

    async def explain(self, process: str) -> Explanation:
        """Why a process is in its state: its moves and their causes, and a crash's last words.

        Raises:
            UserError: there is no such process.
        """
        ...

    async def environment(
        self, process: str | None = None, *, with_values: bool = False
    ) -> EnvironmentView:
        """What a process was given at its start; without one, what those get that start now.

        Raises:
            UserError: the process does not run.
        """
        ...


class Session(Answering, Protocol):
    """What a user interface may ask; in-process and over a socket alike."""

    def messages(self, *, after: int) -> AsyncIterator[AnyMessage]:
        """Events after the given sequence, and notices, until the session ends.

        Nothing between a snapshot and what follows it is missed: events are repeated from the
        sequence on, and how far each process has printed is told at the beginning. After a
        `Lagged` the subscriber takes a fresh snapshot and goes on.
        """
        ...

    def search(self, query: SearchQuery) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        """The lines that match, in memory and on disk, and how far the search has come.

        Progress comes after the hits that it counts, the last of it with `ended`. Who wants no
        more closes the iterator (`aclose`), and the search ends.
        """
        ...

    async def open_terminal(self, process: str, *, columns: int, rows: int) -> Terminal:
        """The terminal of a process ("web.1"; "web" where there is one), to read and to type.

        It begins with the last lines, and stays open from run to run. Where several are open, its
        size is that of the one that was opened or resized last.

        Raises:
            UserError: there is no such process, or it runs with pipes.
        """
        ...

    async def give_up_lease(self) -> None:
        """Let the app go on when this session ends; nothing where it would anyway."""
        ...

    async def close(self) -> None:
        """Leave. A screen that holds the lease ends the app by leaving."""
        ...
