"""A process over its whole life (the slot), one start of it (the run), and the table of moves.

Times are monotonic seconds and come from outside.
"""

from typing import Literal

import msgspec
from msgspec.structs import replace

from proctor.model.events import ProcessState
from proctor.model.exits import Exit
from proctor.model.facts import Announce, Arm
from proctor.model.names import ProcessName, RunId
from proctor.model.one_offs import OneOff
from proctor.model.restart import OnExit

BOOT_TIMEOUT_SECONDS = 60.0
HISTORY = 20

Phase = Literal["starting", "up", "stopping"]
Step = Literal["roots", "shells", "kill"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that hold for one process; times in seconds."""

    grace_seconds: float = 30.0
    stop_signal: str = "TERM"
    stop_scope: Literal["roots", "all"] = "roots"
    on_exit: OnExit = "restart"
    listens: bool = False  #: up when its tree listens on PORT; else when alive for half a second
    ready_when: str | None = None  #: up by a rule instead: what it misses, as "no line matches /x/"
    boot_timeout_seconds: float = BOOT_TIMEOUT_SECONDS
    jitter: float = 0.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One start of a process, as far as it has come."""

    id: RunId
    phase: Phase
    since: float
    up_at: float | None = None
    leader: int | None = None
    listens: bool = False  #: as its limits said when it began
    ready_when: str | None = None  #: the same
    step: Step | None = None
    killed_at: float | None = None  #: when SIGKILL is or was due
    stop_asked: bool = False
    exit: Exit | None = None
    lost: bool = False  #: its keeper has died: the guardian ends the tree
    suspended: bool = False
    prompt: str | None = None  #: the debugger's, at which it waits
    over_memory: bool = False  #: it is stopped for using more memory than it may
    listens_on: int | None = None
    missing: str | None = None  #: what its ready rule last said that it misses
    denied: tuple[int, ...] = ()


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a slot's history."""

    at: float
    before: ProcessState
    after: ProcessState
    cause: str
    reason: str = ""
    run: int = 0  #: the number of the run that it is about


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One process over its whole life. `resting` is its state while it has no run."""

    name: ProcessName
    wanted: bool = False
    scaled_away: bool = False  #: not wanted because there are to be fewer of its type
    run: Run | None = None
    resting: ProcessState = "down"
    since: float = 0.0
    runs: int = 0
    restarts: int = 0
    failures: int = 0
    retry_at: float | None = None
    last_exit: Exit | None = None
    last_problem: str | None = None  #: why it could not be started, in words
    hinted: bool = False  #: it was told how to let status 0 be no crash
    one_off: OneOff | None = None  #: what it runs; else it is of the formation
    waits_for: str | None = None  #: what must come first, in words: no run begins before that
    cause: str = "app"
    reason: str = "not started yet"
    epoch: int = 0
    history: tuple[Move, ...] = ()

    @property
    def state(self) -> ProcessState:
        """The one word a user sees."""
        return self.run.phase if self.run else self.resting

    @property
    def is_leaving(self) -> bool:
        """It is still there, and nobody wants it any more: it stops, or its stop is held."""
        return self.run is not None and not self.wanted

    @property
    def last_end(self) -> str:
        """How it crashed, in words; why it could not be started is a sentence of its own."""
        exited = self.last_exit is not None and self.reason == self.last_exit.words
        return f"it {self.reason}" if exited else self.reason.rstrip(".")


#: each state, and the states that may follow it; no other move exists
MOVES: dict[ProcessState, tuple[ProcessState, ...]] = {
    "down": ("starting", "waiting"),
    "waiting": ("starting", "down"),
    "starting": ("up", "stopping", "crashed", "complete", "down"),
    "up": ("stopping", "crashed", "complete", "down"),
    "stopping": ("starting", "waiting", "crashed", "complete", "down"),
    "crashed": ("starting", "waiting", "down"),
    "complete": ("starting", "waiting", "down"),
}


class IllegalMoveError(Exception):
    """A rule tried a move that the table does not have: a fault of ours."""


def move(slot: Slot, after: ProcessState, now: float, run: Run | None = None) -> Slot:
    """The only way from one state to the next: it checks the table, bumps the epoch, keeps history.

    `run` is the slot's run from now on. The slot's `cause` goes into the history: set it first.

    Raises:
        IllegalMoveError: the table does not have this move.
    """
    before = slot.state
    if after not in MOVES[before]:
        raise IllegalMoveError(f"{slot.name}: {before} → {after} after {slot.history}")
    entry = Move(
        at=now, before=before, after=after, cause=slot.cause, reason=slot.reason, run=slot.runs
    )
    return replace(
        slot,
        run=run,
        resting=after if run is None else slot.resting,
        since=now,
        epoch=slot.epoch + 1,
        history=(*slot.history, entry)[-HISTORY:],
    )


def arm(slot: Slot, at: float) -> tuple[Slot, Arm]:
    """A deadline for the slot as it is now; it takes the place of an earlier one."""
    slot = replace(slot, epoch=slot.epoch + 1)
    return slot, Arm(at=at, epoch=slot.epoch)


def announced(before: ProcessState, slot: Slot) -> Announce:
    """Tell everybody that the slot has moved."""
    return Announce(before=before, after=slot.state, cause=slot.cause)


def unchanged(slot: Slot) -> Announce:
    """Tell that something about the slot is new, though its state is the same."""
    return announced(slot.state, slot)
