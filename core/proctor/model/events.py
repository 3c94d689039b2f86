"""Every event: what has happened; and the views of the app that events and snapshots carry.

Events have a `sequence` without gaps, the wall time `at` (seconds since 1970, for people), and a
`cause`: the id of a command ("c41"), a file change ("f3"), or "app" for what happened by itself.
*Notices* have none of these: a later notice about the same thing replaces an earlier one.
"""

from typing import Literal

import msgspec

ProcessState = Literal["down", "waiting", "starting", "up", "stopping", "crashed", "complete"]
Level = Literal["information", "warning", "error"]
STATES: tuple[ProcessState, ...] = (
    "up", "starting", "stopping", "crashed", "waiting", "complete", "down",
)  # fmt: skip
GLYPHS: dict[ProcessState, str] = {
    "up": "●",
    "starting": "◐",
    "stopping": "◌",
    "crashed": "✕",
    "waiting": "‖",
    "complete": "✓",
    "down": "○",
}
"""The sign of each state, the same in every user interface; beside a word, and never alone."""


class _View(msgspec.Struct, frozen=True, kw_only=True):
    pass


class ExitView(_View, frozen=True, kw_only=True, omit_defaults=True):
    """How a run ended: one of the two is set. `signal` is a name such as "SIGKILL"."""

    status: int | None = None
    signal: str | None = None


class ProcessView(_View, frozen=True, kw_only=True):
    """One process as everybody may see it. Times are wall times in seconds."""

    name: str
    type: str
    state: ProcessState
    wanted: bool
    since: float  #: when it came into this state
    run: int = 0  #: number of its current or last run; 0 before the first
    leaving: int = 0  #: runs that are on their way out while another one is current
    pid: int | None = None  #: the leader's
    port: int | None = None  #: the PORT it was given
    listens_on: int | None = None  #: where it was seen to listen, where that is not `port`
    restarts: int = 0
    exit: ExitView | None = None  #: of the last run that ended
    failures: int = 0  #: crashes in a row
    retry_at: float | None = None  #: when a crashed one is tried again
    deadline_at: float | None = None  #: when a stopping one is killed
    suspended: bool = False  #: stopped by ^Z, SIGTTIN or SIGTTOU
    prompt: str | None = None  #: a debugger's, at which it waits: "(Pdb)"
    why: str = ""  #: one sentence: why it is in this state


class TypeView(_View, frozen=True, kw_only=True):
    """One process type of the Procfile, in the order of the file."""

    type: str
    command: str
    line: int
    quantity: int  #: desired
    in_formation: bool = True  #: False: `release`, which is run, not kept running
    group: str | None = None  #: with whom it may be steered by one name


class WatchView(_View, frozen=True, kw_only=True):
    """The file watcher. `problem` is set when it is on and does not work, or has paused."""

    on: bool = False
    problem: str | None = None
    last_change: str | None = None  #: "app.py", "app.py and 3 others"
    last_change_at: float | None = None


class Usage(_View, frozen=True, kw_only=True):
    """What one process's whole tree uses."""

    cpu_percent: float  #: of one core
    memory_bytes: int
    processes: int


class AppView(_View, frozen=True, kw_only=True):
    """The app, and who runs it."""

    name: str
    root: str
    procfile: str
    supervisor_pid: int
    guardian_pid: int
    socket: str | None
    state_dir: str
    log_dir: str
    address: str | None  #: URL of the web process, or None
    started_at: float
    ends_with: str  #: "this screen", "the terminal of process 4711", "proctor quit": the lease
    release: str | None = None


class Snapshot(_View, frozen=True, kw_only=True):
    """All there is to see, as it was after the event `sequence`."""

    sequence: int
    app: AppView
    types: tuple[TypeView, ...]
    processes: tuple[ProcessView, ...]
    watch: WatchView
    usage: dict[str, Usage]
    journals: dict[str, tuple[int, int]]  #: journal -> (first kept line, end)
    stopping: bool = False
    pending: str | None = None  #: a changed Procfile that waits to be applied, in words


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    cause: str
    sequence: int = 0  #: given by the bus, without gaps from 1 on
    at: float = 0.0  #: given by the bus


class ProcessStateChanged(_Event, frozen=True, kw_only=True, tag="process.state"):
    """A process came into another state, or something else changed: `before` is the same."""

    before: ProcessState
    process: ProcessView


class ProcessRemoved(_Event, frozen=True, kw_only=True, tag="process.removed"):
    """A process that nobody wants any more has gone for good."""

    process: str


class FormationChanged(_Event, frozen=True, kw_only=True, tag="formation.changed"):
    """Quantities, commands or the list of process types have changed."""

    types: tuple[TypeView, ...]


class CommandAccepted(_Event, frozen=True, kw_only=True, tag="command.accepted"):
    """Somebody asked for something and it is being done: `cli` is the command line for the same."""

    words: str
    cli: str
    by: str


class WatchChanged(_Event, frozen=True, kw_only=True, tag="watch.changed"):
    """The watcher was switched, saw a change, paused, or failed."""

    watch: WatchView


class AppChanged(_Event, frozen=True, kw_only=True, tag="app.changed"):
    """The address or the lease has changed, or a changed Procfile waits (`pending`)."""

    app: AppView
    pending: str | None = None


class AppStopping(_Event, frozen=True, kw_only=True, tag="app.stopping"):
    """Everything is being stopped, and the supervisor ends when all is gone."""

    deadline_at: float


class AppStopped(_Event, frozen=True, kw_only=True, tag="app.stopped"):
    """Nothing is left; this is the last event."""

    exit_code: int


class Announced(_Event, frozen=True, kw_only=True, tag="app.announced"):
    """Something worth telling that is no state: a port that was taken, a broken Procfile."""

    level: Level
    words: str
    process: str | None = None


class InternalError(_Event, frozen=True, kw_only=True, tag="internal.error"):
    """A fault of ours: the process that it is about is frozen as it is, all else lives on."""

    words: str
    process: str | None = None


AnyEvent = (
    ProcessStateChanged
    | ProcessRemoved
    | FormationChanged
    | CommandAccepted
    | WatchChanged
    | AppChanged
    | AppStopping
    | AppStopped
    | Announced
    | InternalError
)


class _Notice(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    pass


class OutputAppended(_Notice, frozen=True, kw_only=True, tag="output.appended"):
    """A process's journal now holds the lines from `first` up to, not including, `end`."""

    process: str
    first: int
    end: int


class UsageSampled(_Notice, frozen=True, kw_only=True, tag="usage.sampled"):
    """What each running process uses now."""

    usage: dict[str, Usage]


class Lagged(_Notice, frozen=True, kw_only=True, tag="session.lagged"):
    """This subscriber was too slow and `missed` events: it takes a fresh snapshot."""

    missed: int


AnyNotice = OutputAppended | UsageSampled | Lagged
AnyMessage = AnyEvent | AnyNotice
