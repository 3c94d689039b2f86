"""The state machine of one process: facts in; a new state and orders out.

A *run* is one start: `starting → up → stopping → gone`, and no other way. A *slot* is `web.1` over
its whole life: what is wanted of it, its current run, and its history. A restart is no state:
it is "wanted, and the old run has gone".

    wanted, no run ──Spawn──► starting ──ready──► up
                                 │   asked, or its leader left    │
                                 └──────────► stopping ◄──────────┘
                                  roots → shells → kill → tree empty → gone
    gone: wanted and asked → Spawn · not wanted → down · by itself → crashed or complete

Every timer carries the *epoch* of the state that armed it: one that comes late is dropped.
Times are monotonic seconds and come from outside.
"""

from typing import assert_never

from msgspec.structs import replace

from proctor.model.facts import (
    BecameReady,
    DeadlinePassed,
    EndAll,
    Fact,
    KeeperLost,
    KillAsked,
    KillTree,
    LeaderContinued,
    LeaderLeft,
    LeaderSuspended,
    MemoryExceeded,
    NotReady,
    Order,
    PromptShown,
    RestartAsked,
    RunFact,
    Say,
    SignalDenied,
    StartAsked,
    Started,
    StartFailed,
    StopAsked,
    StopDue,
    TreeEmptied,
    WaitsFor,
)
from proctor.model.memory_limit import memory_exceeded
from proctor.model.restart import STABLE_SECONDS, after_exit, backoff_seconds
from proctor.model.slots import Limits, Run, Slot, announced, arm, move, unchanged
from proctor.model.starting import (
    became_ready,
    boot_timed_out,
    not_ready,
    spawn,
    started,
    waits_for,
)
from proctor.model.stopping import (
    KILL_AGAIN_SECONDS,
    next_step,
    stop,
    stop_remnants,
    to_stopping,
)
from proctor.model.words import came_to, exited, killed_on_request

LEFT_BEHIND_SECONDS = 0.05  # the leader's end and the empty tree are told one after the other

Decision = tuple[Slot, tuple[Order, ...]]


def advance(slot: Slot, fact: Fact, now: float, limits: Limits) -> Decision:
    """The slot after the fact, and what is to be done about it.

    Raises:
        IllegalMoveError: the rules have a fault.
    """
    match fact:
        case StartAsked():
            return _start_asked(slot, fact, now, limits)
        case StopAsked():
            return _stop_asked(slot, fact, now, limits)
        case StopDue():
            return _stop_due(slot, fact, now, limits)
        case RestartAsked():
            return _restart_asked(slot, fact, now, limits)
        case KillAsked():
            return _kill_asked(slot, fact, now)
        case WaitsFor():
            return waits_for(slot, fact, now, limits)
        case DeadlinePassed():
            return _deadline_passed(slot, now, limits) if fact.epoch == slot.epoch else (slot, ())
        case _:
            if slot.run is None or slot.run.id != fact.run:
                return slot, ()  # told too late: that run is over
            return _run_told(slot, slot.run, fact, now, limits)


def _run_told(slot: Slot, run: Run, fact: RunFact, now: float, limits: Limits) -> Decision:
    match fact:
        case Started():
            return started(slot, run, fact, now, limits)
        case BecameReady():
            return became_ready(slot, run, fact, now)
        case NotReady():
            return not_ready(slot, run, fact)
        case LeaderSuspended() | LeaderContinued() | PromptShown():
            return _halted(slot, run, fact)
        case LeaderLeft():
            return _leader_left(slot, run, fact, now)
        case StartFailed() | TreeEmptied():
            problem = getattr(fact, "problem", slot.last_problem)
            return _gone(replace(slot, last_problem=problem), run, now, limits)
        case KeeperLost():
            return _keeper_lost(slot, run, now)
        case SignalDenied():
            return _denied(slot, run, fact)
        case MemoryExceeded():
            return memory_exceeded(slot, run, fact, now, limits)
        case _:
            assert_never(fact)


# What was asked


def _start_asked(slot: Slot, fact: StartAsked, now: float, limits: Limits) -> Decision:
    run = slot.run
    slot = replace(slot, wanted=True, scaled_away=False, failures=0)
    if run is not None and run.phase != "stopping" and run.exit is None:
        return slot, (unchanged(slot),)  # it runs
    return _run_anew(replace(slot, cause=fact.cause, reason=fact.reason), now, limits)


