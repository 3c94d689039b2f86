"""Random histories of one process, against a toy world that watches its rules at every step."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor.model.facts import StartAsked, StopAsked, WaitsFor
from support.toy_world import ToyWorld

LIMITS: list[dict[str, Any]] = [
    {
        "listens": listens,
        "ready_when": rule,
        "on_exit": on_exit,
        "grace_seconds": grace,
        "jitter": jitter,
    }
    for listens, rule, on_exit, grace, jitter in (
        (True, None, "restart", 30.0, 0.3),
        (False, None, "restart", 0.0, 0.0),
        (False, "no line matches /x/", "restart-on-failure", 2.5, 1.0),
        (True, None, "stay", 5.0, 0.0),
        (False, "no line matches /x/", "stop-all", 1.0, 0.0),
    )
]
limits = pytest.mark.parametrize("limits", LIMITS, ids=lambda each: each["on_exit"])
histories = st.lists(st.integers(min_value=0, max_value=400), max_size=80)
STOP = StopAsked(cause="last", reason="stopped at the end")
START = StartAsked(cause="last", reason="started at the end")


def random_histories(count: int) -> list[list[int]]:
    chance = random.Random(4711)
    return [[chance.randrange(400) for _ in range(chance.randrange(80))] for _ in range(count)]


def after(history: list[int], limits: dict[str, Any]) -> ToyWorld:
    world = ToyWorld(**limits)
    world.live(history)
    return world


def assert_ends_down(world: ToyWorld) -> None:
    world.tell(STOP)
    world.be_fair(seconds=40)
    assert world.life.state == "down"
    assert world.tree is None
    assert world.life.wait(3600) == ()


def assert_comes_up(world: ToyWorld) -> None:
    world.tell(START)
    world.be_fair(seconds=120)
    assert world.life.state == "up"


@limits
@given(history=histories)
@settings(max_examples=150, deadline=None)
def test_no_history_breaks_a_rule_and_a_stop_ends_it_down(
    limits: dict[str, Any], history: list[int]
) -> None:
    assert_ends_down(after(history, limits))


@limits
@given(history=histories)
@settings(max_examples=100, deadline=None)
def test_whatever_came_before_a_start_brings_it_up_in_a_fair_world(
    limits: dict[str, Any], history: list[int]
) -> None:
    assert_comes_up(after(history, limits))


@limits
def test_thousands_of_random_histories_break_no_rule(limits: dict[str, Any]) -> None:
    for history in random_histories(600):
        world = after(history, limits)
        assert_ends_down(world)
        assert_comes_up(world)


def test_what_keeps_failing_is_tried_again_for_ever() -> None:
    for history in random_histories(100):
        world = after(history, LIMITS[1])
        world.tell(WaitsFor(words=None))
        world.tell(START)
        for _ in range(30):
            if world.tree is not None and not world.tree.started:
                world.live([4])  # the answer is that it cannot be started
            world.wait(31)
        assert world.life.state in {"crashed", "starting", "up", "stopping"}
        if world.life.state == "crashed":
            assert world.life.slot.retry_at is not None
