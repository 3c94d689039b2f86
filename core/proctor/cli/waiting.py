"""Waiting until what was asked for has come about."""

from collections.abc import Callable, Collection, Mapping

import click
import msgspec

from proctor.cli.targets import covered, groups_of, spelled_out
from proctor.control.session import Session
from proctor.errors import NotAchieved, PlatformError
from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Restart,
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.events import (
    Announced,
    AnyMessage,
    AppStopped,
    AppStopping,
    CommandAccepted,
    FormationChanged,
    Lagged,
    ProcessRemoved,
    ProcessStateChanged,
    ProcessView,
    Snapshot,
    TypeView,
)

#: How long `--wait` without a number waits: longer than a grace and a start together.
PATIENCE_SECONDS = 60.0


class Known(msgspec.Struct):
    """What a waiting command has seen of the app so far."""

    processes: dict[str, ProcessView]
    types: tuple[TypeView, ...]
    stopping: bool
    answered: bool = False  #: something has happened because of the commands
    refused: str | None = None  #: an error that was told because of one of them

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Known":
        """Begin with a snapshot."""
        processes = {view.name: view for view in snapshot.processes}
        return cls(processes, snapshot.types, snapshot.stopping)

    def renew(self, snapshot: Snapshot) -> None:
        """Replace what is known of processes and types."""
        self.processes = {view.name: view for view in snapshot.processes}
        self.types = snapshot.types
        self.stopping = self.stopping or snapshot.stopping

    def learn(self, message: AnyMessage, causes: Collection[str]) -> None:
        """Take in what has happened; `causes` are the commands that are waited for."""
        ours = getattr(message, "cause", None) in causes
        if ours and not isinstance(message, CommandAccepted):
            self.answered = True
        match message:
            case ProcessStateChanged():
                self.processes[message.process.name] = message.process
            case ProcessRemoved():
                self.processes.pop(message.process, None)
            case FormationChanged():
                self.types = message.types
            case AppStopping():
                self.stopping = True
            case Announced(level="error") if ours:
                self.refused = message.words
            case _:
                pass


Unfinished = Callable[[Known], list[str]]
"""What has not come about yet, in words, a thing a process; empty when all has."""


def unfinished(commands: Collection[AnyCommand], before: Snapshot) -> Unfinished:
    """What to wait for after these commands, asked of an app that was as `before`."""
    rules = [_rule(each, before) for command in commands for each in _by_type(command, before)]
    return lambda known: [words for rule in rules for words in rule(known)]


async def wait_for(
    session: Session, left: Unfinished, *, after: int, causes: Collection[str], seconds: float
) -> None:
    """Return when nothing is left to wait for; `causes` are the commands that asked for it.

    Raises:
        NotAchieved: it did not come about in time, or cannot any more.
    """
    import asyncio  # noqa: PLC0415 - a start has this module, and does not wait

    known = Known.of(await session.snapshot())
    waiting = left(known)
    if not waiting:
        return
    try:
        async with asyncio.timeout(seconds):
            async for message in session.messages(after=after):
                if isinstance(message, Lagged):
                    known.renew(await session.snapshot())
                known.learn(message, causes)
                waiting = _still_possible(known, left)
                if waiting:
                    continue
                # A later message of the same moment may say otherwise: only all there is tells.
                known.renew(await session.snapshot())
                waiting = left(known)
                if not waiting:
                    return
    except TimeoutError as error:
        raise NotAchieved(f"after {seconds:g} s {_listed(waiting)}") from error
    raise NotAchieved(f"the app has ended: {_listed(waiting)}")


async def wait_for_the_end(session: Session, *, after: int, seconds: float) -> None:
    """Return when the supervisor has said that nothing is left.

    Raises:
        NotAchieved: it did not end in time.
        PlatformError: it ended without having said so.
    """
    import asyncio  # noqa: PLC0415 - the same

    try:
        async with asyncio.timeout(seconds):
            async for message in session.messages(after=after):
                if isinstance(message, AppStopped):
                    return
    except TimeoutError as error:
        raise NotAchieved(f"after {seconds:g} s processes of the app are still running") from error
    raise PlatformError("the supervisor ended without having stopped everything")