def _restart_asked(slot: Slot, fact: RestartAsked, now: float, limits: Limits) -> Decision:
    slot = replace(slot, wanted=True, scaled_away=False, failures=0)
    return _run_anew(replace(slot, cause=fact.cause, reason=fact.reason), now, limits)


def _run_anew(slot: Slot, now: float, limits: Limits) -> Decision:
    """A new run at once, or when the present one has gone; two wishes for that are one."""
    run = slot.run
    if run is None:
        return spawn(slot, now, limits)
    if run.phase == "stopping":
        slot = replace(slot, run=replace(run, stop_asked=True, over_memory=False))
        return slot, (unchanged(slot),)
    return stop(slot, run, now, limits)


def _stop_asked(slot: Slot, fact: StopAsked, now: float, limits: Limits) -> Decision:
    slot = replace(slot, wanted=False, scaled_away=fact.scaled_away)
    if slot.run is None and slot.resting == "down":
        return slot, ()
    run = slot.run
    slot = replace(slot, cause=fact.cause, reason=fact.reason)
    if run is None:
        return _rest_down(slot, now)
    if run.phase == "stopping":
        slot = replace(slot, run=replace(run, stop_asked=True))
        return slot, (unchanged(slot),)
    if fact.held:
        return slot, (unchanged(slot),)
    return stop(slot, run, now, limits)


def _stop_due(slot: Slot, fact: StopDue, now: float, limits: Limits) -> Decision:
    """A stop that was held begins, if nobody has wished otherwise and it has not ended."""
    run = slot.run
    if slot.wanted or run is None or run.phase == "stopping" or run.exit is not None:
        return slot, ()
    return stop(slot, run, now, limits, deadline=fact.deadline)


def _kill_asked(slot: Slot, fact: KillAsked, now: float) -> Decision:
    slot = replace(slot, wanted=False)
    if slot.run is None and slot.resting == "down":
        return slot, ()
    slot = replace(slot, cause=fact.cause, reason=fact.reason)
    if slot.run is None:
        return _rest_down(slot, now)
    said = Say(words=killed_on_request(before=slot.state))
    run = replace(slot.run, stop_asked=True, step="kill", killed_at=now)
    orders: tuple[Order, ...] = ()
    if run.phase == "stopping":
        slot = replace(slot, run=run)
    else:
        slot, orders = to_stopping(slot, run, now)
    slot, timer = arm(slot, now + KILL_AGAIN_SECONDS)
    if run.lost:
        return slot, (*orders, timer)  # nobody hears us: the guardian is killing it
    return slot, (*(orders or (unchanged(slot),)), said, KillTree(run=run.id), timer)


# What was told of a run


def _halted(
    slot: Slot, run: Run, fact: LeaderSuspended | LeaderContinued | PromptShown
) -> Decision:
    if isinstance(fact, PromptShown):
        slot = replace(slot, run=replace(run, prompt=fact.prompt))
        if fact.prompt is None or fact.attended:
            return slot, (unchanged(slot),)
        words = (
            f"{slot.name} waits at a debugger's prompt, {fact.prompt}: proctor attach {slot.name}"
        )
        return slot, (Say(words=words), unchanged(slot))
    if isinstance(fact, LeaderContinued):
        slot = replace(slot, run=replace(run, suspended=False))
        return slot, (unchanged(slot),)
    slot = replace(slot, run=replace(run, suspended=True))
    words = f"Process was stopped by {fact.signal}; go on with: proctor kill {slot.name} CONT"
    return slot, (Say(words=words), unchanged(slot))


def _denied(slot: Slot, run: Run, fact: SignalDenied) -> Decision:
    if fact.pid in run.denied:
        return slot, ()  # each further signal is denied as well: that is no news
    run = replace(run, denied=(*run.denied, fact.pid))
    words = (
        f"Process {fact.pid} may not be signalled by this user; it is left, "
        "but loses its terminal or pipes when proctor ends"
    )
    return replace(slot, run=run), (Say(words=words),)


def _leader_left(slot: Slot, run: Run, fact: LeaderLeft, now: float) -> Decision:
    slot = replace(
        slot, run=replace(run, exit=fact.exit, suspended=False, prompt=None), last_exit=fact.exit
    )
    if run.phase == "stopping":
        return slot, ()
    slot, timer = arm(slot, now + LEFT_BEHIND_SECONDS)
    return slot, (timer,)


def _keeper_lost(slot: Slot, run: Run, now: float) -> Decision:
    run = replace(run, lost=True)
    said = Say(words="Its keeper was killed: what is left of the process is being stopped")
    if run.phase == "stopping":
        return replace(slot, run=run), (said,)
    slot = replace(slot, cause="app", reason="its keeper was killed")
    slot, orders = to_stopping(slot, run, now)
    slot, timer = arm(slot, now + KILL_AGAIN_SECONDS)
    return slot, (said, *orders, timer)


