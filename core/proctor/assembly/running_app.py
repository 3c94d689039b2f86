"""A running app: all its parts, built, wired and run.

`begin` starts the first processes, and `serve_first_lines` prints what they say, before asyncio is
loaded; `run` goes on inside the event loop. What no child needs is loaded when all have begun.
"""

import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from proctor.assembly.surroundings import Surroundings
from proctor.errors import PlatformError
from proctor.logs.spill import Spill, SpillTrouble
from proctor.logs.store import LogStore
from proctor.model.configuration import AppConfiguration
from proctor.model.events import AppView, InternalError, OutputAppended, Usage, UsageSampled
from proctor.model.memory_limit import MemoryGuard
from proctor.model.names import ProcessName
from proctor.runtime.bus import EventBus
from proctor.runtime.keepers import Keepers, Report
from proctor.runtime.loops import Loop, LoopToCome
from proctor.runtime.mailbox import EndAsked, FactTold, FilesReading, GuardianLost, Mailbox
from proctor.runtime.output import Valve
from proctor.runtime.processes import WEB
from proctor.runtime.runs import ActiveRuns
from proctor.runtime.supervisor import Supervisor
from proctor.runtime.timers import LoopTimers

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable, Mapping

    from proctor.assembly.services import Services
    from proctor.control.environments import Given
    from proctor.control.local import LocalSession

FIRST_START_SECONDS = 1.0
FIRST_LINES_SECONDS = 0.03


class Printing(Protocol):
    """A printer of the log stream."""

    def attach(self, loop: Loop) -> None:
        """Begin to print."""
        ...

    async def finish(self) -> None:
        """Print what is left."""
        ...


