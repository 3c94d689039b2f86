"""What the supervisor is told and asked: the items of its one mailbox."""

from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from proctor.errors import ProctorError
from proctor.model.commands import AnyCommand, Reply
from proctor.model.configuration import AppConfiguration
from proctor.model.facts import Fact
from proctor.model.names import ProcessName

if TYPE_CHECKING:
    import asyncio


class FactTold(msgspec.Struct, frozen=True):
    """Something has happened to a process."""

    process: ProcessName
    fact: Fact


class CommandAsked(msgspec.Struct, frozen=True):
    """Somebody asks for something and waits for the decision."""

    command: AnyCommand
    reply: Any  # an asyncio.Future[Reply], which msgspec need not know

    def answer(self, reply: Reply) -> None:
        """Tell who asked; nothing if that one waits no more."""
        future: asyncio.Future[Reply] = self.reply
        if not future.done():
            future.set_result(reply)


class FilesChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A burst of saves is over: `words` names the files ("app.py and 3 others")."""

    words: str
    code: bool  #: files of the app
    settings: bool  #: the Procfile or an env file
    types: frozenset[str] | None = None  #: those that look at them; None: all


class WatchTroubled(msgspec.Struct, frozen=True, kw_only=True):
    """The watcher does not work, or has paused, and why; None: it works again."""

    problem: str | None


class FilesReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the Procfile and the env files, as it was asked for."""

    number: int  #: of a later one it is higher: several may be under way, and end in any order
    cause: str
    apply: bool  #: take up what they say; else it is only told
    awaited: bool  #: somebody has asked for it, and is told also that nothing is new


class ConfigurationRead(msgspec.Struct, frozen=True, kw_only=True):
    """The Procfile and env files were read again: one of the last two is set."""

    reading: FilesReading
    configuration: AppConfiguration | None = None
    problem: ProctorError | None = None


class EndAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The app is to end, by a signal or by the end of the lease, with this exit code."""

    reason: str
    exit_code: int
    escalates: bool = False  #: asked again, it kills at once
    at_once: bool = False


class GuardianLost(msgspec.Struct, frozen=True):
    """The guardian has died: nothing can be started any more."""


class TimeToTell(msgspec.Struct, frozen=True):
    """While all is being stopped: say who is still there."""


Item = (
    FactTold
    | CommandAsked
    | FilesChanged
    | WatchTroubled
    | ConfigurationRead
    | EndAsked
    | GuardianLost
    | TimeToTell
)


class Mailbox:
    """Items in the order in which they came; anybody on the loop may post. One takes them out."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def post(self, item: Item) -> None:
        """Add an item; never waits."""
        self._items.append(item)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def next(self) -> Item:
        """The oldest item; waits until there is one."""
        import asyncio  # noqa: PLC0415 - not at the start: see `loops`

        while not self._items:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._items.popleft()

    def unanswered(self) -> list[CommandAsked]:
        """Take out the commands that nobody will decide upon any more."""
        left = [item for item in self._items if isinstance(item, CommandAsked)]
        self._items.clear()
        return left
