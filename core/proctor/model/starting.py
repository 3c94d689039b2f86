"""How a run begins, or waits for what must come first; and when it counts as up.

Part of the rules of `lifecycle`. Times are monotonic seconds.
"""

from msgspec.structs import replace

from proctor.model.facts import BecameReady, NotReady, Order, Say, Spawn, Started, WaitsFor
from proctor.model.names import RunId
from proctor.model.slots import Limits, Run, Slot, announced, arm, move, unchanged
from proctor.model.words import boot_timeout, came_up, ready_timeout

ALIVE_SECONDS = 0.5

Decision = tuple[Slot, tuple[Order, ...]]


def spawn(slot: Slot, now: float, limits: Limits) -> Decision:
    """A new run; as long as something must come first, it waits for that instead."""
    if slot.waits_for is not None:
        return _wait(slot, slot.waits_for, now)
    before = slot.state
    run = Run(
        id=RunId(slot.name, slot.runs + 1),
        phase="starting",
        since=now,
        listens=limits.listens,
        ready_when=limits.ready_when,
    )
    slot = replace(slot, retry_at=None, last_problem=None, runs=run.id.number)
    slot = move(slot, "starting", now, run)
    told = announced(before, slot)
    slot, timer = arm(slot, now + limits.boot_timeout_seconds)
    return slot, (told, Spawn(run=run.id), timer)


def waits_for(slot: Slot, fact: WaitsFor, now: float, limits: Limits) -> Decision:
    """What must come first is there, or has changed; only a start depends on it, never a run."""
    slot = replace(slot, waits_for=fact.words)
    if slot.state != "waiting":
        return slot, ()
    return (slot, (unchanged(slot),)) if fact.words else spawn(slot, now, limits)


def _wait(slot: Slot, words: str, now: float) -> Decision:
    before = slot.state
    slot = replace(slot, retry_at=None)
    if before == "waiting":
        return slot, (unchanged(slot),)
    slot = move(slot, "waiting", now)
    return slot, (Say(words=words[:1].upper() + words[1:]), announced(before, slot))


def started(slot: Slot, run: Run, fact: Started, now: float, limits: Limits) -> Decision:
    """Its program runs: now it is waited for until it is ready."""
    slot = replace(slot, run=replace(run, leader=fact.leader), last_problem=None)
    if run.phase != "starting" or run.exit is not None:
        return slot, (unchanged(slot),)
    told = run.listens or run.ready_when is not None
    slot, timer = arm(slot, now + (limits.boot_timeout_seconds if told else ALIVE_SECONDS))
    return slot, (unchanged(slot), timer)


def became_ready(slot: Slot, run: Run, fact: BecameReady, now: float) -> Decision:
    """It is up."""
    if run.phase != "starting" or run.exit is not None:
        return slot, ()
    run = replace(run, phase="up", since=now, up_at=now, listens_on=fact.port, missing=None)
    before = slot.state
    slot = move(slot, "up", now, run)
    where = f" on port {fact.port}" if fact.port else ""
    if fact.instead_of is not None:
        where += f" (not on PORT, which is {fact.instead_of})"
    if fact.outside:
        where += " (where a process outside its tree listens)"
    said = Say(words=came_up(where))
    return slot, (said, announced(before, slot))


def not_ready(slot: Slot, run: Run, fact: NotReady) -> Decision:
    """Its ready rule says what it misses; told only where that is news."""
    if run.phase != "starting" or run.missing == fact.problem:
        return slot, ()
    slot = replace(slot, run=replace(run, missing=fact.problem))
    return slot, (unchanged(slot),)


def boot_timed_out(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    """The time has passed after which it is up, or it is said that it is not."""
    seconds = limits.boot_timeout_seconds
    if run.leader is None:
        return slot, (Say(words=f"Not started within {seconds:g} seconds; it is still waited for"),)
    if run.ready_when is not None:
        return slot, (Say(words=ready_timeout(seconds, run.missing or run.ready_when)),)
    if run.listens:
        return slot, (Say(words=boot_timeout(seconds)),)
    return became_ready(slot, run, BecameReady(run=run.id), now)
