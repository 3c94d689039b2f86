"""Facts and orders of one process: what the world tells its state machine, and what that asks for.

Neither leaves this program: they are plain frozen values. Times are monotonic seconds.
"""

from typing import Literal

import msgspec

from proctor.model.events import ProcessState
from proctor.model.exits import Exit
from proctor.model.names import RunId

Scope = Literal["roots", "shells", "all"]

# Facts: what has happened in the world, or was asked of this process.


class StartAsked(msgspec.Struct, frozen=True, kw_only=True):
    """It is wanted; what has crashed is tried at once."""

    cause: str
    reason: str


class StopAsked(msgspec.Struct, frozen=True, kw_only=True):
    """It is not wanted any more; or there are to be fewer of its type, and it may come back."""

    cause: str
    reason: str
    scaled_away: bool = False
    held: bool = False  #: as long as it runs, it goes on until `StopDue`


class StopDue(msgspec.Struct, frozen=True, kw_only=True):
    """A stop that was held begins; nothing if it is wanted again meanwhile."""

    deadline: float  #: all that is stopped together is to have ended by then


class RestartAsked(msgspec.Struct, frozen=True, kw_only=True):
    """It is wanted, in a new run."""

    cause: str
    reason: str


class KillAsked(msgspec.Struct, frozen=True, kw_only=True):
    """It is not wanted any more, and not to be waited for."""

    cause: str
    reason: str


class WaitsFor(msgspec.Struct, frozen=True, kw_only=True):
    """Something must come first, as "waits until db is up"; None: nothing, it may start."""

    words: str | None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The leader's program was started."""

    run: RunId
    leader: int


class StartFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The run could not be started, with the problem in words; nothing of it is left."""

    run: RunId
    problem: str


class BecameReady(msgspec.Struct, frozen=True, kw_only=True):
    """It serves; `port` is where it listens, if it does."""

    run: RunId
    port: int | None = None
    instead_of: int | None = None  #: its PORT, where it listens on another one
    outside: bool = False  #: whether who listens is none of its tree


class NotReady(msgspec.Struct, frozen=True, kw_only=True):
    """Its ready rule was tried, and says why it is not up yet."""

    run: RunId
    problem: str


class LeaderSuspended(msgspec.Struct, frozen=True, kw_only=True):
    """The leader was stopped by ^Z, SIGTTIN or SIGTTOU."""

    run: RunId
    signal: str


class LeaderContinued(msgspec.Struct, frozen=True, kw_only=True):
    """The leader runs again after it was stopped."""

    run: RunId


class PromptShown(msgspec.Struct, frozen=True, kw_only=True):
    """Its terminal shows a debugger's prompt and is still; None: not any more.

    `attended`: somebody is attached to it, who sees that.
    """

    run: RunId
    prompt: str | None
    attended: bool = False


class LeaderLeft(msgspec.Struct, frozen=True, kw_only=True):
    """The leader ended; others of its tree may be left."""

    run: RunId
    exit: Exit


class TreeEmptied(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is left of the run: the kernel's proof, or the guardian's word after a lost keeper."""

    run: RunId


class KeeperLost(msgspec.Struct, frozen=True, kw_only=True):
    """The run's keeper has died; the guardian is ending the tree."""

    run: RunId


class SignalDenied(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the tree may not be signalled by us (setuid)."""

    run: RunId
    pid: int


class MemoryExceeded(msgspec.Struct, frozen=True, kw_only=True):
    """The run's tree uses more memory than it may, and not only for a moment."""

    run: RunId
    used_bytes: int
    limit_bytes: int


class DeadlinePassed(msgspec.Struct, frozen=True, kw_only=True):
    """A timer ran out; it counts only if nothing has moved since it was armed."""

    epoch: int


RunFact = (
    Started
    | StartFailed
    | BecameReady
    | NotReady
    | LeaderSuspended
    | LeaderContinued
    | PromptShown
    | LeaderLeft
    | TreeEmptied
    | KeeperLost
    | SignalDenied
    | MemoryExceeded
)
Fact = (
    StartAsked
    | StopAsked
    | StopDue
    | RestartAsked
    | KillAsked
    | WaitsFor
    | DeadlinePassed
    | RunFact
)


# Orders: what the runtime is to do.


class Spawn(msgspec.Struct, frozen=True, kw_only=True):
    """Start the run."""

    run: RunId


class SignalMembers(msgspec.Struct, frozen=True, kw_only=True):
    """Send the signal to the roots, the told shells' children, or all of the run's tree."""

    run: RunId
    scope: Scope
    signal: str


class KillTree(msgspec.Struct, frozen=True, kw_only=True):
    """Kill until nobody is left."""

    run: RunId


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """Post `DeadlinePassed(epoch)` at the time `at`; it takes the place of an earlier timer."""

    at: float
    epoch: int


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """Put a sentence of ours into the process's log."""

    words: str


class NameRemnants(msgspec.Struct, frozen=True, kw_only=True):
    """Say who is left of a run whose leader has left."""

    run: RunId
    exit: Exit


class Announce(msgspec.Struct, frozen=True, kw_only=True):
    """Tell everybody that the process has moved, or that something else about it has changed."""

    before: ProcessState
    after: ProcessState
    cause: str


class EndAll(msgspec.Struct, frozen=True, kw_only=True):
    """The policy `stop-all`: this exit, which we did not cause, ends the app."""

    exit: Exit | None


Order = Spawn | SignalMembers | KillTree | Arm | Say | NameRemnants | Announce | EndAll
