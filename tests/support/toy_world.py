"""A toy world that one process lives in: its trees obey or not, and it is watched at every step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from proctor.model.exits import Exit
from proctor.model.facts import (
    Announce,
    BecameReady,
    DeadlinePassed,
    Fact,
    KeeperLost,
    KillAsked,
    KillTree,
    LeaderContinued,
    LeaderLeft,
    LeaderSuspended,
    MemoryExceeded,
    Order,
    RestartAsked,
    Say,
    SignalDenied,
    SignalMembers,
    Spawn,
    StartAsked,
    Started,
    StartFailed,
    StopAsked,
    StopDue,
    TreeEmptied,
    WaitsFor,
)
from proctor.model.names import RunId
from proctor.model.slots import MOVES, Move
from support.lives import Life


@dataclass
class Tree:
    """What there is of one run."""

    run: RunId
    started: bool = False
    leader: bool = False
    others: int = 0
    keeper: bool = True
    boot_told: bool = False
    killed: bool = False


class ToyWorld:
    """Lets things happen to a process, and fails when its rules order what must not be.

    Each number of a history picks what happens next; whatever is not possible then is left out.
    """

    def __init__(self, **limits: Any) -> None:
        self.life = Life("web.1", **limits)
        self.tree: Tree | None = None
        self.past: list[RunId] = []
        self.told: list[Fact] = []
        self.last_move: tuple[Move, ...] = ()
        self._happenings: Sequence[Callable[[int], None]] = (
            lambda n: self.tell(StartAsked(cause=f"s{n}", reason="started")),
            lambda n: self.tell(
                StopAsked(cause=f"t{n}", reason="stopped", scaled_away=bool(n % 2))
            ),
            lambda n: self.tell(RestartAsked(cause=f"r{n}", reason="restarted")),
            lambda n: self.tell(KillAsked(cause=f"k{n}", reason="killed")),
            self._spawn_is_answered,
            self._spawn_is_answered,
            self._becomes_ready,
            self._becomes_ready,
            self._leader_leaves,
            self._leader_leaves,
            self._an_other_leaves,
            self._an_other_leaves,
            self._keeper_is_lost,
            self._leader_is_suspended,
            self._somebody_is_denied,
            self._old_news_come_again,
            self._a_deadline_comes_late,
            lambda n: self.wait(0.01 * (n % 10)),
            lambda n: self.wait(1.0 * (n % 10)),
            lambda n: self.wait(10.0 * (n % 10)),
            lambda n: self.tell(StopAsked(cause=f"h{n}", reason="stopped", held=True)),
            lambda n: self.tell(StopDue(deadline=self.life.now + n % 20)),
            lambda n: self.tell(WaitsFor(words=f"waits until db.{n % 3} is up" if n % 3 else None)),
            self._uses_too_much_memory,
        )

    def live(self, history: Sequence[int]) -> None:
        for number in history:
            self._happenings[number % len(self._happenings)](number // len(self._happenings))

    # Telling it, and watching what it orders

    def tell(self, fact: Fact) -> None:
        before = self.life.state
        self.told.append(fact)
        self._watch(before, self.life.tell(fact))

    def wait(self, seconds: float) -> None:
        until = self.life.now + seconds
        while self.life.deadline is not None and self.life.deadline.at <= until:
            due, self.life.deadline = self.life.deadline, None
            self.life.now = max(self.life.now, due.at)
            self.tell(DeadlinePassed(epoch=due.epoch))
        self.life.now = until

    def _watch(self, before: str, orders: Sequence[Order]) -> None:
        for order in orders:
            match order:
                case Spawn():
                    assert self.life.slot.waits_for is None, f"{order}, and it has to wait"
                    assert self.tree is None, f"{order} over {self.tree}"
                    assert order.run not in self.past, f"{order} a second time"
                    self.tree = Tree(order.run)
                case SignalMembers() | KillTree():
                    assert self.tree is not None, f"{order}, and nobody is there"
                    assert self.tree.run == order.run, f"{order} for {self.tree}"
                    assert self.tree.keeper, f"{order} to a keeper that is lost"
                    self.tree.killed |= isinstance(order, KillTree)
                case Announce():
                    assert order.before == before, f"{order} after {before}"
                    assert order.after in (before, *MOVES[order.before]), f"{order}"
                    if order.after == "up" != before:
                        assert self._leader_is_there(), "up, and its leader has left"
                    before = order.after
                case Say() if "R10" in order.words or "Not started" in order.words:
                    assert self.tree is not None
                    self.tree.boot_told = True
                case _:
                    pass
        assert before == self.life.state, f"{self.life.state} was not announced"
        self._deadlines_are_armed()
        if self.tree is None:
            assert self.life.slot.run is None

    def _deadlines_are_armed(self) -> None:
        slot, deadline = self.life.slot, self.life.deadline
        armed = deadline is not None and deadline.epoch == slot.epoch
        if slot.state == "stopping":
            assert armed, f"stopping, and no deadline is armed: {slot}"
        if slot.state == "starting" and not (self.tree and self.tree.boot_told):
            assert armed, f"starting, and no deadline is armed: {slot}"
        if slot.state in {"starting", "up"} and not self._leader_is_there():
            assert armed, f"its leader has left, and no deadline is armed: {slot}"
        if slot.state == "crashed" and slot.retry_at is not None:
            assert armed, f"crashed, to be tried again, and no deadline is armed: {slot}"
        if armed and deadline is not None:
            assert deadline.at >= self.life.now - 1e-6
        if slot.run is None:
            assert slot.state in {"down", "waiting", "crashed", "complete"}
        if slot.state == "waiting":
            assert slot.wanted
            assert slot.waits_for is not None
        if slot.state == "down":
            assert not slot.wanted

    def _leader_is_there(self) -> bool:
        return self.life.slot.run is not None and self.life.slot.run.exit is None

    # What happens in the world

    def _spawn_is_answered(self, number: int) -> None:
        tree = self.tree
        if tree is None or tree.started or not tree.keeper:
            return
        if number % 5 == 0:
            self._ended(tree, StartFailed(run=tree.run, problem="it could not be started"))
            return
        tree.started = tree.leader = True
        tree.others = number % 4
        self.tell(Started(run=tree.run, leader=1000 + number))

    def _becomes_ready(self, _: int) -> None:
        if self.tree is not None and self.tree.leader and self._is_told_ready():
            self.tell(BecameReady(run=self.tree.run, port=5006))

    def _is_told_ready(self) -> bool:
        return self.life.limits.listens or self.life.limits.ready_when is not None

    def _leader_leaves(self, number: int) -> None:
        tree = self.tree
        if tree is None or not tree.leader:
            return
        tree.leader = False
        exit_ = Exit(signal=number % 15 + 1) if number % 3 else Exit(status=number % 2)
        if tree.keeper:
            self.tell(LeaderLeft(run=tree.run, exit=exit_))
        self._empty_if_so()

    def _an_other_leaves(self, _: int) -> None:
        if self.tree is not None and self.tree.others:
            self.tree.others -= 1
            self._empty_if_so()

    def _empty_if_so(self) -> None:
        tree = self.tree
        if tree is not None and tree.started and not tree.leader and not tree.others:
            self._ended(tree, TreeEmptied(run=tree.run))

    def _ended(self, tree: Tree, fact: Fact) -> None:
        self.past.append(tree.run)
        self.tree = None
        self.tell(fact)

    def _keeper_is_lost(self, _: int) -> None:
        if self.tree is not None and self.tree.keeper:
            self.tree.keeper = False
            self.tell(KeeperLost(run=self.tree.run))

    def _leader_is_suspended(self, number: int) -> None:
        if self.tree is not None and self.tree.leader and self.tree.keeper:
            run = self.tree.run
            stopped = LeaderSuspended(run=run, signal="SIGTSTP")
            self.tell(stopped if number % 2 else LeaderContinued(run=run))

    def _somebody_is_denied(self, number: int) -> None:
        if self.tree is not None and self.tree.started and self.life.state == "stopping":
            self.tell(SignalDenied(run=self.tree.run, pid=2000 + number % 3))

    def _uses_too_much_memory(self, number: int) -> None:
        if self.tree is not None and self.tree.started:
            self.tell(MemoryExceeded(run=self.tree.run, used_bytes=number + 2, limit_bytes=1))

    def _old_news_come_again(self, number: int) -> None:
        """Facts of runs that are over; they must change nothing."""
        old = [fact for fact in self.told if getattr(fact, "run", None) in self.past]
        if old:
            before = self.life.slot
            self.tell(old[number % len(old)])
            assert self.life.slot == before

    def _a_deadline_comes_late(self, number: int) -> None:
        before = self.life.slot
        if before.epoch:
            self.tell(DeadlinePassed(epoch=number % before.epoch))
            assert self.life.slot == before

    # A fair world: whoever is killed dies, whoever is lost is swept, whoever starts comes up

    def be_fair(self, *, seconds: float) -> None:
        end = self.life.now + seconds
        while self.life.now < end:
            self._be_fair_once()
            self.wait(0.25)

    def _be_fair_once(self) -> None:
        tree = self.tree
        if tree is None:
            if self.life.state == "waiting":
                self.tell(WaitsFor(words=None))
            return
        if self.life.slot.is_leaving and self.life.state != "stopping":
            self.tell(StopDue(deadline=self.life.now + 1))
        if not tree.started and tree.keeper and not tree.killed:
            self._spawn_is_answered(1)
        elif tree.killed or not tree.keeper:
            tree.others = 0
            tree.started = True
            tree.leader = False
            self._ended(tree, TreeEmptied(run=tree.run))
        elif self.life.state == "starting":
            self._becomes_ready(0)