class RunningApp:
    """One app with all its parts; `begin` may be called before there is an event loop."""

    def __init__(self, configuration: AppConfiguration, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._loop = LoopToCome()
        self._timers = LoopTimers(self._loop)
        self._started_at = self._timers.wall()
        self._ends_with = surroundings.ends_with
        self._usage: dict[str, Usage] = {}
        self._services: Services | None = None
        self._session: LocalSession | None = None
        self._all_started: asyncio.Event | None = None
        self._printer: Printing | None = None
        self._listener: socket.socket | None = None
        self._served = False
        self._end_asked = False
        self._last_fault = ""
        self._memory = MemoryGuard()
        self._mailbox = Mailbox()
        self._bus = EventBus(self._timers.wall)
        valve = Valve()
        self.store = LogStore(
            spill=self._open_spill(),
            on_appended=self._output_appended,
            on_pressure=valve.hold,
        )
        self._keepers = Keepers(
            surroundings.guardian,
            self._take_report,
            guardian_pid=surroundings.guardian_pid,
            adopts_orphans=surroundings.owns_process,
        )
        self._runs = ActiveRuns(
            configuration,
            keepers_=self._keepers,
            store=self.store,
            valve=valve,
            timers=self._timers,
            tell=lambda process, fact: self._mailbox.post(FactTold(process, fact)),
            say=self._say,
            guardian_lost=lambda: self._mailbox.post(GuardianLost()),
        )
        self.supervisor = Supervisor(
            configuration,
            mailbox=self._mailbox,
            runs=self._runs,
            bus=self._bus,
            timers=self._timers,
            say=self._say,
            switch_watch=self._switch_watch,
            read_again=self._read_again,
            app_view=self.app_view,
        )

    @property
    def session(self) -> "LocalSession":
        """What user interfaces hold."""
        if self._session is None:
            from proctor.control.local import LocalSession  # noqa: PLC0415 - not for the first start

            self._session = LocalSession(
                self.supervisor,
                mailbox=self._mailbox,
                bus=self._bus,
                store=self.store,
                app_view=self.app_view,
                usage=lambda: self._usage,
                terminals=self._runs.terminals,
                given=self._given,
            )
        return self._session

    def begin(self) -> None:
        """Start the first processes.

        Raises:
            UserError: a port is taken, and it may not be another one; nothing was started.
        """
        if self._around.owns_process:
            from proctor.runtime.leaving import listen_before_the_loop  # noqa: PLC0415 - the library leaves signals alone

            listen_before_the_loop(self.stop)
        self._keepers.attach(self._loop)
        self._runs.require_ports()
        if self._around.lock_fd is not None:
            self._keepers.hold_lock(self._around.lock_fd)
        self.supervisor.begin()

    def open_socket(self) -> None:
        """After `begin`: let other terminals connect; they are answered once `run` has come so far.

        So nobody who has seen a first line is told that the app does not run.
        """
        from proctor.control.listener import open_listener  # noqa: PLC0415 - not for the first start
        from proctor.control.places import SupervisorRecord  # noqa: PLC0415 - the same

        places = self._around.places
        if places is not None:
            with suppress(PlatformError):  # tried again in `run`, and told there
                self._listener = open_listener(places.socket)
                SupervisorRecord(pid=self._around.pid, socket=places.socket).write(places)

    def stop(self, asked: EndAsked) -> None:
        """Let the app end, and `run` with it."""
        self._end_asked = True
        self._mailbox.post(asked)

    def print_by(self, printer: Printing) -> None:
        """Print the log stream from now on."""
        self._printer = printer
        printer.attach(self._loop)

    def serve_first_lines(self) -> None:
        """After `begin`, where there is no loop yet: hear and print what the first processes say.

        What they report is decided upon in `run`. Meanwhile the processor is theirs.
        """
        self._loop.serve(
            until=lambda: self._end_asked or not self._runs.is_starting,
            within_seconds=FIRST_START_SECONDS,
        )
        self._loop.serve(until=lambda: self._end_asked, within_seconds=FIRST_LINES_SECONDS)
        self._served = True

    async def run(self, *, served: "Callable[[], None] | None" = None) -> int:
        """After `begin`: run until the app has ended and all its parts; gives the exit code.

        `served` is called once the first processes have been started and the control socket is
        served. Cancelled, it kills all trees at once.
        """
        import asyncio  # noqa: PLC0415 - loaded by now: see above

        from proctor.runtime.leaving import listen_to_signals  # noqa: PLC0415 - see above

        loop = asyncio.get_running_loop()
        if self._around.owns_process:
            listen_to_signals(loop, self.stop)
            loop.set_exception_handler(lambda _, context: self.tell_fault(context))
        self._loop.run_on(loop)
        deciding = loop.create_task(self.supervisor.run(), name="supervisor")
        try:
            if not self._served:
                await self._first_lines(deciding)
            await self._made_services().start()
            if served is not None:
                served()
            if self._around.owns_process:  # else how garbage is collected is not ours to say
                gc.freeze()
                gc.enable()
            return await deciding
        finally:
            deciding.cancel()
            await self.end()

    async def _first_lines(self, deciding: "asyncio.Task[int]") -> None:
        """The first processes have started, and are heard, before all else is loaded."""
        import asyncio  # noqa: PLC0415 - loaded by now: see above

        self._all_started = asyncio.Event()
        starting = asyncio.create_task(self._all_started.wait(), name="first starts")
        try:
            await asyncio.wait(
                [deciding, starting],
                timeout=FIRST_START_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            await asyncio.wait([deciding], timeout=FIRST_LINES_SECONDS)
        finally:
            starting.cancel()

    async def end(self) -> None:
        """Let go of everything; whoever is still running is killed."""
        import asyncio  # noqa: PLC0415 - loaded by now: see above

        # First what needs no waiting: once cancelled, the next wait may be cut short as well.
        self.session.end()
        self._bus.end()
        self._runs.close()
        self._keepers.close()
        self._loop.run_on(asyncio.get_running_loop())
        try:
            if self._services is not None:
                await self._services.stop()
            if self._printer is not None:
                await self._printer.finish()
            await self._keepers.wait_closed()
        finally:
            self.store.close()

    def app_view(self) -> AppView:
        """The app as it is now, and who runs it."""
        app = self.supervisor.configuration
        places = self._around.places
        return AppView(
            name=app.name,
            root=app.root,
            procfile=app.procfile_path,
            supervisor_pid=self._around.pid,
            guardian_pid=self._around.guardian_pid,
            socket=str(places.socket) if places else None,
            state_dir=str(places.state) if places else "",
            log_dir=str(places.logs) if places else "",
            address=self._address(),
            started_at=self._started_at,
            ends_with=self._ends_with,
        )

    def _address(self) -> str | None:
        if WEB not in self.supervisor.configuration.procfile.types:
            return None
        for name, slot in self.supervisor.slots.items():
            if name.type == WEB and slot.wanted:
                port = (slot.run.listens_on if slot.run else None) or self._runs.port_of(name)
                return f"http://localhost:{port}" if port else None
        return None

    def _given(self, process: str) -> "Given | None":
        from proctor.control.environments import Given  # noqa: PLC0415 - not for the first start

        given = self._runs.given(process)
        return None if given is None else Given(*given)

    def _made_services(self) -> "Services":
        """The services; made when they are needed, as no child waits for their imports."""
        if self._services is None:
            from proctor.assembly.services import Needs, Services  # noqa: PLC0415 - see above

            needs = Needs(
                configuration=lambda: self.supervisor.configuration,
                trees=self._runs.keepers_by_process,
                seen=lambda: self._bus.followed,
                sampled=self._sampled,
                limited=lambda: bool(self.supervisor.configuration.memory_limits),
                say=lambda words: self._say(words, None, None),
                lease_given_up=self._lease_given_up,
            )
            watch = self.supervisor.watch.on
            self._services = Services(
                self._around,
                self.session,
                self._mailbox,
                needs,
                watch=watch,
                listener=self._listener,
            )
        return self._services

    def tell_fault(self, context: "Mapping[str, Any]") -> None:
        """Tell of an exception that nobody caught, as the loop gives it; again, only if it is new.

        What failed was one call of the loop's: all else goes on.
        """
        fault = context.get("exception")
        what = context["message"] if fault is None else f"{type(fault).__name__}: {fault}"
        words = f"a fault of proctor's own: {what}"
        if words != self._last_fault:
            self._last_fault = words
            self._say(words, None, None)
            self._bus.publish(InternalError(cause="app", words=words))

    # What the parts tell each other

    def _take_report(self, report: Report) -> None:
        self._runs.take(report)
        if self._all_started is not None and not self._runs.is_starting:
            self._all_started.set()

    def _say(self, words: str, process: ProcessName | None, run: int | None) -> None:
        self.store.say(words, at=self._timers.wall(), process=process, run=run)

    def _output_appended(self, process: str, first: int, end: int) -> None:
        if self._bus.followed:
            self._bus.notify(OutputAppended(process=process, first=first, end=end))

    def _sampled(self, usage: dict[str, Usage]) -> None:
        self._usage = usage
        limits = self.supervisor.configuration.memory_limits
        if limits:
            self._judge_memory(usage, limits)
        if self._bus.followed:
            self._bus.notify(UsageSampled(usage=usage))

    def _judge_memory(self, usage: dict[str, Usage], limits: "Mapping[str, int]") -> None:
        used = {
            run: each.memory_bytes
            for name, each in usage.items()
            if (run := self._runs.run_of(ProcessName.parse(name))) is not None
        }
        for fact in self._memory.judge(used, limits):
            self._mailbox.post(FactTold(fact.run.process, fact))

    def _lease_given_up(self) -> None:
        self._ends_with = "proctor quit"
        self.supervisor.tell_of_the_app()

    def _switch_watch(self, on: bool) -> None:  # noqa: FBT001 - the switch's position
        if self._services is not None:
            self._services.switch_watch(on)

    def _read_again(self, reading: FilesReading) -> None:
        self._made_services().read_again(reading)

    def _open_spill(self) -> Spill | None:
        places = self._around.places
        if places is None:
            return None
        return Spill(
            places.logs, post=self._loop.call_soon_threadsafe, on_trouble=self._spill_troubled
        )

    def _spill_troubled(self, trouble: SpillTrouble) -> None:
        if trouble.problem is None:
            words = f"log files are written again; {trouble.lost} bytes were not"
        else:
            words = f"log files cannot be written: {trouble.problem.strerror}"
        self._say(words, None, None)
