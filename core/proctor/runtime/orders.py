"""What the supervisor asks of keepers, and what they report: values, and how they travel."""

import errno
import os
import signal as signals
import sys
from collections.abc import Iterator, Mapping

import msgspec

from proctor.errors import UserError
from proctor.keeper.protocol import Start
from proctor.logs.window import Stream
from proctor.model.exits import Exit
from proctor.model.names import RunId
from proctor.model.quoting import printable, quoted
from proctor.model.type_settings import Stdin, StopScope

_MOST_BYTES_OF_A_STRING = 128 * 1024 if sys.platform == "linux" else 1024 * 1024
"""Linux passes no single argument or variable of this size or more to a program."""


class SpawnOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One start: a program with its arguments, exactly as they are to reach it.

    `argv[0]` is looked for along the PATH of `environment` if it holds no slash. `stop_signal`,
    `stop_scope` and `grace_seconds` are for the keeper alone: how it stops the tree by itself when
    the supervisor has gone (the grace then is at most 5 s). With a terminal, stdin is the
    terminal; with pipes it is the null device, or a pipe that stays open.
    """

    run: RunId
    argv: tuple[str | bytes, ...]
    environment: Mapping[str, str]
    folder: str
    stop_signal: int = signals.SIGTERM
    stop_scope: StopScope = "roots"
    grace_seconds: float = 30.0
    terminal: bool = True
    columns: int = 120
    rows: int = 40
    stdin: Stdin = "null"

    def to_start(self) -> Start:
        """The order in the form that travels to the guardian.

        Raises:
            UserError: what cannot be passed to a program, named without its value.
        """
        return Start(
            run=str(self.run),
            argv=[_argument(word) for word in self.argv],
            environment=[_variable(name, value) for name, value in self.environment.items()],
            folder=_argument(os.path.abspath(self.folder)),  # noqa: PTH100 - a string it stays
            stop_signal=int(self.stop_signal),
            grace_seconds=self.grace_seconds,
            terminal=self.terminal,
            stop_scope=self.stop_scope,
        )


class Channels(msgspec.Struct, frozen=True, kw_only=True):
    """Our ends of a run's terminal or pipes: non-blocking, and closed by `Keepers.forget`.

    `terminal` is read and written; else `out` and `err` are read, and `stdin` is written if it
    was to stay open.
    """

    terminal: int | None = None
    out: int | None = None
    err: int | None = None
    stdin: int | None = None

    def outputs(self) -> Iterator[tuple[Stream, int]]:
        """What there is to read: ("out", descriptor), with pipes also ("err", descriptor)."""
        streams: tuple[tuple[Stream, int | None], ...] = (
            ("out", self.terminal),
            ("out", self.out),
            ("err", self.err),
        )
        for stream, descriptor in streams:
            if descriptor is not None:
                yield stream, descriptor

    def descriptors(self) -> list[int]:
        """All of them."""
        all_ = (self.terminal, self.out, self.err, self.stdin)
        return [descriptor for descriptor in all_ if descriptor is not None]


# Reports: what a keeper says has become of its run. The last one of a run is `TreeEmptiedReport`,
# `SweptReport` or `SpawnFailedReport`.


class StartedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The leader runs its program."""

    run: RunId
    leader_pid: int
    keeper_pid: int


class SpawnFailedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The program could not be started, and nothing of the run is left.

    `stage` is what was being done: `guardian`, `fork`, `terminal`, `setup`, `folder`, `program`.
    `subject` is the folder or the program.
    """

    run: RunId
    errno: int
    stage: str
    subject: str = ""

    @property
    def words(self) -> str:
        """The problem in words, as "there is no program 'pythn'"."""
        return _start_problem(self.errno, self.stage, f"'{printable(self.subject)}'")


class LeaderStoppedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The leader was stopped by ^Z, SIGTTIN or SIGTTOU, and may be continued."""

    run: RunId
    signal: int

    @property
    def signal_name(self) -> str:
        """Its name, as "SIGTSTP"."""
        return Exit(signal=self.signal).signal_name or ""


class LeaderContinuedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The leader runs again. Not told if it ends before the keeper has looked."""

    run: RunId


class LeaderLeftReport(msgspec.Struct, frozen=True, kw_only=True):
    """The leader has ended; others of its tree may be left."""

    run: RunId
    exit: Exit


class DeniedReport(msgspec.Struct, frozen=True, kw_only=True):
    """This member of the tree may not be signalled by us; told once for each."""

    run: RunId
    pid: int


class TreeEmptiedReport(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is left: the kernel's proof."""

    run: RunId


class KeeperLostReport(msgspec.Struct, frozen=True, kw_only=True):
    """The run's keeper has ended without a word; `SweptReport` comes when its tree has.

    `bug` is what the keeper said of itself, if it was its own fault.
    """

    run: RunId
    bug: str | None = None


class SweptReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a lost keeper left behind has ended."""

    run: RunId


class GuardianLostReport(msgspec.Struct, frozen=True, kw_only=True):
    """The guardian has ended: nothing can be started any more. Runs go on, orders reach them."""


RunReport = (
    StartedReport
    | SpawnFailedReport
    | LeaderStoppedReport
    | LeaderContinuedReport
    | LeaderLeftReport
    | DeniedReport
    | TreeEmptiedReport
    | KeeperLostReport
    | SweptReport
)
Report = RunReport | GuardianLostReport


def _start_problem(number: int, stage: str, subject: str) -> str:
    reason = os.strerror(number)
    match stage, _code_of(number):
        case "program", "ENOENT":
            return f"there is no program {subject}"
        case "program", "EACCES":
            return f"{subject} may not be executed"
        case "program", _:
            return f"{subject} cannot be run: {reason}"
        case "folder", _:
            return f"the folder {subject} cannot be entered: {reason}"
        case "fork", "EAGAIN":
            return "no more processes may be started now (the limit is `ulimit -u`, RLIMIT_NPROC)"
        case "guardian", _:
            return "its guardian has died, so nothing can be started any more"
        case _:
            return f"the start failed ({stage}): {reason}"


def _code_of(number: int) -> str:
    """The name of an error number, as "ENOENT"."""
    return errno.errorcode.get(number, "")


def _argument(word: str | bytes) -> bytes:
    encoded = os.fsencode(word)
    if b"\0" in encoded:
        raise UserError("an argument with a NUL byte cannot be passed to a program")
    return encoded


def _variable(name: str, value: str) -> bytes:
    if not name or "=" in name or "\0" in name or "\n" in name:
        raise UserError(f"{quoted(name)} cannot be the name of an environment variable")
    if "\0" in value:
        raise UserError(f"the variable {name} holds a NUL byte, which no program can be given")
    entry = os.fsencode(f"{name}={value}")
    if len(entry) >= _MOST_BYTES_OF_A_STRING:
        size = f"{len(entry) // 1024} KiB"
        raise UserError(f"the variable {name} is too long to be passed to a program: {size}")
    return entry
