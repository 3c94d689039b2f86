"""Ready rules at work: whatever says that a run is up, where its type has a rule of its own.

A rule is looked at from the start of a run until it has come true, or the run leaves `starting`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from proctor.model.facts import BecameReady, NotReady
from proctor.model.names import RunId
from proctor.model.readiness import missing
from proctor.model.type_settings import (
    ReadyRule,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)
from proctor.runtime.orders import RunReport, SpawnOrder
from proctor.runtime.slot import shell_argv
from proctor.runtime.timers import Handle, Timers

if TYPE_CHECKING:
    import asyncio

    from proctor.runtime.keepers import Keepers
    from proctor.runtime.ready_commands import Tries

FIRST_TRY_SECONDS = 0.05
NO_LOOP_YET_SECONDS = 0.05

Feed = Callable[[str, bytes], None]


class _Check(Protocol):
    """One way to find out; ended when nobody asks any more."""

    def end(self) -> None: ...


class _Watched(msgspec.Struct):
    """One run that has a rule."""

    rule: ReadyRule
    check: _Check | None = None
    begun: bool = False
    found: bool = False
    problem: str | None = None


class Readiness:
    """Looks whether runs are ready by their rules.

    `ready` takes the fact once, `not_ready` what is missing after each try that failed.
    """

    def __init__(
        self,
        timers: Timers,
        keepers: "Keepers",
        *,
        ready: Callable[[BecameReady], None],
        not_ready: Callable[[NotReady], None],
    ) -> None:
        self._timers = timers
        self._keepers = keepers
        self._ready = ready
        self._not_ready = not_ready
        self._watched: dict[RunId, _Watched] = {}
        self._tries: Tries | None = None

    def watch(self, run: RunId, rule: ReadyRule) -> Feed | None:
        """A run is being started; gives who is to see what it prints, if that matters."""
        watched = self._watched[run] = _Watched(rule)
        if not isinstance(rule, ReadyWhenLogged):
            return None
        from proctor.runtime.ready_lines import ReadyLines  # noqa: PLC0415 - few apps need it

        lines = ReadyLines(
            rule.pattern,
            self._timers,
            found=lambda: self._found(run, watched),
            gave_up=lambda: self._gave_up(run, watched),
        )
        watched.check = lines
        return lines.feed

    def begin(self, run: RunId, order: SpawnOrder, port: int) -> bool:
        """The run's program runs, as it was ordered; whether it has a rule."""
        watched = self._watched.get(run)
        if watched is None:
            return False
        watched.begun = True
        rule = watched.rule
        if watched.found:
            self._tell_ready(run, None)
        elif watched.problem is not None:
            self.tell(run, rule, port, watched.problem)
        elif isinstance(rule, ReadyWhenSucceeding):
            watched.check = self._command(run, rule, order, port)
        elif not isinstance(rule, ReadyWhenLogged):
            watched.check = _Connecting(self, self._timers, run, rule, port)
        return True

    def end(self, run: RunId) -> None:
        """It is ready, has ended, or is being stopped."""
        watched = self._watched.pop(run, None)
        if watched is not None and watched.check is not None:
            watched.check.end()

    def take(self, report: RunReport) -> None:
        """Take a report of a run that is none of a process: it may be a command's."""
        if self._tries is not None:
            self._tries.take(report)

    def close(self) -> None:
        """Look no more."""
        for run in list(self._watched):
            self.end(run)
        if self._tries is not None:
            self._tries.close()

    # What the checks tell

    def tell(self, run: RunId, rule: ReadyRule, port: int, problem: str | None) -> None:
        """How a try for the run has gone; None: its rule has come true."""
        if run not in self._watched:
            return
        if problem is None:
            self._tell_ready(run, port if _is_about_own_port(rule) else None)
        else:
            self._not_ready(NotReady(run=run, problem=missing(rule, port=port, problem=problem)))

    def _found(self, run: RunId, watched: _Watched) -> None:
        watched.found = True
        if watched.begun:
            self._tell_ready(run, None)

    def _gave_up(self, run: RunId, watched: _Watched) -> None:
        watched.problem = (
            "it takes too long on a line of its output, and is not looked for any more"
        )
        if watched.begun:
            self.tell(run, watched.rule, 0, watched.problem)

    def _tell_ready(self, run: RunId, port: int | None) -> None:
        self.end(run)
        self._ready(BecameReady(run=run, port=port))

    def _command(
        self, run: RunId, rule: ReadyWhenSucceeding, order: SpawnOrder, port: int
    ) -> _Check:
        from proctor.runtime.ready_commands import ReadyCommand, Tries  # noqa: PLC0415 - as above

        if self._tries is None:
            self._tries = Tries(self._keepers, self._timers)
        order = msgspec.structs.replace(
            order, argv=shell_argv(rule.command_line), terminal=False, grace_seconds=0.0
        )
        return ReadyCommand(
            order,
            self._tries,
            succeeded=lambda: self.tell(run, rule, port, None),
            failed=lambda problem: self.tell(run, rule, port, problem),
        )


class _Connecting:
    """Tries to connect to what the rule names, by a task of the run's own."""

    def __init__(
        self,
        readiness: Readiness,
        timers: Timers,
        run: RunId,
        rule: ReadyWhenListening | ReadyWhenAnswering,
        port: int,
    ) -> None:
        self._readiness = readiness
        self._timers = timers
        self._run = run
        self._rule = rule
        self._port = port
        self._task: asyncio.Task[None] | None = None
        self._timer: Handle = timers.call_at(timers.now() + FIRST_TRY_SECONDS, self._begin)

    def end(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        import asyncio  # noqa: PLC0415 - not at the start: see `loops`

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # the first processes are started before there is one
            when = self._timers.now() + NO_LOOP_YET_SECONDS
            self._timer = self._timers.call_at(when, self._begin)
            return
        self._task = loop.create_task(self._try(), name=f"ready {self._run}")

    async def _try(self) -> None:
        from proctor.runtime.ready_connections import (  # noqa: PLC0415 - as above
            answers,
            connects,
            until_ready,
        )

        rule, port = self._rule, self._port
        try:
            if isinstance(rule, ReadyWhenListening):
                await until_ready(lambda: connects(rule.host, rule.port or port), self._tell)
            else:
                await until_ready(lambda: answers(rule.url, port), self._tell)
        except Exception as fault:  # noqa: BLE001 - a fault of ours: it is told, the app goes on
            self._tell(f"a fault of proctor's own: {type(fault).__name__}: {fault}")
            return
        self._task = None  # else it would be cancelled by what it tells
        self._tell(None)

    def _tell(self, problem: str | None) -> None:
        self._readiness.tell(self._run, self._rule, self._port, problem)


def _is_about_own_port(rule: ReadyRule) -> bool:
    if isinstance(rule, ReadyWhenListening):
        return rule.port is None
    return isinstance(rule, ReadyWhenAnswering) and rule.url.startswith("/")
