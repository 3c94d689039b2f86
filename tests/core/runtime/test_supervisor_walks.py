import random

import pytest

from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Restart,
    Scale,
    Start,
    Stop,
)
from proctor.runtime.mailbox import (
    FilesChanged,
)
from support.supervised import SupervisedApp, configuration, sequences

TARGETS = ("all", "web", "worker", "web.1", "web.2", "worker.1")


def any_command(chance: random.Random) -> AnyCommand:
    target = chance.choice(TARGETS)
    commands: list[AnyCommand] = [
        Start(target=target),
        Stop(target=target),
        Restart(target=target),
        Restart(target="web"),
        Scale(quantities={chance.choice(["web", "worker"]): chance.randrange(4)}),
        Scale(steps={"web": chance.choice([-1, 1])}),
        Kill(target=target, signal=chance.choice(["KILL", "HUP"])),
    ]
    return chance.choice(commands)


async def live_through(app: SupervisedApp, chance: random.Random) -> None:
    """A random history: commands, crashes, saves, the stubborn and the slow, and time."""
    for _ in range(chance.randrange(2, 25)):
        app.runs.stubborn = {"worker"} if chance.random() < 0.2 else set()
        app.runs.broken = {"web.2"} if chance.random() < 0.1 else set()
        app.runs.hanging = {"web"} if chance.random() < 0.1 else set()
        match chance.randrange(8):
            case 0 if app.runs.alive:
                app.runs.exit(chance.choice(app.runs.running), chance.randrange(3))
            case 1:
                await app.post(FilesChanged(words="app.py", code=True, settings=False))
            case 2:
                await app.wait(chance.choice([0.0, 0.1, 1.0, 30.0]))
            case _:
                await app.ask(any_command(chance))


def assert_as_the_formation_says(app: SupervisedApp) -> None:
    formation = app.supervisor.formation
    expected = {
        f"{type_}.{number}" for type_ in formation for number in range(1, formation[type_] + 1)
    }
    assert set(app.states) == expected
    assert set(app.runs.running) == expected
    assert set(app.states.values()) <= {"up"}


@pytest.mark.parametrize("seed", range(8))
async def test_after_any_commands_the_final_state_is_the_formation(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        async with SupervisedApp(configuration(watch=True, formation={"web": 2})) as app:
            await live_through(app, chance)
            app.runs.stubborn, app.runs.broken, app.runs.hanging = set(), set(), set()
            await app.wait(35)
            await app.ask(Start(target="all"))
            await app.ask(Restart(target="all"))
            await app.wait(5)
            assert_as_the_formation_says(app)
            assert sequences(app.events) == list(range(1, app.bus.sequence + 1))
            await app.ask(Quit())
            await app.wait(1)
            assert await app.exit_code() == 0
            assert app.runs.alive == {}


@pytest.mark.parametrize("seed", range(8))
async def test_quit_ends_the_app_whatever_was_asked_just_before(seed: int) -> None:
    chance = random.Random(100 + seed)
    for _ in range(60):
        async with SupervisedApp(configuration(watch=True, formation={"web": 2})) as app:
            await live_through(app, chance)
            await app.ask(Quit())
            for _ in range(3):
                if not app.ended():
                    await app.ask(any_command(chance))
            await app.wait(31)
            assert await app.exit_code() == 0
            assert app.runs.alive == {}
