"""One process as its rules see it, told facts by hand, with the clock in the test's hand."""

from typing import Any, TypeVar

import msgspec

from proctor.model.events import ProcessState
from proctor.model.exits import Exit
from proctor.model.facts import (
    Announce,
    Arm,
    BecameReady,
    DeadlinePassed,
    Fact,
    LeaderLeft,
    Order,
    Say,
    StartAsked,
    Started,
    StopAsked,
    TreeEmptied,
)
from proctor.model.lifecycle import advance
from proctor.model.names import ProcessName, RunId
from proctor.model.slots import Limits, Slot

AnOrder = TypeVar("AnOrder", bound=Order)


class Life:
    """A slot, its clock and all the orders that its rules have given.

    `tell` gives the orders of that one fact; `wait` lets the time pass and the armed deadline ring.
    """

    def __init__(self, name: str = "worker.1", **limits: Any) -> None:
        self.slot = Slot(name=ProcessName.parse(name))
        self.limits = Limits(**limits)
        self.now = 100.0
        self.deadline: Arm | None = None
        self.orders: list[Order] = []

    # What happens to it

    def tell(self, fact: Fact) -> tuple[Order, ...]:
        self.slot, orders = advance(self.slot, fact, self.now, self.limits)
        self.orders += orders
        for order in orders:
            if isinstance(order, Arm):
                self.deadline = order
        return orders

    def wait(self, seconds: float) -> tuple[Order, ...]:
        """Let the time pass; gives what the deadlines that are due on the way have ordered."""
        until = self.now + seconds
        orders: tuple[Order, ...] = ()
        while self.deadline is not None and self.deadline.at <= until:
            due, self.deadline = self.deadline, None
            self.now = max(self.now, due.at)
            orders += self.tell(DeadlinePassed(epoch=due.epoch))
        self.now = until
        return orders

    def ask_start(self, cause: str = "c1") -> tuple[Order, ...]:
        return self.tell(StartAsked(cause=cause, reason="started by a test"))

    def ask_stop(self, cause: str = "c2", *, scaled_away: bool = False) -> tuple[Order, ...]:
        fact = StopAsked(cause=cause, reason="stopped by a test", scaled_away=scaled_away)
        return self.tell(fact)

    def started(self, leader: int = 4711) -> tuple[Order, ...]:
        return self.tell(Started(run=self.run, leader=leader))

    def ready(self, port: int | None = None) -> tuple[Order, ...]:
        return self.tell(BecameReady(run=self.run, port=port))

    def leader_left(self, status: int | None = 0, signal: int | None = None) -> tuple[Order, ...]:
        exit_ = Exit(signal=signal) if signal is not None else Exit(status=status)
        return self.tell(LeaderLeft(run=self.run, exit=exit_))

    def emptied(self) -> tuple[Order, ...]:
        return self.tell(TreeEmptied(run=self.run))

    def end(self, status: int | None = 0, signal: int | None = None) -> tuple[Order, ...]:
        """The leader leaves and nobody else is there."""
        return (*self.leader_left(status, signal), *self.emptied())

    # How it is

    @property
    def run(self) -> RunId:
        assert self.slot.run is not None, f"no run: {self.slot}"
        return self.slot.run.id

    @property
    def state(self) -> str:
        """Its state; a plain word, since a checker would take it for lasting."""
        return self.slot.state

    @property
    def words(self) -> list[str]:
        """All that was said in its log."""
        return said(self.orders)

    def limit(self, **limits: Any) -> None:
        """From now on these limits hold."""
        self.limits = msgspec.structs.replace(self.limits, **limits)


def living(state: ProcessState, name: str = "worker.1", **limits: Any) -> Life:
    """A process that has come into this state on the shortest way, its orders forgotten."""
    life = Life(name, **limits)
    if state != "down":
        life.ask_start()
    if state in {"up", "stopping"}:
        life.started()
        life.ready()
    if state == "stopping":
        life.ask_stop()
    if state == "crashed":
        life.limit(on_exit="stay")
        life.end(status=1)
        life.limit(**{"on_exit": "restart", **limits})
    if state == "complete":
        life.limit(on_exit="stay")
        life.end(status=0)
        life.limit(**{"on_exit": "restart", **limits})
    assert life.state == state
    life.orders.clear()
    return life


def crashing(times: int, **limits: Any) -> Life:
    """A process that has failed so often in a row, and waits for its next try."""
    life = Life(**limits)
    life.ask_start()
    for attempt in range(times):
        if attempt:
            life.wait(31)
        life.started()
        life.end(status=1)
    assert life.state == "crashed"
    return life


def said(orders: list[Order] | tuple[Order, ...]) -> list[str]:
    return [order.words for order in orders if isinstance(order, Say)]


def moves(orders: list[Order] | tuple[Order, ...]) -> list[tuple[str, str]]:
    """What was announced, without the announcements of the same state."""
    told = (order for order in orders if isinstance(order, Announce))
    return [(order.before, order.after) for order in told if order.before != order.after]


def only(kind: type[AnOrder], orders: list[Order] | tuple[Order, ...]) -> AnOrder:
    """The one order of this kind among these."""
    found = [order for order in orders if isinstance(order, kind)]
    assert len(found) == 1, f"{len(found)} of {kind.__name__} in {orders}"
    return found[0]


def any_of(kind: type[AnOrder], orders: list[Order] | tuple[Order, ...]) -> list[AnOrder]:
    return [order for order in orders if isinstance(order, kind)]
