"""A tree of processes: who is in it, whom to tell, when it is empty.

A stop goes by *scopes*. `roots`: our children, that is the leader and each member whose parent
has gone. `shells`: also the children of each shell that was told and is still there, for a
shell with a trap passes nothing on. `all`: everybody. `kill`: everybody, by SIGKILL, until
nobody is left. Each process is told once in a stop: TERM, then CONT, so that a stopped one
wakes up to hear it. The kernel does not tell when an orphan becomes ours: hence a look every
20 ms as long as a stop lasts.
"""

import os
import signal
import time

from proctor.keeper import kernel

ROOTS, SHELLS, ALL, KILL = "roots", "shells", "all", "kill"
EMERGENCY_SECONDS = 5.0
"""The longest grace that a tree is given when nobody is left to order its end."""

_LOOK_MILLISECONDS = 20
_KILL_MILLISECONDS = 1
_SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "busybox", "fish"])

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Member = tuple[int, int]


class Tree:
    """Our children and all below them.

    `denied` is called once with the pid of each process that may not be signalled. `spare`
    are children of ours that do not belong to the tree.
    """

    def __init__(self, denied: "Callable[[int], None]") -> None:
        self._tell_denied = denied
        self._denied: set[Member] = set()
        self._told: set[Member] = set()
        self._planned: list[tuple[float, str]] = []
        self._signal = int(signal.SIGTERM)
        self._busy = False
        self.spare: set[int] = set()
        self.scope = ""
        self.empty = False

    def calm(self) -> None:
        """The stop is over: forget whom it told."""
        self.scope = ""
        self._planned = []
        self._told = set()
        self._denied = set()

    @property
    def stops(self) -> bool:
        """A stop is going on."""
        return bool(self.scope or self._planned)

    def pause(self) -> int | None:
        """Milliseconds until the next look; None: only when something happens."""
        if self.scope == KILL and self._busy:
            return _KILL_MILLISECONDS
        if self.stops or kernel.escaped():
            return _LOOK_MILLISECONDS
        return kernel.SURVEY_MILLISECONDS

    def order(self, scope: str, number: int = 0) -> None:
        """Go on to this scope, telling by signal `number` whom has not been told yet."""
        if self.scope == KILL:
            return
        self.scope = scope
        self._signal = number or self._signal
        if scope == KILL:
            self._told = set()
        self.look()

    def emergency(self, number: int, grace_seconds: float, scope: str = ROOTS) -> None:
        """Stop by our own clock: `scope` now, shells after half the grace, then kill."""
        grace = min(grace_seconds, EMERGENCY_SECONDS)
        now = time.monotonic()
        self._signal = number
        self.scope = ""
        self._planned = [(now, scope), (now + grace, KILL)]
        if scope == ROOTS:
            self._planned.insert(1, (now + grace / 2, SHELLS))
        self.look()

    def look(self) -> None:
        """Take the steps that are due, and tell or kill whoever is there to be told."""
        while self._planned and time.monotonic() >= self._planned[0][0]:
            self.scope = self._planned.pop(0)[1]
            if self.scope == KILL:
                self._told = set()
        self._busy = False
        kernel.survey()
        for member in self._members() if self.scope else ():
            new = member not in self._told
            self._busy |= new
            if new or self.scope == KILL:
                self._told.add(member)
                self._tell(member)

    def signal_roots(self, number: int) -> None:
        """Send one signal to our children, outside any stop."""
        for member in self.roots():
            self._send(member, number)

    def roots(self) -> list[Member]:
        """Our children but for the spared ones, and what has escaped from below them."""
        ours = [member for member in kernel.children(os.getpid()) if member[0] not in self.spare]
        return [*ours, *kernel.escaped()]

    def only_denied(self) -> bool:
        """All who are left may not be signalled: they cannot be ended by us."""
        left = set(self._everybody())
        return self.scope == KILL and bool(left) and left <= self._denied

    def reap(self) -> list[tuple[int, int]]:
        """The pid and wait status of each child that ended, stopped or went on.

        `empty` is true afterwards if nobody is left at all: ECHILD, the kernel's own proof.
        """
        found = []
        self.empty = False
        try:
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
                if pid == 0:
                    break
                found.append((pid, status))
        except ChildProcessError:
            self.empty = not kernel.escaped()
        return found

    def end(self) -> None:
        """Kill until nobody is left, or nobody who may be killed: the last resort in a bug."""
        self.calm()
        self.order(KILL)
        while not self.empty and not self.only_denied():
            time.sleep(_KILL_MILLISECONDS / 1000)
            self.look()
            self.reap()

    def _members(self) -> "Iterator[Member]":
        if self.scope in (ALL, KILL):
            yield from self._everybody()
            return
        for member in self.roots():
            yield member
            if self.scope == SHELLS:
                yield from self._below_shell(member)

    def _everybody(self) -> "Iterator[Member]":
        waiting = self.roots()
        while waiting:
            member = waiting.pop()
            yield member
            waiting += kernel.children(member[0])

    def _below_shell(self, member: Member) -> "Iterator[Member]":
        if member in self._told and kernel.program_of(member[0]) in _SHELLS:
            for child in kernel.children(member[0]):
                yield child
                yield from self._below_shell(child)

    def _tell(self, member: Member) -> None:
        if self.scope == KILL:
            self._send(member, signal.SIGKILL)
        else:
            # CONT after TERM: a stopped process would keep TERM pending and look as if it
            # ignored it. The other order lets it run on for a moment.
            self._send(member, self._signal)
            self._send(member, signal.SIGCONT)

    def _send(self, member: Member, number: int) -> None:
        try:
            kernel.signal_member(member, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            if member not in self._denied:
                self._denied.add(member)
                self._tell_denied(member[0])
