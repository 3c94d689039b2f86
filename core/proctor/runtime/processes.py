"""All processes of an app: which there are, what is told to them, and rolling restarts."""

import os
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from proctor.errors import ProctorError
from proctor.model.configuration import AppConfiguration
from proctor.model.events import (
    Announced,
    InternalError,
    ProcessRemoved,
    ProcessStateChanged,
    ProcessView,
)
from proctor.model.facts import (
    Announce,
    EndAll,
    Fact,
    KillAsked,
    RestartAsked,
    StartAsked,
    StartFailed,
    StopAsked,
    StopDue,
)
from proctor.model.names import ProcessName, RunId
from proctor.model.one_offs import MOST_ENDED, ONE_OFF, OneOff, next_one_off
from proctor.model.plan import plan, surplus
from proctor.model.readiness import missing
from proctor.model.slots import Limits, Slot
from proctor.model.views import process_view
from proctor.model.words import Sentence
from proctor.runtime.bus import EventBus
from proctor.runtime.ordering import Ordering
from proctor.runtime.rolling import Rolling, Wish
from proctor.runtime.slot import LiveSlot, Outlets, Runs
from proctor.runtime.timers import Timers

WEB = "web"

Saying = Callable[[str, ProcessName | None, int | None], None]
"""Puts our words into the log: of the process and its run, or (None) of the app."""


class AppRuns(Runs, Protocol):
    """Runs of one app: they know the port that they gave."""

    def port_of(self, process: ProcessName) -> int | None:
        """The PORT of the process's current or last run."""
        ...


