"""Facts and orders of one process: what the world tells its state machine, and what that asks for.

Neither leaves this program: they are plain frozen values. Times are monotonic seconds.
"""

from dataclasses import dataclass
from typing import Literal

from proctor.model.events import ProcessState
from proctor.model.exits import Exit
from proctor.model.names import RunId

Scope = Literal["roots", "shells", "all"]

# Facts: what has happened in the world, or was asked of this process.


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAsked:
    """It is wanted; what has crashed is tried at once."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked:
    """It is not wanted any more; or there are to be fewer of its type, and it may come back."""

    cause: str
    reason: str
    scaled_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartAsked:
    """It is wanted, in a new run."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillAsked:
    """It is not wanted any more, and not to be waited for."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The leader's program was started."""

    run: RunId
    leader: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFailed:
    """The run could not be started, with the problem in words; nothing of it is left."""

    run: RunId
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameReady:
    """It serves; `port` is where it listens, if it does."""

    run: RunId
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderSuspended:
    """The leader was stopped by ^Z, SIGTTIN or SIGTTOU."""

    run: RunId
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderContinued:
    """The leader runs again after it was stopped."""

    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderLeft:
    """The leader ended; others of its tree may be left."""

    run: RunId
    exit: Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEmptied:
    """Nobody is left of the run: the kernel's proof, or the guardian's word after a lost keeper."""

    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperLost:
    """The run's keeper has died; the guardian is ending the tree."""

    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDenied:
    """A member of the tree may not be signalled by us (setuid)."""

    run: RunId
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    """A timer ran out; it counts only if nothing has moved since it was armed."""

    epoch: int


RunFact = (
    Started
    | StartFailed
    | BecameReady
    | LeaderSuspended
    | LeaderContinued
    | LeaderLeft
    | TreeEmptied
    | KeeperLost
    | SignalDenied
)
Fact = StartAsked | StopAsked | RestartAsked | KillAsked | DeadlinePassed | RunFact


# Orders: what the runtime is to do.


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawn:
    """Start the run."""

    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalMembers:
    """Send the signal to the roots, the told shells' children, or all of the run's tree."""

    run: RunId
    scope: Scope
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillTree:
    """Kill until nobody is left."""

    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Post `DeadlinePassed(epoch)` at the time `at`; it takes the place of an earlier timer."""

    at: float
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Put a sentence of ours into the process's log."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRemnants:
    """Say who is left of a run whose leader has left."""

    run: RunId
    exit: Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Tell everybody that the process has moved, or that something else about it has changed."""

    before: ProcessState
    after: ProcessState
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAll:
    """The policy `stop-all`: this exit, which we did not cause, ends the app."""

    exit: Exit | None


Order = Spawn | SignalMembers | KillTree | Arm | Say | NameRemnants | Announce | EndAll
