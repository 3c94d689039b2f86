"""Runs without processes: they obey, or not, as a test says; and they are watched."""

import signal as signals
from typing import TYPE_CHECKING, Any

from proctor.model.configuration import AppConfiguration
from proctor.model.exits import Exit
from proctor.model.facts import (
    BecameReady,
    LeaderLeft,
    RunFact,
    Scope,
    Started,
    StartFailed,
    TreeEmptied,
)
from proctor.model.names import ProcessName, RunId
from proctor.model.one_offs import OneOff

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.errors import ProctorError


class FakeRuns:
    """Implements the supervisor's `ConfigurableRuns`; facts go to `tell`, as from keepers.

    Names of processes or types in `stubborn` do not heed a signal, in `silent` tell nothing at
    all by themselves, in `broken` exit with status 1 as soon as they run, in `hanging` never get
    ready; `refused` raises. It fails when a run is started over a living one of the same process,
    or a dead run is signalled.
    """

    def __init__(self, configuration: AppConfiguration) -> None:
        self.configuration = configuration
        self.tell: Callable[[ProcessName, RunFact], None] = lambda _process, _fact: None
        self.orders: list[tuple[Any, ...]] = []
        self.alive: dict[ProcessName, RunId] = {}
        self.commands: dict[RunId, str] = {}
        self.stubborn: set[str] = set()
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.hanging: set[str] = set()
        self.refused: dict[str, ProctorError] = {}
        self.left_behind: tuple[str, ...] = ()
        self._ports: dict[ProcessName, int] = {}
        self._ended: set[RunId] = set()

    # What slots order

    def start(self, run: RunId, one_off: OneOff | None = None) -> None:
        assert run.process not in self.alive, f"{run} over {self.alive[run.process]}"
        assert run not in self.commands, f"{run} a second time"
        self.orders.append(("start", str(run)))
        for name, problem in self.refused.items():
            if name in (run.process.type, str(run.process)):
                raise problem
        self.alive[run.process] = run
        command = one_off or self.configuration.procfile.entry(run.process.type)
        self.commands[run] = command.command_line if command else ""
        self._ports.setdefault(run.process, 5006 + len(self._ports))
        if not self._is(run, self.silent):
            self.come_up(run)

    def signal(self, run: RunId, scope: Scope, number: int) -> None:
        self._alive(run)
        self.orders.append(("signal", str(run), scope, signals.Signals(number).name))
        if not self._is(run, self.stubborn | self.silent):
            self.end(run, Exit(status=0))

    def signal_leader(self, run: RunId, number: int) -> None:
        self._alive(run)
        self.orders.append(("signal_leader", str(run), signals.Signals(number).name))

    def kill(self, run: RunId) -> None:
        self._alive(run)
        self.orders.append(("kill", str(run)))
        if not self._is(run, self.silent):
            self.end(run, Exit(signal=signals.SIGKILL))

    def remnants(self, run: RunId) -> tuple[str, ...]:
        self._alive(run)
        return self.left_behind

    def port_of(self, process: ProcessName) -> int | None:
        return self._ports.get(process)

    # What a test lets happen

    def come_up(self, run: RunId) -> None:
        self.tell(run.process, Started(run=run, leader=4000 + run.number))
        if self._is(run, self.broken):
            self.end(run, Exit(status=1))
        elif self._is_told_ready(run) and not self._is(run, self.hanging):
            self.tell(run.process, BecameReady(run=run, port=self._ports[run.process]))

    def _is_told_ready(self, run: RunId) -> bool:
        type_ = run.process.type
        return type_ == "web" or self.configuration.settings_of(type_).ready is not None

    def be_ready(self, process: str) -> None:
        """What was in `hanging` is up now."""
        run = self.run_of(process)
        self.tell(run.process, BecameReady(run=run))

    def fail(self, process: str, problem: str) -> None:
        """A start fails, of a process that is in `silent`."""
        run = self.alive.pop(ProcessName.parse(process))
        self._ended.add(run)
        self.tell(run.process, StartFailed(run=run, problem=problem))

    def end(self, run: RunId, exit_: Exit) -> None:
        """The leader leaves, and nobody is left."""
        if run not in self._ended:
            self.tell(run.process, LeaderLeft(run=run, exit=exit_))
            self.empty(run)

    def empty(self, run: RunId) -> None:
        self._ended.add(run)
        self.alive.pop(run.process, None)
        self.tell(run.process, TreeEmptied(run=run))

    def exit(self, process: str, status: int = 1) -> None:
        """A process ends by itself."""
        self.end(self.run_of(process), Exit(status=status))

    def run_of(self, process: str) -> RunId:
        return self.alive[ProcessName.parse(process)]

    # What a test asks

    @property
    def started(self) -> list[str]:
        return [order[1] for order in self.orders if order[0] == "start"]

    @property
    def killed(self) -> list[str]:
        return [order[1] for order in self.orders if order[0] == "kill"]

    @property
    def running(self) -> list[str]:
        return sorted(map(str, self.alive))

    def _is(self, run: RunId, names: set[str]) -> bool:
        return bool(names & {run.process.type, str(run.process)})

    def _alive(self, run: RunId) -> None:
        # What ended a moment ago may be signalled: its end is still in the mailbox.
        assert run in self.commands, f"{run} was never started"
