"""When is it up: who starts is looked up in the kernel's table of listening sockets.

Never by connecting to the app, which would log a request that nobody made. The kernel does not
tell when somebody begins to listen, so all that start are looked at together, often at first.
"""

from collections.abc import Callable, Iterable
from math import inf

import msgspec

from proctor.model.facts import BecameReady
from proctor.model.names import RunId
from proctor.runtime.listening import Listening, listening
from proctor.runtime.timers import Handle, Timers

LOOK_SECONDS = 0.02
PATIENT_LOOK_SECONDS = 0.25
PATIENT_AFTER_SECONDS = 5.0
ELSEWHERE_AFTER_SECONDS = 3.0
ELSEWHERE_AGAIN_SECONDS = 2.0


class _Probe(msgspec.Struct):
    run: RunId
    port: int
    since: float
    searched: object = None  # the sockets that there were when its tree was last searched
    searched_at: float = -inf


class Probes:
    """Looks for the sockets of all runs that start.

    `members` gives the pids of a run's tree, `ready` takes the fact.
    """

    def __init__(
        self,
        timers: Timers,
        *,
        members: Callable[[RunId], Iterable[int]],
        ready: Callable[[BecameReady], None],
        look: Callable[[], Listening] = listening,
    ) -> None:
        self._timers = timers
        self._members = members
        self._ready = ready
        self._look = look
        self._probes: dict[RunId, _Probe] = {}
        self._timer: Handle | None = None
        self._due = 0.0

    def begin(self, run: RunId, port: int) -> None:
        """Look until the run's tree listens on the port."""
        self._probes[run] = _Probe(run, port, self._timers.now())
        self._look_again(LOOK_SECONDS)

    def end(self, run: RunId) -> None:
        """It has ended, or is being stopped."""
        self._probes.pop(run, None)

    def _look_again(self, seconds: float) -> None:
        when = self._timers.now() + seconds
        if self._timer is not None:
            if self._due <= when:
                return  # many starts in a row must not put the look off
            self._timer.cancel()
        self._due = when
        self._timer = self._timers.call_at(when, self._look_at_all)

    def _look_at_all(self) -> None:
        self._timer = None
        if not self._probes:
            return
        # First of all: whatever goes wrong below, those that start are looked at again.
        youngest = max(probe.since for probe in self._probes.values())
        patient = self._timers.now() - youngest > PATIENT_AFTER_SECONDS
        self._look_again(PATIENT_LOOK_SECONDS if patient else LOOK_SECONDS)
        table = self._look()
        for probe in list(self._probes.values()):
            ready = self._ready_where(probe, table)
            if ready is not None:
                del self._probes[probe.run]
                self._ready(ready)

    def _ready_where(self, probe: _Probe, table: Listening) -> BecameReady | None:
        """Where the run serves: its port, whoever in or outside its tree listens there.

        The port was free before the start, so a listener outside (a container's proxy) is most
        likely its doing; yet it may be a stranger who came in between, so it is told. Does the
        tree listen elsewhere after a while, it is up there (`rails s -p 3000`).
        """
        if table.is_taken(probe.port):
            outside = not table.listens(self._members(probe.run), probe.port)
            return BecameReady(run=probe.run, port=probe.port, outside=outside)
        if self._timers.now() - probe.since < ELSEWHERE_AFTER_SECONDS:
            return None
        others = self._ports_elsewhere(probe, table)
        if not others:
            return None
        return BecameReady(run=probe.run, port=min(others), instead_of=probe.port)

    def _ports_elsewhere(self, probe: _Probe, table: Listening) -> frozenset[int]:
        """All ports that the run's tree listens on; none if that is not worth a search.

        A search goes through all descriptors of all members: some may never listen, and would
        be searched for ever. As long as the sockets are the same, a tree can only have been
        handed one that was there; or have changed while it was searched.
        """
        now, sockets = self._timers.now(), table.sockets
        if sockets == probe.searched and now - probe.searched_at < ELSEWHERE_AGAIN_SECONDS:
            return frozenset()
        probe.searched, probe.searched_at = sockets, now
        return table.ports_of(self._members(probe.run))
