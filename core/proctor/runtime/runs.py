"""The runs of an app: started with their port and environment, read, and told about."""

import os
from collections.abc import Callable, Iterable, Mapping

import msgspec

from proctor.errors import UserError
from proctor.logs.store import LogStore
from proctor.logs.track import Track
from proctor.model.configuration import AppConfiguration
from proctor.model.environment import child_environment
from proctor.model.facts import (
    BecameReady,
    KeeperLost,
    LeaderContinued,
    LeaderLeft,
    LeaderSuspended,
    NotReady,
    RunFact,
    Scope,
    SignalDenied,
    Started,
    StartFailed,
    TreeEmptied,
)
from proctor.model.names import ProcessName, RunId
from proctor.model.one_offs import ONE_OFF, OneOff
from proctor.model.ports import PortAssignment, assign_port, usual_port
from proctor.model.procfile import ProcfileEntry
from proctor.model.words import starting_command
from proctor.runtime import keepers
from proctor.runtime.debuggers import Debuggers
from proctor.runtime.keepers import Keepers, SpawnOrder
from proctor.runtime.listening import listening
from proctor.runtime.output import OutputReader, Valve
from proctor.runtime.probe import Probes
from proctor.runtime.processes import WEB
from proctor.runtime.readiness import Feed, Readiness
from proctor.runtime.slot import shell_argv, signal_number
from proctor.runtime.taken_ports import TakenPorts
from proctor.runtime.terminals import Terminals
from proctor.runtime.timers import Timers
from proctor.runtime.trees import describe, members


class _Active(msgspec.Struct):
    """One run that has not gone yet."""

    port: int
    order: SpawnOrder
    started_at: float  #: wall time
    leader: int | None = None
    keeper: int | None = None
    readers: list[OutputReader] = []


