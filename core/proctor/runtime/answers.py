"""What each command does: one function a command, each gives the words for what is being done."""

import signal as signals
from collections.abc import Iterable, Mapping
from typing import Protocol, assert_never

from proctor.errors import PlatformError, ProctorError, UserError
from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Refused,
    Reload,
    Restart,
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.configuration import AppConfiguration
from proctor.model.events import TypeView
from proctor.model.facts import Fact, KillAsked, StartAsked
from proctor.model.formation import Formation, scaled
from proctor.model.groups import types_in
from proctor.model.names import ProcessName
from proctor.model.one_offs import ONE_OFF, OneOff, one_off
from proctor.model.quoting import listed, printable
from proctor.model.slots import Slot
from proctor.model.words import scaled_to
from proctor.runtime.slot import signal_number

EVERYTHING = "all"


class Steering(Protocol):
    """What commands may do to an app."""

    @property
    def formation(self) -> Formation:
        """The desired quantities."""
        ...

    @property
    def configuration(self) -> AppConfiguration:
        """The app as it was read."""
        ...

    @property
    def slots(self) -> Mapping[ProcessName, Slot]:
        """The processes as they are."""
        ...

    @property
    def stopping(self) -> bool:
        """It is being ended: nothing is to be started any more."""
        ...

    def tell(self, process: ProcessName, fact: Fact) -> None:
        """Let a process's rules decide on a fact."""
        ...

    def stop(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Stop these, in the reverse of the start order."""
        ...

    def set_formation(self, formation: Formation, *, cause: str, reason: str) -> None:
        """Want other quantities."""
        ...

    def roll(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Restart these one after the other."""
        ...

    def run_one_off(self, command: OneOff, *, cause: str, reason: str) -> ProcessName:
        """Run a command once, beside the formation."""
        ...

    def signal_process(self, process: ProcessName, number: int) -> None:
        """Send a signal to a process's leader; SIGKILL to all of its tree."""
        ...

    def set_watch(self, *, on: bool, cause: str) -> None:
        """Restart on a file save, or not."""
        ...

    def reload(self, *, cause: str) -> None:
        """Read the Procfile and the env files again and apply them."""
        ...

    def types(self) -> tuple[TypeView, ...]:
        """The process types in the order of the Procfile."""
        ...

    def stop_everything(
        self, *, reason: str, exit_code: int, escalates: bool, at_once: bool
    ) -> None:
        """End the app."""
        ...


def answer(app: Steering, command: AnyCommand, cause: str) -> str:  # noqa: C901 - a case a command
    """Begin what the command asks for, and say it in words.

    Raises:
        UserError: it cannot be done as it was asked; nothing was begun.
    """
    if app.stopping and not isinstance(command, Stop | Kill | Quit):
        raise UserError("the app is being stopped", hint="Start it again when it has ended")
    match command:
        case Scale():
            return _scale(app, command, cause)
        case Restart():
            return _restart(app, command, cause)
        case Start():
            return _start(app, command, cause)
        case Stop():
            return _stop(app, command, cause)
        case Kill():
            return _kill(app, command)
        case RunOneOff():
            return _run_one_off(app, command, cause)
        case SetWatch():
            app.set_watch(on=command.on, cause=cause)
            return f"watch {'on' if command.on else 'off'}"
        case Reload():
            app.reload(cause=cause)
            return "reading the Procfile and the env files again"
        case Quit():
            reason = f"quit by {command.by}"
            app.stop_everything(reason=reason, exit_code=0, escalates=True, at_once=command.at_once)
            return "stopping all processes"
        case _:
            assert_never(command)


def refused(problem: Exception) -> Refused:
    """The answer where a command could not be carried out, by the user's fault or by ours."""
    if not isinstance(problem, ProctorError):
        problem = PlatformError(f"a fault of proctor's own: {type(problem).__name__}: {problem}")
    return Refused(
        what=problem.what, where=problem.where, hint=problem.hint, exit_code=problem.exit_code
    )


def _scale(app: Steering, command: Scale, cause: str) -> str:
    before = app.formation
    after = scaled(before, quantities=command.quantities, steps=command.steps)
    changes = [f"{type_} {before[type_]} → {after[type_]}" for type_ in after
               if before[type_] != after[type_]]  # fmt: skip
    if not changes:
        return "nothing to scale: " + ", ".join(f"{name} is {after[name]}" for name in after)
    words = f"scaled {', '.join(changes)}"
    app.set_formation(after, cause=cause, reason=scaled_to(words, after, command.by))
    return words


def _restart(app: Steering, command: Restart, cause: str) -> str:
    names = _in_formation(app, command.target)
    reason = f"restarted by {command.by}"
    for type_ in dict.fromkeys(name.type for name in names):
        app.roll((name for name in names if name.type == type_), cause=cause, reason=reason)
    return f"restarting {_named(command.target, names)}"


def _start(app: Steering, command: Start, cause: str) -> str:
    names = _in_formation(app, command.target)
    fact = StartAsked(cause=cause, reason=f"started by {command.by}")
    for name in names:
        app.tell(name, fact)
    return f"starting {_named(command.target, names)}"


def _stop(app: Steering, command: Stop, cause: str) -> str:
    names = find(app, command.target)
    running = [app.slots[name] for name in names if app.slots[name].run is not None]
    again = any(slot.state == "stopping" for slot in running)
    if again and all(slot.is_leaving for slot in running):
        kill = KillAsked(cause=cause, reason=f"killed by {command.by}")
        killed = [slot.name for slot in running]
        for name in killed:
            app.tell(name, kill)
        return f"killing {_named(command.target, killed)}"
    left = [name for name in names if app.slots[name].wanted or app.slots[name].state != "stopping"]
    app.stop(left, cause=cause, reason=f"stopped by {command.by}")
    return f"stopping {_named(command.target, names)}"


def _run_one_off(app: Steering, command: RunOneOff, cause: str) -> str:
    if app.configuration.procfile.entry(ONE_OFF) is not None:
        raise UserError(
            f"one-offs are named {ONE_OFF}.1, and the Procfile has a type of that name",
            hint="Name it otherwise, or run the command without --detach",
        )
    asked = one_off(command.words, app.configuration.procfile)
    shown = printable(asked.command_line)
    name = app.run_one_off(asked, cause=cause, reason=f"`{shown}`, run by {command.by}")
    return f"running `{shown}` as {name}"


def _in_formation(app: Steering, target: str) -> tuple[ProcessName, ...]:
    """The processes that a target means, without those that only stop since they are too many.

    One-offs are meant only where they are named.
    """
    names = find(app, target)
    if target == EVERYTHING:
        names = tuple(name for name in names if app.slots[name].one_off is None)
    staying = tuple(name for name in names if not app.slots[name].scaled_away)
    if names and not staying:
        type_ = names[0].type
        raise UserError(
            f"{_named(target, names)} was scaled away",
            hint=f"Say: proctor scale {type_}={max(name.number for name in names)}",
        )
    return staying


def _kill(app: Steering, command: Kill) -> str:
    names = find(app, command.target)
    try:
        number = signal_number(command.signal)
    except ValueError:
        raise UserError(
            f"'{command.signal}' is not a signal", hint="Write it as in TERM, KILL, USR1 or CONT"
        ) from None
    running = [name for name in names if app.slots[name].run is not None]
    if not running:
        subject = "nothing" if command.target == EVERYTHING else command.target
        raise UserError(f"{subject} is {'' if subject == 'nothing' else 'not '}running")
    for name in running:
        app.signal_process(name, number)
    return f"sent {signals.Signals(number).name} to {_named(command.target, running)}"


def find(app: Steering, target: str) -> tuple[ProcessName, ...]:
    """The processes that a target means: "web.1", "web", the name of a group, or "all".

    Raises:
        UserError: there are none, with the nearest name that there is.
    """
    if target == EVERYTHING:
        return tuple(sorted(app.slots))
    grouped = types_in(target, app.types())
    names = tuple(
        sorted(
            name for name in app.slots if target in (name.type, str(name)) or name.type in grouped
        )
    )
    if names:
        return names
    if grouped:
        hint = f"Say: proctor scale {' '.join(f'{type_}=1' for type_ in grouped)}"
        raise UserError(f"{target} has no processes", hint=hint)
    if target in app.formation:
        raise UserError(f"{target} has no processes", hint=f"Say: proctor scale {target}=1")
    from difflib import get_close_matches  # noqa: PLC0415 - only who misspells pays for it

    groups = [each.group for each in app.types() if each.group is not None]
    known = [*app.formation, *dict.fromkeys(groups), *map(str, app.slots)]
    close = get_close_matches(target, known, n=1)
    raise UserError(
        f"there is no process or process type '{target}'",
        hint=f"The nearest name is '{close[0]}'" if close else f"There are {listed(known)}",
    )


def _named(target: str, names: tuple[ProcessName, ...] | list[ProcessName]) -> str:
    if target == EVERYTHING:
        return "everything"
    if len(names) == 1:
        return str(names[0])
    return f"{target} ({len(names)} processes)"
