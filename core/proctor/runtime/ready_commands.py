"""Tries a command again and again until it succeeds: then a run is ready.

Each try is a run of its own, with a keeper, so that nothing of it is left. What it prints goes
nowhere, but for its last line where it fails.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import msgspec

from proctor.errors import ProctorError
from proctor.model.names import RunId
from proctor.model.quoting import printable
from proctor.runtime.keepers import Keepers
from proctor.runtime.orders import (
    KeeperLostReport,
    LeaderLeftReport,
    RunReport,
    SpawnFailedReport,
    SpawnOrder,
    SweptReport,
    TreeEmptiedReport,
)
from proctor.runtime.output import OutputReader
from proctor.runtime.timers import Handle, Timers

LONGEST_TRY_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 2.0
LONGEST_WORDS = 200
_TAIL_BYTES = 4096
#: runs of processes never come so far: the tries' numbers are none of theirs
_FIRST_NUMBER = 1_000_000_000


class ReadyCommand:
    """The tries for one run: `succeeded` is called once, `failed` with words for each failure."""

    def __init__(
        self,
        order: SpawnOrder,
        tries: "Tries",
        *,
        succeeded: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._order = order
        self._tries = tries
        self._succeeded = succeeded
        self._failed = failed
        self._pause = FIRST_PAUSE_SECONDS
        self._timer: Handle | None = None
        self._trying: RunId | None = None
        self._ended = False
        self._try()

    def end(self) -> None:
        """Try no more; a try under way is killed."""
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._trying is not None:
            self._tries.kill(self._trying)

    def _try(self) -> None:
        self._timer = None
        try:
            self._trying = self._tries.begin(self._order, self._take)
        except ProctorError as problem:
            self._take(str(problem).rstrip("."))

    def _take(self, problem: str | None) -> None:
        self._trying = None
        if self._ended:
            return
        if problem is None:
            self._ended = True
            self._succeeded()
            return
        when = self._tries.timers.now() + self._pause
        self._timer = self._tries.timers.call_at(when, self._try)
        self._pause = min(1.5 * self._pause, LONGEST_PAUSE_SECONDS)
        self._failed(problem)


class _Try(msgspec.Struct):
    """One run of the command."""

    told: Callable[[str | None], None]
    timer: Handle
    readers: list[OutputReader] = []
    tails: dict[str, bytes] = {}  #: the last bytes of each stream
    problem: str | None = "it has not ended"
    late: bool = False


class Tries:
    """Runs commands by keepers; all tries of an app. Their reports come by `take`."""

    def __init__(self, keepers: Keepers, timers: Timers) -> None:
        self._keepers = keepers
        self.timers = timers
        self._numbers: Iterator[int] = count(_FIRST_NUMBER)
        self._tries: dict[RunId, _Try] = {}

    def begin(self, order: SpawnOrder, told: Callable[[str | None], None]) -> RunId:
        """Run the command once: `told` the problem, or None when it has succeeded.

        Raises:
            ProctorError: it cannot be run now.
        """
        run = RunId(order.run.process, next(self._numbers))
        order = msgspec.structs.replace(order, run=run)
        channels = self._keepers.spawn(order)
        when = self.timers.now() + LONGEST_TRY_SECONDS
        trying = self._tries[run] = _Try(told, self.timers.call_at(when, lambda: self._late(run)))
        for stream, descriptor in channels.outputs():
            reader = OutputReader(
                self._keepers.loop, descriptor, partial(_keep_tail, trying, stream), lambda: None
            )
            trying.readers.append(reader)
        return run

    def kill(self, run: RunId) -> None:
        """End a try."""
        if run in self._tries:
            self._keepers.kill(run)

    def take(self, report: RunReport) -> None:
        """Take a report of a try; others are not for here."""
        trying = self._tries.get(report.run)
        if trying is None:
            return
        match report:
            case LeaderLeftReport():
                trying.problem = None if report.exit.succeeded else report.exit.words
                self._keepers.kill(report.run)  # what it has left behind
            case SpawnFailedReport():
                trying.problem = report.words
                self._finish(report.run, trying)
            case KeeperLostReport():
                trying.problem = "its keeper was killed"
            case TreeEmptiedReport() | SweptReport():
                self._finish(report.run, trying)
            case _:
                pass

    def close(self) -> None:
        """Read no more: before the keepers are closed."""
        for trying in self._tries.values():
            trying.timer.cancel()
            for reader in trying.readers:
                reader.close()
        self._tries.clear()

    def _late(self, run: RunId) -> None:
        self._tries[run].late = True
        self._keepers.kill(run)

    def _finish(self, run: RunId, trying: _Try) -> None:
        del self._tries[run]
        trying.timer.cancel()
        for reader in trying.readers:
            reader.drain()
        self._keepers.forget(run)
        problem = trying.problem
        if problem is not None and trying.late:
            problem = f"it took more than {LONGEST_TRY_SECONDS:g} seconds"
        if problem is not None and (said := _last_words(trying)):
            problem = f"{problem}: {said}"
        trying.told(problem)


def _keep_tail(trying: _Try, stream: str, data: bytes) -> None:
    trying.tails[stream] = (trying.tails.get(stream, b"") + data)[-_TAIL_BYTES:]


def _last_words(trying: _Try) -> str:
    """The last line of what it said went wrong; else of what it printed."""
    return _last_line(trying.tails.get("err", b"")) or _last_line(trying.tails.get("out", b""))


def _last_line(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return printable(last)[:LONGEST_WORDS]