class ActiveRuns:
    """Starts runs by their keepers, reads what they print, and turns reports into facts.

    `tell` takes the facts, `say` a sentence about a process, `guardian_lost` that nothing can be
    started any more. `configuration` holds for the runs that are started from now on.
    """

    def __init__(  # noqa: PLR0913 - where keepers, logs and timers meet
        self,
        configuration: AppConfiguration,
        *,
        keepers_: Keepers,
        store: LogStore,
        valve: Valve,
        timers: Timers,
        tell: Callable[[ProcessName, RunFact], None],
        say: Callable[[str, ProcessName | None, int | None], None],
        guardian_lost: Callable[[], None],
    ) -> None:
        self.configuration = configuration
        self._keepers = keepers_
        self._store = store
        self._valve = valve
        self._timers = timers
        self._tell = tell
        self._say = say
        self._guardian_lost = guardian_lost
        self._active: dict[RunId, _Active] = {}
        self._ports: dict[ProcessName, int] = {}
        self.terminals = Terminals(keepers_)
        self._debuggers = Debuggers(
            timers,
            attended=self.terminals.is_watched,
            tell=lambda fact: tell(fact.run.process, fact),
        )
        self._probes = Probes(timers, members=self.members, ready=self._ready)
        self._readiness = Readiness(timers, keepers_, ready=self._ready, not_ready=self._ready)

    # What the slots order

    def require_ports(self) -> None:
        """See that each process of the formation can have its usual port.

        Raises:
            UserError: one is taken, and the settings allow no other.
        """
        if self.configuration.settings.fixed_ports:
            for type_, quantity in self.configuration.formation.items():
                for number in range(1, quantity + 1):
                    self._assign_port(ProcessName(type_, number))

    def start(self, run: RunId, one_off: OneOff | None = None) -> None:
        """Start the run: of `one_off`, or of what the Procfile says of its type.

        Raises:
            UserError: its port is taken and it may have no other, or its command is not possible.
            PlatformError: this machine has no room for it now.
        """
        command = one_off or OneOff(self._entry(run).command_line, run.process.type)
        assignment = self._assign_port(run.process)
        if assignment.note:
            self._say(assignment.note, run.process, run.number)
        order = self._order(run, command, assignment.port)
        words = starting_command(command.command_line, assignment.port)
        self._say(words, run.process, run.number)
        channels = self._keepers.spawn(order)
        active = self._active[run] = _Active(assignment.port, order, self._timers.wall())
        self._ports[run.process] = assignment.port
        rule = self.configuration.settings_of(run.process.type).ready
        feed = None if rule is None else self._readiness.watch(run, rule)
        self.terminals.began(run, channels.terminal)
        for stream, descriptor in channels.outputs():
            track = self._store.open(run, stream, terminal=order.terminal)
            self._read(run, active, descriptor, track, feed)

    def signal(self, run: RunId, scope: Scope, number: int) -> None:
        """Send a signal to members of the run's tree."""
        self._look_no_more(run)
        self._keepers.order(run, scope, number)

    def signal_leader(self, run: RunId, number: int) -> None:
        """Send one signal to the leader, or to the roots once it has left; no stop begins."""
        self._keepers.signal(run, number)

    def kill(self, run: RunId) -> None:
        """Kill until nobody is left."""
        self._look_no_more(run)
        self._keepers.kill(run)

    def remnants(self, run: RunId) -> tuple[str, ...]:
        """Who is left of the run, as "4711 redis-server"."""
        return tuple(describe(pid) for pid in self.members(run))

    def close(self) -> None:
        """Read and look no more: before the keepers are closed, who close what is read."""
        for run, active in self._active.items():
            self._look_no_more(run)
            for reader in active.readers:
                reader.close()
        self._readiness.close()
        self._debuggers.close()
        self.terminals.close()

    # What others ask

    def port_of(self, process: ProcessName) -> int | None:
        """The PORT of the process's current or last run."""
        return self._ports.get(process)

    def members(self, run: RunId) -> Iterable[int]:
        """The pids of the run's tree."""
        active = self._active.get(run)
        if active is None or active.keeper is None:
            return ()
        return members(active.keeper)

    @property
    def is_starting(self) -> bool:
        """Some run has been asked for and not been heard of yet."""
        return any(active.leader is None for active in self._active.values())

    def keepers_by_process(self) -> dict[ProcessName, int]:
        """The keeper of each process's current run: whose tree is measured."""
        return {
            run.process: active.keeper
            for run, active in self._active.items()
            if active.keeper is not None
        }

    def run_of(self, process: ProcessName) -> RunId | None:
        """The process's run that has not gone yet."""
        return next((run for run in self._active if run.process == process), None)

    # What the keepers report

    def take(self, report: keepers.Report) -> None:
        """Take a report: the callback of `Keepers`."""
        if isinstance(report, keepers.GuardianLostReport):
            self._guardian_lost()
            return
        active = self._active.get(report.run)
        if active is not None:
            self._tell_of(report, active)
        else:
            self._readiness.take(report)

    def _tell_of(self, report: keepers.RunReport, active: _Active) -> None:
        run = report.run
        fact: RunFact
        match report:
            case keepers.StartedReport():
                active.leader, active.keeper = report.leader_pid, report.keeper_pid
                ruled = self._readiness.begin(run, active.order, active.port)
                if not ruled and run.process.type == WEB:
                    self._probes.begin(run, active.port)
                fact = Started(run=run, leader=report.leader_pid)
            case keepers.SpawnFailedReport():
                self._finish(run, active)
                fact = StartFailed(run=run, problem=report.words)
            case keepers.LeaderStoppedReport():
                self.terminals.stopped(run, report.signal_name)
                fact = LeaderSuspended(run=run, signal=report.signal_name)
            case keepers.LeaderContinuedReport():
                fact = LeaderContinued(run=run)
            case keepers.LeaderLeftReport():
                self._look_no_more(run)
                self._debuggers.end(run)
                self.terminals.left(run, report.exit.words)
                fact = LeaderLeft(run=run, exit=report.exit)
            case keepers.DeniedReport():
                fact = SignalDenied(run=run, pid=report.pid)
            case keepers.KeeperLostReport():
                self._look_no_more(run)
                fact = KeeperLost(run=run)
            case keepers.TreeEmptiedReport() | keepers.SweptReport():
                self._finish(run, active)
                fact = TreeEmptied(run=run)
        self._tell(run.process, fact)

    def _ready(self, fact: BecameReady | NotReady) -> None:
        self._tell(fact.run.process, fact)

    def _look_no_more(self, run: RunId) -> None:
        self._probes.end(run)
        self._readiness.end(run)

    def given(self, process: str) -> tuple[int, float, Mapping[str, str]] | None:
        """The newest run of a process, when it was started, and with which environment."""
        for run, active in reversed(self._active.items()):
            if str(run.process) == process:
                return run.number, active.started_at, active.order.environment
        return None

    # Details

    def _entry(self, run: RunId) -> ProcfileEntry:
        entry = self.configuration.procfile.entry(run.process.type)
        if entry is None:
            raise UserError(f"{run.process.type} is not in the Procfile any more")
        return entry

    def _order(self, run: RunId, command: OneOff, port: int) -> SpawnOrder:
        app = self.configuration
        settings = app.settings_of(command.type or run.process.type)
        columns, rows = self.terminals.size_for(run.process)
        environment = child_environment(
            {**app.environment.values(), **settings.environment},
            process=run.process,
            port=port,
            terminal=settings.terminal,
            platform=self._platform(run) if settings.platform_env else None,
        )
        return SpawnOrder(
            run=run,
            argv=shell_argv(command.command_line),
            environment=environment,
            folder=app.root,
            stop_signal=signal_number(settings.stop_signal),
            stop_scope=settings.stop_scope,
            grace_seconds=settings.grace_seconds,
            terminal=settings.terminal,
            columns=columns,
            rows=rows,
            stdin=settings.stdin,
        )

    def _platform(self, run: RunId) -> dict[str, str]:
        # Not at the top: hardly any app asks for it, and all would wait for hashlib.
        from proctor.model.platform_variables import platform_variables  # noqa: PLC0415 - see above

        app = self.configuration
        return platform_variables(
            run.process, app_name=app.name, root=app.root, dyno_id=os.urandom(16).hex()
        )

    def _read(
        self,
        run: RunId,
        active: _Active,
        descriptor: int,
        track: Track,
        feed: Feed | None = None,
    ) -> None:
        wall = self._timers.wall
        terminal = active.order.terminal

        def take(data: bytes) -> None:
            track.append(data, wall())
            if terminal:
                self.terminals.wrote(run, data)
                self._debuggers.wrote(run, track)
            if feed is not None:
                feed(track.stream, data)

        reader = OutputReader(
            self._keepers.loop,
            descriptor,
            take,
            lambda: track.end(wall()),
            valve=self._valve,
        )
        active.readers.append(reader)

    def _finish(self, run: RunId, active: _Active) -> None:
        """Nobody is left who could write: what there is now is all there will be."""
        self._look_no_more(run)
        for reader in active.readers:
            reader.drain()
        self._debuggers.end(run)
        self.terminals.gone(run)
        self._keepers.forget(run)
        del self._active[run]

    def _assign_port(self, process: ProcessName) -> PortAssignment:
        app = self.configuration
        types = (*app.procfile.types, ONE_OFF)
        own = app.own_ports
        usual = usual_port(process, types, base=app.base_port, own=own)
        given = {
            active.port: run.process
            for run, active in self._active.items()
            if run.process != process
        }
        reserved = {
            usual_port(name, types, base=app.base_port, own=own): name
            for type_, quantity in app.formation.items()
            for number in range(1, quantity + 1)
            if (name := ProcessName(type_, number)) != process
        }
        if process.type not in own:  # what somebody has written down goes before what is counted
            given = {port: name for port, name in reserved.items() if name.type in own} | given
        taken = TakenPorts(given, listening())
        return assign_port(
            process,
            usual,
            taken=taken,
            reserved=reserved,
            fixed=app.settings.fixed_ports,
            own=process.type in own,
        )
