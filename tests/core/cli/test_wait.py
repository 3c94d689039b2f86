"""`proctor wait`: it returns when the app is up."""

import asyncio

from support.fakes import FakeSession
from support.shell import Shell


async def test_an_app_that_is_up_is_not_waited_for(proctor: Shell, running: FakeSession) -> None:
    for view in running.now_is.processes:
        running.tell(running.state_changed(view.name, "up", leaving=0))
    outcome = await proctor("wait")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


async def test_it_waits_until_the_last_process_is_up(proctor: Shell, running: FakeSession) -> None:
    for view in running.now_is.processes:
        running.tell(running.state_changed(view.name, "up", leaving=0))
    running.tell(running.state_changed("web.1", "starting"))
    waiting = asyncio.create_task(proctor("wait"))
    await running.followed.wait()
    running.tell(running.state_changed("web.1", "up"))
    assert (await waiting).code == 0


async def test_it_gives_up_in_time_and_says_who_is_not_up(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.1", "starting", why="starting: it was asked to"))
    outcome = await proctor("wait", "web.1", "--timeout", "0.05")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("proctor: after 0.05 s web.1 is starting")


async def test_what_was_stopped_by_hand_counts_only_where_it_is_named(
    proctor: Shell, running: FakeSession
) -> None:
    for view in running.now_is.processes:
        running.tell(running.state_changed(view.name, "up", leaving=0))
    running.tell(running.state_changed("web.1", "down", wanted=False))
    assert (await proctor("wait")).code == 0
    assert (await proctor("wait", "web", "--timeout", "0")).code == 1


async def test_a_process_that_there_is_not_is_told(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("wait", "wob")
    assert outcome.code == 2
    assert "there is no process 'wob'" in outcome.err
    assert "'web'" in outcome.err
    assert not running.sent


async def test_without_an_app_that_runs_there_is_nothing_to_wait_for(proctor: Shell) -> None:
    assert (await proctor("wait")).code == 3
