"""One process as it lives: its state, and the carrying out of what the rules order for it."""

import os
import signal as signals
from collections.abc import Callable
from typing import Protocol, assert_never

import msgspec

from proctor.errors import ProctorError
from proctor.model.facts import (
    Announce,
    Arm,
    DeadlinePassed,
    EndAll,
    Fact,
    KillTree,
    NameRemnants,
    Order,
    Say,
    Scope,
    SignalMembers,
    Spawn,
)
from proctor.model.lifecycle import advance
from proctor.model.names import ProcessName, RunId
from proctor.model.one_offs import OneOff
from proctor.model.slots import Limits, Slot
from proctor.runtime.timers import Handle, Timers


class Runs(Protocol):
    """Starts runs and passes orders to their keepers."""

    def start(self, run: RunId, one_off: OneOff | None = None) -> None:
        """Start the run; how that went comes back as a fact. Raises ProctorError if it cannot.

        It runs `one_off`, or what the Procfile says of its type.
        """
        ...

    def signal(self, run: RunId, scope: Scope, number: int) -> None:
        """Send a signal to members of the run's tree."""
        ...

    def signal_leader(self, run: RunId, number: int) -> None:
        """Send one signal to the leader; no stop begins."""
        ...

    def kill(self, run: RunId) -> None:
        """Kill until nobody is left."""
        ...

    def remnants(self, run: RunId) -> tuple[str, ...]:
        """Who is left of the run, as "4711 redis-server"."""
        ...


class Outlets(msgspec.Struct, frozen=True, kw_only=True):
    """Where a slot's orders go that are not about its run."""

    post: Callable[[ProcessName, Fact], None]
    say: Callable[[Slot, str], None]
    announce: Callable[[Slot, Announce], None]
    end_all: Callable[[EndAll], None]
    failed_to_start: Callable[[RunId, ProctorError], None]


class LiveSlot:
    """A slot with its timer. Only the supervisor calls `take`: it is the one writer."""

    def __init__(self, slot: Slot, limits: Limits, runs: Runs, timers: Timers, to: Outlets) -> None:
        self.slot = slot
        self.limits = limits
        self._runs = runs
        self._timers = timers
        self._to = to
        self._timer: Handle | None = None

    @property
    def name(self) -> ProcessName:
        """Such as web.1."""
        return self.slot.name

    def take(self, fact: Fact) -> None:
        """Let the rules decide on a fact, and carry out what they order.

        Raises:
            IllegalMoveError: the rules have a fault; the slot is as it was.
        """
        self.slot, orders = advance(self.slot, fact, self._timers.now(), self.limits)
        for order in orders:
            self._carry_out(order)

    def forget_timer(self) -> None:
        """Nothing more is expected of this slot."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _carry_out(self, order: Order) -> None:
        match order:
            case Spawn():
                self._spawn(order.run)
            case SignalMembers():
                self._runs.signal(order.run, order.scope, signal_number(order.signal))
            case KillTree():
                self._runs.kill(order.run)
            case Arm():
                self._arm(order)
            case Say():
                self._to.say(self.slot, order.words)
            case NameRemnants():
                self._name_remnants(order)
            case Announce():
                self._to.announce(self.slot, order)
            case EndAll():
                self._to.end_all(order)
            case _:
                assert_never(order)

    def _spawn(self, run: RunId) -> None:
        self.forget_timer()
        try:
            self._runs.start(run, self.slot.one_off)
        except ProctorError as problem:
            self._to.failed_to_start(run, problem)

    def _arm(self, order: Arm) -> None:
        self.forget_timer()
        fact = DeadlinePassed(epoch=order.epoch)
        self._timer = self._timers.call_at(order.at, lambda: self._to.post(self.name, fact))

    def _name_remnants(self, order: NameRemnants) -> None:
        left = self._runs.remnants(order.run)
        if not left:
            return
        count = "1 process" if len(left) == 1 else f"{len(left)} processes"
        named = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")  # noqa: PLR2004 - a line's worth
        words = f"Process {order.exit.words} and left {count} behind ({named}): stopping"
        self._to.say(self.slot, f"{words} {'it' if len(left) == 1 else 'them'}")


def signal_number(name: str) -> int:
    """The number of a signal such as "TERM", "SIGTERM" or "15".

    Raises:
        ValueError: there is no such signal.
    """
    if name.isdecimal():
        return int(signals.Signals(int(name)))
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    try:
        return int(signals.Signals[full])
    except KeyError:
        raise ValueError(f"there is no signal {name}") from None


def shell_argv(command_line: str) -> tuple[str, ...]:
    """The command line run whole by bash, or by sh where there is no bash."""
    for shell in ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"):
        if os.access(shell, os.X_OK):
            return (shell, "-c", command_line)
    return ("/bin/sh", "-c", command_line)
