"""How a run is stopped: its roots are told, then shells' children, then all is killed.

Part of the rules of `lifecycle`. Times are monotonic seconds.
"""

from msgspec.structs import replace

from proctor.model.exits import Exit
from proctor.model.facts import KillTree, NameRemnants, Order, Say, SignalMembers
from proctor.model.slots import Limits, Run, Slot, announced, arm, move, unchanged
from proctor.model.words import exit_timeout, killing_the_rest, stopping_all

KILL_AGAIN_SECONDS = 2.0

Decision = tuple[Slot, tuple[Order, ...]]


def stop(
    slot: Slot, run: Run, now: float, limits: Limits, *, deadline: float | None = None
) -> Decision:
    """Ask it to end; it has its grace for that, yet not more than is left until `deadline`."""
    said = Say(words=stopping_all(limits.stop_signal, before=slot.state, again=slot.wanted))
    run = _first_step(replace(run, stop_asked=True), now, limits, deadline)
    slot, orders = to_stopping(slot, run, now)
    slot, first = _told_to_stop(slot, run, now, limits)
    return slot, (*orders, said, *first)


def stop_remnants(slot: Slot, run: Run, exit_: Exit, now: float, limits: Limits) -> Decision:
    """The leader has left, and others are there: they are stopped as it would have been."""
    reason = f"its leader {exit_.words} and left others behind"
    slot = replace(slot, cause="app", reason=reason)
    run = _first_step(run, now, limits, None)
    slot, orders = to_stopping(slot, run, now)
    slot, first = _told_to_stop(slot, run, now, limits)
    return slot, (*orders, NameRemnants(run=run.id, exit=exit_), *first)


def to_stopping(slot: Slot, run: Run, now: float) -> Decision:
    """The move alone; whoever makes it arms a deadline."""
    before = slot.state
    slot = move(slot, "stopping", now, replace(run, phase="stopping", since=now))
    return slot, (announced(before, slot),)


def next_step(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    """The deadline of a step has passed, and somebody is still there."""
    if run.lost:
        slot, timer = arm(slot, now + KILL_AGAIN_SECONDS)
        return slot, (timer,)  # nobody hears our orders: the guardian ends it and says so
    due = run.killed_at if run.killed_at is not None else now
    if run.step == "roots":
        # A shell with a trap passes nothing on: half the grace is left for its children.
        slot, timer = arm(replace(slot, run=replace(run, step="shells")), due)
        return slot, (
            SignalMembers(run=run.id, scope="shells", signal=limits.stop_signal),
            timer,
            unchanged(slot),
        )
    said: tuple[Order, ...] = ()
    if run.step == "shells":
        grace = round(due - run.since, 1)
        said = (Say(words=exit_timeout(grace, limits.stop_signal)), Say(words=killing_the_rest()))
    slot, timer = arm(replace(slot, run=replace(run, step="kill")), now + KILL_AGAIN_SECONDS)
    told = () if run.step == "kill" else (unchanged(slot),)
    return slot, (*said, KillTree(run=run.id), timer, *told)


def _first_step(run: Run, now: float, limits: Limits, deadline: float | None) -> Run:
    killed_at = now + limits.grace_seconds
    if deadline is not None:
        killed_at = max(now, min(killed_at, deadline))
    return replace(run, step="roots", killed_at=killed_at)


def _told_to_stop(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    killed_at = run.killed_at if run.killed_at is not None else now
    slot, timer = arm(slot, now + (killed_at - now) / 2)
    order = SignalMembers(run=run.id, scope=limits.stop_scope, signal=limits.stop_signal)
    return slot, (order, timer)
