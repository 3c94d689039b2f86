import random
from collections.abc import Sequence

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
from proctor.model.configuration import AppConfiguration
from proctor.model.type_settings import Dependency, ReadyWhenLogged, TypeSettings
from proctor.runtime.mailbox import (
    FilesChanged,
)
from support.supervised import SupervisedApp, configuration, sequences

ORDER = {
    "worker": TypeSettings(after=(Dependency("web", restart=True), Dependency("db"))),
    "web": TypeSettings(after=(Dependency("db"),), ready=ReadyWhenLogged("ready")),
}
APPS = {
    "as it comes": configuration(watch=True, formation={"web": 2}),
    "in order": configuration(
        "worker: ./worker\nweb: ./web\ndb: ./db\n",
        watch=True,
        formation={"web": 2, "db": 2},
        types=ORDER,
    ),
}
apps = pytest.mark.parametrize("configured", APPS.values(), ids=APPS)
TARGETS = ("all", "web", "worker", "web.1", "web.2", "worker.1")


def any_command(chance: random.Random, types: Sequence[str]) -> AnyCommand:
    target = chance.choice([*TARGETS, *types])
    commands: list[AnyCommand] = [
        Start(target=target),
        Stop(target=target),
        Restart(target=target),
        Restart(target="web"),
        Scale(quantities={chance.choice(types): chance.randrange(4)}),
        Scale(quantities=dict.fromkeys(types, chance.randrange(3))),
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
        assert_that_who_waits_has_reason_to(app)
        match chance.randrange(8):
            case 0 if app.runs.alive:
                app.runs.exit(chance.choice(app.runs.running), chance.randrange(3))
            case 1:
                await app.post(FilesChanged(words="app.py", code=True, settings=False))
            case 2:
                await app.wait(chance.choice([0.0, 0.1, 1.0, 30.0]))
            case _:
                await app.ask(any_command(chance, tuple(app.supervisor.formation)))


def assert_that_who_waits_has_reason_to(app: SupervisedApp) -> None:
    """What comes first has processes that are not up; and who has nothing to wait for goes on."""
    slots, formation = app.supervisor.slots, app.supervisor.formation
    for name, slot in slots.items():
        needs = app.supervisor.configuration.settings_of(name.type).after
        missing = [
            other
            for other, each in slots.items()
            for need in needs
            if other.type == need.type
            and other.number <= formation[other.type]
            and each.state not in ("up", "complete")
        ]
        assert (slot.waits_for is not None) == bool(missing), f"{slot}: {missing}"
        assert slot.state != "waiting" or missing


def assert_as_the_formation_says(app: SupervisedApp) -> None:
    formation = app.supervisor.formation
    expected = {
        f"{type_}.{number}" for type_ in formation for number in range(1, formation[type_] + 1)
    }
    assert set(app.states) == expected
    assert set(app.runs.running) == expected
    assert set(app.states.values()) <= {"up"}


@apps
@pytest.mark.parametrize("seed", range(8))
async def test_after_any_commands_the_final_state_is_the_formation(
    seed: int, configured: AppConfiguration
) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        async with SupervisedApp(configured) as app:
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


@apps
@pytest.mark.parametrize("seed", range(8))
async def test_quit_ends_the_app_whatever_was_asked_just_before(
    seed: int, configured: AppConfiguration
) -> None:
    chance = random.Random(100 + seed)
    for _ in range(60):
        async with SupervisedApp(configured) as app:
            await live_through(app, chance)
            await app.ask(Quit())
            for _ in range(3):
                if not app.ended():
                    await app.ask(any_command(chance, tuple(app.supervisor.formation)))
            await app.wait(31)
            assert await app.exit_code() == 0
            assert app.runs.alive == {}