class WaitingCommand(click.Command):
    """A command whose `--wait` may have a number after it, or none: `restart --wait web` works."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a lone `--wait` its number."""
        following = [*args, ""][1:]
        spelled = [
            f"--wait={PATIENCE_SECONDS:g}" if word == "--wait" and not _is_number(after) else word
            for word, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, spelled)


wait_option = click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0.0),
    metavar="[SECONDS]",
    help=f"Wait until it has come about; exit 1 if it has not  [{PATIENCE_SECONDS:g}]",
)


def _still_possible(known: Known, left: Unfinished) -> list[str]:
    waiting = left(known)
    if known.refused is not None:
        raise NotAchieved(known.refused.rstrip("."))
    if waiting and known.stopping:
        raise NotAchieved(f"the app is being stopped: {_listed(waiting)}")
    return waiting


def _by_type(command: AnyCommand, before: Snapshot) -> list[AnyCommand]:
    """The command; one about a group as one for each of its types."""
    if not isinstance(command, Restart | Start | Stop):
        return [command]
    targets = spelled_out([command.target], groups_of(before))
    return [msgspec.structs.replace(command, target=target) for target in targets]


def _rule(command: AnyCommand, before: Snapshot) -> Unfinished:
    views = {view.name: view for view in before.processes}
    match command:
        case Scale():
            types = {*command.quantities, *command.steps}
            return lambda known: _formation_left(known, None if "all" in types else types)
        case Reload():
            return _reload_left
        case Restart():
            names = covered(command.target, views)
            runs = {name: _last_started(views[name]) for name in names}
            return lambda known: not_up(known, runs)
        case Start():
            names = covered(command.target, views)
            return lambda known: not_up(known, dict.fromkeys(names, 0))
        case Stop():
            names = covered(command.target, views)
            return lambda known: _not_down(known, names)
        case Kill() | RunOneOff() | SetWatch() | Quit():
            return lambda _: []


def _last_started(view: ProcessView) -> int:
    """The last run that a restart replaces: one that is only asked for yet is the new one."""
    return view.run - 1 if view.state == "starting" and view.pid is None else view.run


def _reload_left(known: Known) -> list[str]:
    return _formation_left(known, None) if known.answered else ["the files are still being read"]


def _formation_left(known: Known, types: Collection[str] | None) -> list[str]:
    """Of these types (None: of all), what is there and should not be, or should be and is not."""
    left = []
    for each in known.types:
        if types is None or each.type in types:
            wanted = {f"{each.type}.{number}": 0 for number in range(1, each.quantity + 1)}
            others = [
                name
                for name, view in known.processes.items()
                if view.type == each.type and name not in wanted
            ]
            left += [*not_up(known, wanted), *_not_down(known, others)]
    return left


def not_up(known: Known, runs: Mapping[str, int]) -> list[str]:
    """The processes that have no run after the given one that is up (or ended well)."""
    left = []
    for name, run in runs.items():
        view = known.processes.get(name)
        if view is None:
            left.append(f"{name} is not there")
        elif view.run <= run or view.leaving or view.state not in ("up", "complete"):
            left.append(f"{name} is {view.state} ({view.why})" if view.why else
                        f"{name} is {view.state}")  # fmt: skip
    return left


def _not_down(known: Known, names: Collection[str]) -> list[str]:
    views = [known.processes[name] for name in names if name in known.processes]
    return [
        f"{view.name} is {view.state}"
        for view in views
        if view.wanted or view.leaving or view.state not in ("down", "complete", "crashed")
    ]


def _listed(waiting: list[str]) -> str:
    most = 3
    more = f", and {len(waiting) - most} more" if len(waiting) > most else ""
    return ", ".join(waiting[:most]) + more


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
