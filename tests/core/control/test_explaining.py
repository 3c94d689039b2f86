from collections.abc import AsyncIterator

import pytest

from proctor.errors import UserError
from proctor.model.commands import Restart
from proctor.model.exits import Exit
from proctor.model.facts import LeaderLeft, TreeEmptied
from support.session_of_app import SessionOfApp
from support.supervised import SupervisedApp


@pytest.fixture
async def at() -> AsyncIterator[SessionOfApp]:
    async with SupervisedApp() as app:
        await app.wait(1)
        yield SessionOfApp(app)


async def test_each_move_has_the_command_that_caused_it(at: SessionOfApp) -> None:
    await at.session.send(Restart(target="web.1", by="cli"))
    await at.app.settle()
    found = await at.session.explain("web.1")
    asked = next(step for step in found.steps if step.after == "stopping")
    assert asked.because == f"{asked.cause}: 'proctor restart web.1' by cli"
    assert found.steps[-1].because is None
    assert found.last_words is None


async def test_a_crash_has_the_last_words_of_its_run(at: SessionOfApp) -> None:
    at.prints("web.1", *(f"line {number}" for number in range(20)), "\x1b[31mred\x1b[0m\x1b[2J")
    run = at.app.runs.run_of("web.1")
    await at.app.tell("web.1", LeaderLeft(run=run, exit=Exit(status=3)))
    await at.app.tell("web.1", TreeEmptied(run=run))
    found = await at.session.explain("web.1")
    assert found.last_words is not None
    assert found.last_words.run == run.number
    assert found.last_words.lines == (*(f"line {number}" for number in range(11, 20)), "red")
    crash = next(step for step in found.steps if step.after == "crashed")
    assert (crash.reason, crash.run) == ("exited with status 3", run.number)


async def test_there_is_no_explanation_of_what_there_is_not(at: SessionOfApp) -> None:
    with pytest.raises(UserError, match="there is no process 'wbe'"):
        await at.session.explain("wbe")
