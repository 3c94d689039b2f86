from typing import Any

import pytest

from proctor.errors import ProctorError, UserError
from proctor.model.exits import Exit
from proctor.model.facts import (
    BecameReady,
    DeadlinePassed,
    Fact,
    LeaderLeft,
    StartAsked,
    Started,
    StopAsked,
    TreeEmptied,
)
from proctor.model.names import ProcessName, RunId
from proctor.model.slots import MOVES, IllegalMoveError, Limits, Slot
from proctor.runtime.slot import LiveSlot, Outlets, shell_argv
from support.fake_runs import FakeRuns
from support.manual_timers import ManualTimers
from support.supervised import configuration

WEB = ProcessName("web", 1)
FIRST = RunId(WEB, 1)
START = StartAsked(cause="c1", reason="started")
STOP = StopAsked(cause="c2", reason="stopped")


class OneProcess:
    """web.1 with runs that do nothing by themselves; facts are taken at once."""

    def __init__(self, **limits: Any) -> None:
        self.timers = ManualTimers()
        self.runs = FakeRuns(configuration())
        self.runs.silent = {"web"}
        self.said: list[str] = []
        self.announced: list[tuple[str, str]] = []
        self.ended: list[Exit | None] = []
        self.failed: list[ProctorError] = []
        self.posted: list[Fact] = []
        outlets = Outlets(
            post=lambda _, fact: self.posted.append(fact),
            say=lambda _, words: self.said.append(words),
            announce=lambda _, order: self.announced.append((order.before, order.after)),
            end_all=lambda order: self.ended.append(order.exit),
            failed_to_start=lambda _, problem: self.failed.append(problem),
        )
        self.live = LiveSlot(Slot(name=WEB), Limits(**limits), self.runs, self.timers, outlets)

    def take(self, *facts: Fact) -> None:
        for fact in facts:
            self.live.take(fact)

    def wait(self, seconds: float) -> None:
        """Let time pass, and what timers posted be taken."""
        self.timers.advance(seconds)
        posted, self.posted = self.posted, []
        self.take(*posted)


@pytest.fixture
def web() -> OneProcess:
    return OneProcess(grace_seconds=10)


def test_orders_reach_the_runs_one_after_the_other(web: OneProcess) -> None:
    web.take(START, Started(run=FIRST, leader=4711), BecameReady(run=FIRST, port=5006), STOP)
    web.wait(5)
    web.wait(5)
    assert web.runs.orders == [
        ("start", "web.1#1"),
        ("signal", "web.1#1", "roots", "SIGTERM"),
        ("signal", "web.1#1", "shells", "SIGTERM"),
        ("kill", "web.1#1"),
    ]
    assert web.announced[0] == ("down", "starting")
    assert ("up", "stopping") in web.announced


def test_there_is_one_timer_at_a_time(web: OneProcess) -> None:
    web.take(START, Started(run=FIRST, leader=4711))
    assert web.timers.pending == 1
    web.take(STOP)
    assert web.timers.pending == 1
    web.wait(60)
    assert web.timers.pending == 1


def test_a_forgotten_timer_never_rings(web: OneProcess) -> None:
    web.take(START)
    web.live.forget_timer()
    web.live.forget_timer()
    web.timers.advance(3600)
    assert web.posted == []


def test_a_timer_posts_its_deadline_and_does_not_decide(web: OneProcess) -> None:
    web.take(START, Started(run=FIRST, leader=4711))
    before = web.live.slot
    web.timers.advance(0.5)
    assert web.live.slot is before
    assert web.posted == [DeadlinePassed(epoch=before.epoch)]


def test_a_refused_start_is_handed_on_and_decided_upon_later(web: OneProcess) -> None:
    web.runs.refused = {"web": UserError("port 5006 is taken")}
    web.take(START)
    assert [problem.what for problem in web.failed] == ["port 5006 is taken"]
    assert web.live.slot.state == "starting"


def test_the_policy_stop_all_hands_on_the_exit() -> None:
    web = OneProcess(on_exit="stop-all")
    web.take(START, Started(run=FIRST, leader=4711))
    web.take(LeaderLeft(run=FIRST, exit=Exit(status=3)), TreeEmptied(run=FIRST))
    assert web.ended == [Exit(status=3)]


LEFT = [
    ((), None),
    (("4711 sh",), "left 1 process behind (4711 sh): stopping it"),
    (("1 a", "2 b"), "left 2 processes behind (1 a, 2 b): stopping them"),
    (tuple(f"{n} x" for n in range(7)),
     "left 7 processes behind (0 x, 1 x, 2 x, 3 x, 4 x …): stopping them"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "words"), LEFT)
def test_remnants_are_named_up_to_five(
    web: OneProcess, left: tuple[str, ...], words: str | None
) -> None:
    web.runs.left_behind = left
    web.take(START, Started(run=FIRST, leader=4711))
    web.take(LeaderLeft(run=FIRST, exit=Exit(status=0)))
    web.wait(0.1)
    expected = [] if words is None else [f"Process exited with status 0 and {words}"]
    assert web.said == expected


def test_a_move_that_must_not_be_leaves_the_slot_as_it_was(
    web: OneProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.take(START)
    before, orders = web.live.slot, list(web.runs.orders)
    monkeypatch.setitem(MOVES, "starting", ())
    with pytest.raises(IllegalMoveError):
        web.take(STOP)
    assert web.live.slot is before
    assert web.runs.orders == orders


def test_a_command_goes_whole_to_a_shell() -> None:
    shell, option, command = shell_argv("a | b && c $PORT")
    assert shell.rpartition("/")[2] in {"bash", "sh"}
    assert (option, command) == ("-c", "a | b && c $PORT")


def test_sh_runs_it_where_there_is_no_bash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert shell_argv("true") == ("/bin/sh", "-c", "true")
