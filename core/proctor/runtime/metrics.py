"""What each process of the app uses, its whole tree together: CPU, memory, number of processes.

    sampler = Sampler()
    usage = sampler.sample({ProcessName("web", 1): keeper_pid, ...})     # once a second

**CPU** is what the tree has used since the sample before, in percent of one core. Counted with it
is the time of children that came and went in between, as their parents' (and at last the keeper's)
accounts hold it: a process that starts a compiler a second shows what that costs.

**Memory** is what would come free if the tree ended, nearly: the private memory of each member
and, once, the largest part that a member shares with others (program, libraries, mapped files).
The sum of resident sizes would count the libraries of a server with eight workers eight times;
the exact share (PSS) has the kernel walk all page tables: several times the cost
of all else here, and more the larger they are.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from proctor.runtime.trees import members

Name = TypeVar("Name")


class TreeUsage(NamedTuple):
    """What one process's whole tree uses; `cpu_percent` is of one core."""

    cpu_percent: float
    memory_bytes: int
    processes_in_tree: int


class Account(NamedTuple):
    """One process: CPU seconds since its start, its own and its ended children's; bytes."""

    cpu_seconds: float
    children_seconds: float
    private_bytes: int
    shared_bytes: int
    is_alive: bool  #: not a zombie, which only waits to be collected


class _Total(NamedTuple):
    keeper: int
    cpu_seconds: float
    at: float


class Sampler:
    """Measures all processes at once; keeps what it needs for the next time."""

    def __init__(self, account: Callable[[int], Account | None] | None = None) -> None:
        self._account = account if account is not None else account_of
        self._before: dict[object, _Total] = {}

    def sample(
        self, keepers: Mapping[Name, int], *, now: float | None = None
    ) -> dict[Name, TreeUsage]:
        """What each tree uses; `keepers` holds the pid of each one's keeper.

        `now` is the monotonic time of this sample, if another than the clock's is meant.

        A process whose tree is empty or has just gone is left out. The first sample of a tree
        shows no CPU: there is nothing yet to compare with.
        """
        at = time.monotonic() if now is None else now
        usages: dict[Name, TreeUsage] = {}
        totals: dict[object, _Total] = {}
        for name, keeper in keepers.items():
            own = self._account(keeper)
            if own is None:
                continue
            accounts = [a for pid in members(keeper) if (a := self._account(pid)) is not None]
            # The keeper's own work is ours, not the app's; what it has collected is the app's.
            seconds = own.children_seconds + sum(
                a.cpu_seconds + a.children_seconds for a in accounts
            )
            totals[name] = _Total(keeper, seconds, at)
            alive = [account for account in accounts if account.is_alive]
            if alive:
                percent = self._percent(totals[name], self._before.get(name))
                usages[name] = _usage(percent, alive)
        self._before = totals
        return usages

    @staticmethod
    def _percent(total: _Total, before: _Total | None) -> float:
        if before is None or before.keeper != total.keeper or total.at <= before.at:
            return 0.0
        # A parent that ignores its children's ends has no account of them: the sum can fall.
        used = max(0.0, total.cpu_seconds - before.cpu_seconds)
        return round(100 * used / (total.at - before.at), 1)


def _usage(cpu_percent: float, alive: Sequence[Account]) -> TreeUsage:
    return TreeUsage(
        cpu_percent=cpu_percent,
        memory_bytes=sum(a.private_bytes for a in alive) + max(a.shared_bytes for a in alive),
        processes_in_tree=len(alive),
    )


def account_of(pid: int) -> Account | None:
    """The account of one process; None if it has gone."""
    if sys.platform == "linux":
        return _read_account(pid)
    else:  # noqa: RET505 - so a type checker sees that this is for another system
        from proctor.runtime import portable  # noqa: PLC0415 - psutil is not needed on Linux

        numbers = portable.account_of(pid)
        return None if numbers is None else Account(*numbers)


_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _read_account(pid: int) -> Account | None:
    """By `/proc` itself: psutil takes three times as long."""
    try:
        stat = _read(f"/proc/{pid}/stat")
        sizes = _read(f"/proc/{pid}/statm").split()
    except OSError:
        return None
    # The name stands in parentheses and may hold anything, these included.
    words = stat[stat.rfind(b")") + 2 :].split()
    if len(words) < 15 or len(sizes) < 3:  # noqa: PLR2004 - as far as it is read below
        return None
    resident, shared = int(sizes[1]), int(sizes[2])
    return Account(
        cpu_seconds=(int(words[11]) + int(words[12])) / _TICKS,
        children_seconds=(int(words[13]) + int(words[14])) / _TICKS,
        private_bytes=max(0, resident - shared) * _PAGE,
        shared_bytes=shared * _PAGE,
        is_alive=words[0] not in (b"Z", b"X"),
    )


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
