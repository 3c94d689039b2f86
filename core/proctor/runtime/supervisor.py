"""The supervisor: one mailbox, one task, the only writer of an app's state.

Facts and commands come in, the model's rules decide, orders go to keepers and timers, and each
change is published as an event. Nothing here waits but for the mailbox.
"""

import signal as signals
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, assert_never

import msgspec

from proctor.model.commands import Accepted, Reply, to_cli
from proctor.model.configuration import AppConfiguration
from proctor.model.events import (
    Announced,
    AppChanged,
    AppStopped,
    AppStopping,
    AppView,
    CommandAccepted,
    FormationChanged,
    Level,
    ProcessView,
    TypeView,
    WatchChanged,
    WatchView,
)
from proctor.model.facts import EndAll, Fact, KillAsked, RestartAsked, StopAsked
from proctor.model.formation import Formation, idle_words
from proctor.model.names import ProcessName
from proctor.model.one_offs import OneOff
from proctor.model.slots import Slot
from proctor.model.views import type_views
from proctor.model.why import still_stopping
from proctor.runtime.answers import answer, refused
from proctor.runtime.bus import EventBus
from proctor.runtime.mailbox import (
    CommandAsked,
    ConfigurationRead,
    EndAsked,
    FactTold,
    FilesChanged,
    FilesReading,
    GuardianLost,
    Item,
    Mailbox,
    TimeToTell,
    WatchTroubled,
)
from proctor.runtime.processes import AppRuns, Processes, Saying
from proctor.runtime.reloading import Difference, Readings, difference
from proctor.runtime.saves import restarts_by
from proctor.runtime.timers import Handle, Timers

ESCALATES_AFTER_SECONDS = 0.5
TELL_AFTER_SECONDS = 1.0
TELL_EVERY_SECONDS = 5.0
LEAVE_DENIED_SECONDS = 1.0
OUR_FAULT = 70


class ConfigurableRuns(AppRuns, Protocol):
    """Runs that take a new configuration for those that are started from now on."""

    configuration: AppConfiguration