class Processes:
    """The slots of an app by name. Only the supervisor calls this.

    `post` takes facts that timers bring, `end_all` is called when the policy `stop-all` applies.
    """

    def __init__(  # noqa: PLR0913 - where all that a process needs comes together
        self,
        configuration: AppConfiguration,
        *,
        runs: AppRuns,
        bus: EventBus,
        timers: Timers,
        say: Saying,
        post: Callable[[ProcessName, Fact], None],
        end_all: Callable[[EndAll], None],
    ) -> None:
        self._configuration = configuration
        self._runs = runs
        self._bus = bus
        self._timers = timers
        self._say = say
        self._outlets = Outlets(
            post=post,
            say=self._say_of,
            announce=self._announce,
            end_all=end_all,
            failed_to_start=self._failed_to_start,
        )
        self._post = post
        self._live: dict[ProcessName, LiveSlot] = {}
        self._forgotten: dict[ProcessName, Slot] = {}
        self._rolling: dict[str, Rolling] = {}
        self._frozen: set[ProcessName] = set()
        self._ordering = Ordering(
            self, timers=timers, post=post, say=lambda words: say(words, None, None)
        )
        self._ordering.configure(configuration)

    @property
    def slots(self) -> Mapping[ProcessName, Slot]:
        """The processes as they are, in the order of the Procfile and by number."""
        order = {
            entry.type: place for place, entry in enumerate(self._configuration.procfile.entries)
        }
        names = sorted(self._live, key=lambda name: (order.get(name.type, len(order)), name))
        return {name: self._live[name].slot for name in names}

    @property
    def unordered(self) -> Mapping[ProcessName, Slot]:
        """The same in any order, for a look at each."""
        return {name: live.slot for name, live in self._live.items()}

    @property
    def longest_grace_seconds(self) -> float:
        """How long it takes at most to stop all of them."""
        graces = (live.limits.grace_seconds for live in self._live.values() if live.slot.run)
        return max(graces, default=0.0)

    @property
    def frozen(self) -> AbstractSet[ProcessName]:
        """Those that a fault of ours has stopped to be looked after: nothing moves them."""
        return self._frozen

    def views(self) -> tuple[ProcessView, ...]:
        """The processes as everybody may see them."""
        return tuple(self._view(slot) for slot in self.slots.values())

    def configure(self, configuration: AppConfiguration) -> None:
        """From now on these settings hold, also for those that run."""
        self._configuration = configuration
        self._ordering.configure(configuration)
        for live in self._live.values():
            live.limits = self._limits(live.slot)

    def tell(self, process: ProcessName, fact: Fact) -> None:
        """Let a process's rules decide on a fact. A fault of ours in that freezes this process."""
        live = self._live.get(process)
        if live is None or process in self._frozen:
            return
        rolling = self._rolling.get(process.type)
        if rolling is not None and isinstance(fact, StopAsked | KillAsked):
            rolling.leave(process)
        if isinstance(fact, StartAsked | RestartAsked | StopAsked | StopDue | KillAsked):
            self._ordering.forget(process)
        before = live.slot
        try:
            live.take(fact)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others live on
            self._freeze(process, fault)
        after = live.slot
        self._go_on_rolling(after)
        self._ordering.moved(before, after)

    def stop(self, names: Iterable[ProcessName], asked: StopAsked) -> None:
        """Stop these; where there is a start order, those that start last go first."""
        self._ordering.stop(names, asked, lambda name: self._live[name].limits.grace_seconds)

    def apply(self, quantities: Mapping[str, int], *, cause: str, reason: str) -> None:
        """Start and stop what makes the difference to these quantities.

        A reason that the platform has a sentence for is said.
        """
        if isinstance(reason, Sentence):
            self._say(reason, None, None)
            reason = str(reason)
        steps = plan(quantities, self.slots)
        self.stop(steps.stop, StopAsked(cause=cause, reason=reason, scaled_away=True))
        for name in steps.start:
            self._add(name)
        self._ordering.want(quantities)
        started = StartAsked(cause=cause, reason=reason)
        for name in self._ordering.first_to_last((*steps.start, *steps.again)):
            self.tell(name, started)

    def run_one_off(self, command: OneOff, *, cause: str, reason: str) -> ProcessName:
        """Run a command once, beside the formation; what has ended stays listed until stopped."""
        ended = [
            live.slot
            for live in self._live.values()
            if live.slot.one_off is not None and live.slot.run is None
        ]
        for slot in sorted(ended, key=lambda slot: slot.since)[: 1 - MOST_ENDED]:
            self.tell(slot.name, StopAsked(cause="app", reason="newer ones have ended"))
        name = next_one_off(self._live)
        self._add(name, command)
        self.tell(name, StartAsked(cause=cause, reason=reason))
        return name

    def forget_surplus(self, quantities: Mapping[str, int]) -> None:
        """Forget those that nobody wants any more and that have gone."""
        for name in surplus(quantities, (live.slot for live in self._live.values())):
            live = self._live.pop(name)
            live.forget_timer()
            self._ordering.forget(name)
            self._forgotten[name] = live.slot
            self._bus.publish(ProcessRemoved(cause="app", process=str(name)))

    def roll(self, names: Iterable[ProcessName], *, cause: str, reason: str) -> None:
        """Restart these processes of one type one after the other, each up before the next.

        The same wish again, before it was begun, changes nothing.
        """
        names, wish = tuple(names), Wish(cause, reason)
        if not names:
            return
        rolling = self._rolling.setdefault(names[0].type, Rolling())
        rolling.join(names, wish)
        current = rolling.current
        if current is None:
            self._next_of(names[0].type, rolling)
        elif current in names and rolling.would_miss(self._live[current].slot):
            self._begin(rolling, self._live[current].slot, wish)

    def forget_plans(self) -> None:
        """Everything is being stopped: no rolling restart goes on."""
        self._rolling.clear()

    def close(self) -> None:
        """Nothing is expected any more."""
        self._ordering.close()
        for live in self._live.values():
            live.forget_timer()

    # Rolling restarts

    def _next_of(self, type_: str, rolling: Rolling) -> None:
        while (turn := rolling.take_next()) is not None:
            name, wish = turn
            live = self._live.get(name)
            if live is not None and name not in self._frozen:
                self._begin(rolling, live.slot, wish)
                return
        self._rolling.pop(type_, None)

    def _begin(self, rolling: Rolling, slot: Slot, wish: Wish) -> None:
        rolling.begin(slot, wish)
        self.tell(slot.name, RestartAsked(cause=wish.cause, reason=wish.reason))

    def _go_on_rolling(self, slot: Slot) -> None:
        type_ = slot.name.type
        rolling = self._rolling.get(type_)
        if rolling is None or rolling.current != slot.name:
            return
        if rolling.has_failed_at(slot) or slot.name in self._frozen:
            del self._rolling[type_]
            if rolling.waiting:
                others = ", ".join(map(str, rolling.waiting))
                words = f"{slot.name} did not come up, so not restarted: {others}"
                self._say(words, None, None)
                for cause in dict.fromkeys((rolling.wish.cause, *_causes(rolling))):
                    self._bus.publish(Announced(cause=cause, level="error", words=words))
        elif rolling.is_done_with(slot):
            rolling.current = None
            self._next_of(type_, rolling)

    # Slots

    def _add(self, name: ProcessName, one_off: OneOff | None = None) -> None:
        # Numbers go on: a second web.3#1 would take what is told of the first one for its own.
        past = self._forgotten.pop(name, Slot(name=name))
        slot = Slot(
            name=name,
            since=self._timers.now(),
            runs=past.runs,
            epoch=past.epoch,
            one_off=one_off,
        )
        limits = self._limits(slot)
        self._live[name] = LiveSlot(slot, limits, self._runs, self._timers, self._outlets)

    def _limits(self, slot: Slot) -> Limits:
        one_off = slot.one_off
        type_ = slot.name.type if one_off is None else one_off.type or ONE_OFF
        settings = self._configuration.settings_of(type_)
        rule = settings.ready if one_off is None else None
        return Limits(
            grace_seconds=settings.grace_seconds,
            stop_signal=settings.stop_signal,
            stop_scope=settings.stop_scope,
            on_exit=settings.on_exit if one_off is None else "stay",
            listens=slot.name.type == WEB and rule is None,
            ready_when=None if rule is None else missing(rule),
            jitter=os.urandom(1)[0] / 256,
        )

    def _view(self, slot: Slot) -> ProcessView:
        return process_view(
            slot,
            port=self._runs.port_of(slot.name),
            now=self._timers.now(),
            at=self._timers.wall(),
        )

    def _announce(self, slot: Slot, order: Announce) -> None:
        self._bus.publish(
            ProcessStateChanged(cause=order.cause, before=order.before, process=self._view(slot))
        )

    def _say_of(self, slot: Slot, words: str) -> None:
        self._say(words, slot.name, slot.runs or None)

    def _failed_to_start(self, run: RunId, problem: ProctorError) -> None:
        # Through the mailbox, not at once: a stop that was asked meanwhile comes in between.
        self._post(run.process, StartFailed(run=run, problem=str(problem)))

    def _freeze(self, process: ProcessName, fault: Exception) -> None:
        self._frozen.add(process)
        what = f"{type(fault).__name__}: {fault}"
        words = f"a fault of proctor's own, so {process} is left as it is: {what}"
        self._say(words, process, None)
        self._bus.publish(InternalError(cause="app", words=words, process=str(process)))


def _causes(rolling: Rolling) -> Iterable[str]:
    return (wish.cause for wish in rolling.waiting.values())