def _deadline_passed(slot: Slot, now: float, limits: Limits) -> Decision:
    run = slot.run
    if run is None:
        due = slot.resting == "crashed" and slot.wanted
        reason = f"started again after {slot.last_end}"
        again = replace(slot, restarts=slot.restarts + 1, reason=reason)
        return spawn(again, now, limits) if due else (slot, ())
    if run.phase == "stopping":
        return next_step(slot, run, now, limits)
    if run.exit is not None:
        return stop_remnants(slot, run, run.exit, now, limits)
    return boot_timed_out(slot, run, now, limits)


# Ends


def _gone(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    """The run is over; the slot goes on as the wish, the exit and the policy say."""
    said = Say(words=_end_words(slot, run))
    if not slot.wanted:
        slot, orders = _rest_down(slot, now)
    elif run.over_memory and not _was_stable(run, now):
        slot, orders = _try_again(slot, run, now, limits)
    elif run.stop_asked:
        slot, orders = spawn(replace(slot, restarts=slot.restarts + 1, failures=0), now, limits)
    else:
        slot, orders = _ended_by_itself(slot, run, now, limits)
    return slot, (said, *orders)


def _end_words(slot: Slot, run: Run) -> str:
    if run.exit is not None:
        return exited(run.exit)
    if run.leader is None and slot.last_problem is not None:
        return slot.last_problem
    return "Process ended; how is not known, since its keeper was killed"


def _ended_by_itself(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    reason = run.exit.words if run.exit else slot.last_problem or "its keeper was killed"
    slot = replace(slot, cause="app", reason=reason)
    ended: tuple[Order, ...] = (EndAll(exit=run.exit),) if limits.on_exit == "stop-all" else ()
    outcome = after_exit(limits.on_exit, run.exit)
    before, was_up = slot.state, run.up_at is not None
    if outcome == "complete":
        said = Say(words=came_to("complete", before=before, was_up=was_up))
        slot = move(slot, "complete", now)
        return slot, (said, announced(before, slot), *ended)
    if outcome == "stay":
        slot = move(_failed(slot, run, now), "crashed", now)
        said = Say(words=came_to("crashed", before=before, was_up=was_up))
        return slot, (said, announced(before, slot), *ended)
    slot, hint = _hint_at_policy(slot, run)
    slot, orders = _try_again(slot, run, now, limits)
    return slot, (*orders, *hint)


def _was_stable(run: Run, now: float) -> bool:
    """It was up for so long that what it failed at before is forgotten."""
    ended_at = run.since if run.phase == "stopping" else now  # what it left behind does not count
    return run.up_at is not None and ended_at - run.up_at >= STABLE_SECONDS


def _failed(slot: Slot, run: Run, now: float) -> Slot:
    return replace(slot, failures=1 if _was_stable(run, now) else slot.failures + 1)


def _try_again(slot: Slot, run: Run, now: float, limits: Limits) -> Decision:
    """It rests as crashed until the next try, the longer the more often it has failed."""
    before, was_up = slot.state, run.up_at is not None
    slot = move(_failed(slot, run, now), "crashed", now)
    # Even at once goes through the mailbox: a stop that was asked meanwhile comes in between.
    delay = backoff_seconds(slot.failures, jitter=limits.jitter)
    slot, timer = arm(replace(slot, retry_at=now + delay), now + delay)
    when = f"next try in {delay:.0f} s (failure {slot.failures})" if delay else "starting again"
    said = Say(words=came_to("crashed", before=before, was_up=was_up, more=f"; {when}"))
    return slot, (said, announced(before, slot), timer)


def _hint_at_policy(slot: Slot, run: Run) -> Decision:
    """Ends that the platform calls a crash surprise whoever did not: the first time, say so."""
    if slot.hinted or run.exit is None or not run.exit.succeeded:
        return slot, ()
    words = "Status 0 counts as a crash here, as on the platform; to change that: --on-exit stay"
    return replace(slot, hinted=True), (Say(words=words),)


def _rest_down(slot: Slot, now: float) -> Decision:
    before, was_up = slot.state, slot.run is not None and slot.run.up_at is not None
    slot = move(replace(slot, retry_at=None, failures=0), "down", now)
    said = Say(words=came_to("down", before=before, was_up=was_up))
    return slot, (said, announced(before, slot))