class Supervisor:
    """Runs one app.

    `app_view` gives the app as others see it; a change of it is told.
    `switch_watch` turns the file watcher on or off; `read_again` reads the app's files, off the
    loop, and posts `ConfigurationRead`.
    """

    def __init__(  # noqa: PLR0913 - where all parts of a running app meet
        self,
        configuration: AppConfiguration,
        *,
        mailbox: Mailbox,
        runs: ConfigurableRuns,
        bus: EventBus,
        timers: Timers,
        say: Saying,
        switch_watch: Callable[[bool], None],
        read_again: Callable[[FilesReading], None],
        app_view: Callable[[], AppView | None] = lambda: None,
    ) -> None:
        self.configuration = configuration
        self.formation: Formation = configuration.formation
        self.watch = WatchView(on=configuration.settings.watch)
        self.pending: Difference | None = None
        self.exit_code = 0
        self.stopping = False  #: everything is
        self._mailbox = mailbox
        self._runs = runs
        self._bus = bus
        self._timers = timers
        self._say = say
        self._switch_watch = switch_watch
        self._read_again = read_again
        self._app_view = app_view
        self._app_told: tuple[AppView | None, str | None] = (None, None)
        self._processes = Processes(
            configuration,
            runs=runs,
            bus=bus,
            timers=timers,
            say=say,
            post=lambda process, fact: mailbox.post(FactTold(process, fact)),
            end_all=self._end_all,
        )
        self._begun = False
        self._commands = 0
        self._file_changes = 0
        self._readings = Readings()
        self._insisted_since: float | None = None
        self._next_telling: Handle | None = None

    @property
    def slots(self) -> Mapping[ProcessName, Slot]:
        """The processes as they are."""
        return self._processes.slots

    def views(self) -> tuple[ProcessView, ...]:
        """The processes as everybody may see them."""
        return self._processes.views()

    def types(self) -> tuple[TypeView, ...]:
        """The process types in the order of the Procfile."""
        return type_views(self.configuration, self.formation)

    # The loop

    def begin(self) -> None:
        """Start the formation; the loop need not run yet."""
        self._begun = True
        for warning in self.configuration.warnings:
            self._announce("warning", warning)
        if (words := idle_words(self.formation)) is not None:
            self._say(words, None, None)
        self._processes.apply(dict(self.formation), cause="app", reason="started with the app")

    async def run(self) -> int:
        """Begin, if that was not done, and decide until all has ended; gives the exit code."""
        try:
            if not self._begun:
                self.begin()
            while not self._is_over():
                self._decide(await self._mailbox.next())
                self.tell_of_the_app()
        finally:
            self._processes.close()
            if self._next_telling is not None:
                self._next_telling.cancel()
        self._tell_who_was_left()
        self._bus.publish(AppStopped(cause="app", exit_code=self.exit_code))
        return self.exit_code

    def _is_over(self) -> bool:
        return self.stopping and all(
            slot.run is None or self._is_left(slot) for slot in self.slots.values()
        )

    def _is_left(self, slot: Slot) -> bool:
        """Not waited for is what a fault of ours has frozen, since nothing more is heard of it.

        Nor is who may not be signalled, once all else of the tree was killed.
        """
        run = slot.run
        if slot.name in self._processes.frozen:
            return True
        if run is None or not run.denied or run.step != "kill" or run.killed_at is None:
            return False
        return self._timers.now() > run.killed_at + LEAVE_DENIED_SECONDS

    def _tell_who_was_left(self) -> None:
        for process, slot in self.slots.items():
            if slot.run is not None:
                self.exit_code = OUR_FAULT
                words = f"{process} could not be stopped; it is left, without terminal or pipes"
                pids = ", ".join(map(str, slot.run.denied))
                self._announce("error", f"{words}: {pids}" if pids else words)

    def tell_of_the_app(self) -> None:
        """Tell what is new of the app: its address, whom it ends with, a Procfile that waits."""
        app = self._app_view()
        now = (app, self.pending.words if self.pending else None)
        if app is not None and now != self._app_told:
            self._app_told = now
            self._bus.publish(AppChanged(cause="app", app=app, pending=now[1]))

    def _decide(self, item: Item) -> None:
        match item:
            case FactTold():
                self.tell(item.process, item.fact)
            case CommandAsked():
                self._answer(item)
            case FilesChanged():
                self._files_changed(item)
            case WatchTroubled():
                if item.problem is not None:
                    self._announce("warning", item.problem)
                self._set_watch_view("app", problem=item.problem)
            case ConfigurationRead():
                self._configuration_read(item)
            case EndAsked():
                self.stop_everything(
                    reason=item.reason,
                    exit_code=item.exit_code,
                    escalates=item.escalates,
                    at_once=item.at_once,
                )
            case GuardianLost():
                words = "the guardian has died: all processes are being stopped"
                self._announce("error", words)
                self.stop_everything(
                    reason=words, exit_code=OUR_FAULT, escalates=False, at_once=False
                )
                self.exit_code = OUR_FAULT  # also where it was being stopped already
            case TimeToTell():
                self._tell_who_is_left()
            case _:
                assert_never(item)

    def _answer(self, asked: CommandAsked) -> None:
        self._commands += 1
        cause = f"c{self._commands}"
        sequence = self._bus.sequence
        reply: Reply
        try:
            words = answer(self, asked.command, cause)
        except Exception as problem:  # noqa: BLE001 - a fault costs this command, not the app
            reply = refused(problem)
        else:
            by = asked.command.by
            self._bus.publish(
                CommandAccepted(cause=cause, words=words, cli=to_cli(asked.command), by=by)
            )
            reply = Accepted(cause=cause, words=words, sequence=sequence)
        asked.answer(reply)

    # What commands may do (see `answers.Steering`)

    def tell(self, process: ProcessName, fact: Fact) -> None:
        """Let a process's rules decide on a fact."""
        self._processes.tell(process, fact)
        self._processes.forget_surplus(dict(self.formation))

    def stop(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Stop these, in the reverse of the start order."""
        self._processes.stop(names, StopAsked(cause=cause, reason=reason))
        self._processes.forget_surplus(dict(self.formation))

    def set_formation(self, formation: Formation, *, cause: str, reason: str) -> None:
        """Want other quantities; starts and stops only the difference."""
        self.formation = formation
        self._bus.publish(FormationChanged(cause=cause, types=self.types()))
        if not self.stopping:
            self._processes.apply(dict(formation), cause=cause, reason=reason)
            self._processes.forget_surplus(dict(formation))

    def roll(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Restart these processes of one type one after the other."""
        self._processes.roll(names, cause=cause, reason=reason)

    def run_one_off(self, command: OneOff, *, cause: str, reason: str) -> ProcessName:
        """Run a command once, beside the formation."""
        return self._processes.run_one_off(command, cause=cause, reason=reason)

    def signal_process(self, process: ProcessName, number: int) -> None:
        """Send a signal to the process's leader; SIGKILL to all of its tree."""
        run = self.slots[process].run
        if run is None:
            return
        if number == signals.SIGKILL:
            self._runs.kill(run.id)
        else:
            self._runs.signal_leader(run.id, number)

    def set_watch(self, *, on: bool, cause: str) -> None:
        """Restart on a file save, or not."""
        self._set_watch_view(cause, on=on, problem=None)
        self._switch_watch(on)

    def reload(self, *, cause: str) -> None:
        """Read the files again and apply what they say."""
        self._read_again(self._readings.ask(cause, apply=True, awaited=True))

    def stop_everything(
        self, *, reason: str, exit_code: int, escalates: bool, at_once: bool
    ) -> None:
        """Stop all processes, then end. What escalates kills at once the second time."""
        again = escalates and self._insists()
        if self.stopping:
            if again or at_once:
                self._kill_everything(reason)
            return
        self.stopping = True
        self.exit_code = exit_code
        self._processes.forget_plans()
        deadline = self._timers.wall() + self._processes.longest_grace_seconds
        self._bus.publish(AppStopping(cause="app", deadline_at=deadline))
        for process in self._processes.frozen:  # deaf to facts, so it is not asked
            self.signal_process(process, signals.SIGKILL)
        if at_once:
            self._kill_everything(reason)
            return
        self.stop(self.slots, cause="app", reason=reason)
        self._tell_later(TELL_AFTER_SECONDS)

    # Details of the above

    def _insists(self) -> bool:
        """Whether somebody has asked before, and not just now: a TERM is nobody's."""
        now = self._timers.now()
        if self._insisted_since is None:
            self._insisted_since = now
        return now - self._insisted_since >= ESCALATES_AFTER_SECONDS

    def _kill_everything(self, reason: str) -> None:
        for process in self.slots:
            self._processes.tell(process, KillAsked(cause="app", reason=reason))
        self._tell_later(TELL_AFTER_SECONDS)

    def _end_all(self, order: EndAll) -> None:
        code = order.exit.shell_status if order.exit else 1
        reason = "the first process to end by itself ends the app"
        self._mailbox.post(EndAsked(reason=reason, exit_code=code))

    def _tell_later(self, seconds: float) -> None:
        if self._next_telling is not None:
            self._next_telling.cancel()
        when = self._timers.now() + seconds
        self._next_telling = self._timers.call_at(when, lambda: self._mailbox.post(TimeToTell()))

    def _tell_who_is_left(self) -> None:
        for slot in self.slots.values():
            if (words := still_stopping(slot, self._timers.now())) is not None:
                self._say(words, None, None)
        self._tell_later(TELL_EVERY_SECONDS)

    def _announce(self, level: Level, words: str, cause: str = "app") -> None:
        self._say(words, None, None)
        self._bus.publish(Announced(cause=cause, level=level, words=words))

    # Files

    def _set_watch_view(self, cause: str, **changes: object) -> None:
        self.watch = msgspec.structs.replace(self.watch, **changes)
        self._bus.publish(WatchChanged(cause=cause, watch=self.watch))

    def _files_changed(self, changed: FilesChanged) -> None:
        if self.stopping:
            return
        self._file_changes += 1
        cause = f"f{self._file_changes}"
        if changed.settings:
            self._read_again(self._readings.ask(cause, apply=self.watch.on))
        if not changed.code or not self.watch.on:
            return
        self._set_watch_view(cause, last_change=changed.words, last_change_at=self._timers.wall())
        kept = {name: slot for name, slot in self.slots.items() if slot.one_off is None}
        processes, words = restarts_by(changed, kept)
        self._say(words, None, None)
        fact = RestartAsked(cause=cause, reason=f"{changed.words} changed")
        for process in processes:
            self._processes.tell(process, fact)

    def _configuration_read(self, read: ConfigurationRead) -> None:
        read = self._readings.newest(read)
        cause = read.reading.cause
        if read.configuration is None or self.stopping:
            if read.problem is not None:
                self._announce("error", f"{read.problem} The app goes on as it is.", cause)
            return
        found = difference(self.configuration, read.configuration, self.formation)
        if not read.reading.apply:
            self.pending = found if found.words else None
            if self.pending is not None:
                self._announce("information", f"{found.words}; apply it with: proctor reload")
            return
        self.pending = None
        if found.words:
            self._apply(found, cause)
        elif read.reading.awaited:
            self._announce("information", "the files say nothing new", cause)

    def _apply(self, found: Difference, cause: str) -> None:
        self.configuration = self._runs.configuration = found.configuration
        self._processes.configure(found.configuration)
        if found.watches_anew:
            self.set_watch(on=self.watch.on if found.watch is None else found.watch, cause=cause)
        self._announce("information", found.words, cause)
        self.set_formation(found.formation, cause=cause, reason=found.words)
        fact = RestartAsked(cause=cause, reason=found.words)
        for process, slot in self.slots.items():
            if slot.wanted and process.type in found.restart:
                self._processes.tell(process, fact)
