"""A thousand commands at random: the app ends as the last wishes say, and nobody is forgotten."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from proctor.control.client import RemoteSession, connect
from proctor.errors import ProctorError
from proctor.model.commands import (
    Accepted,
    AnyCommand,
    Kill,
    Reload,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from support.program import Program, Workplace, children_of

pytestmark = pytest.mark.timeout(90)

CLIENTS, COMMANDS_OF_EACH = 4, 250
TYPES = ("quick", "slow", "tree")
SLOW = "trap 'sleep 0.05; exit' TERM; while :; do sleep 1000 & wait; done"


async def test_the_last_wishes_hold_after_a_thousand_random_commands(place: Workplace) -> None:
    place.procfile(quick="exec sleep 1000", slow=SLOW, tree=place.tree("forker.py", "setsid"))
    program = place.start("-t", "2")
    await asyncio.to_thread(program.until, "to up")
    socket = Path(place.info()["socket"])
    clients = [await connect(socket) for _ in range(CLIENTS)]
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to try a failure again
    await asyncio.gather(*(ask(each, random.Random(seed + n)) for n, each in enumerate(clients)))
    session = clients[0]
    assert isinstance(
        await session.send(Scale(quantities={"quick": 2, "slow": 1, "tree": 2})), Accepted
    )
    assert isinstance(await session.send(Start(target="all")), Accepted)
    await up(session, {"quick.1", "quick.2", "slow.1", "tree.1", "tree.2"})
    snapshot = await session.snapshot()
    keepers = children_of(snapshot.app.guardian_pid)
    leaders = {each.pid for each in snapshot.processes}
    assert len(keepers) == len(leaders) == 5
    assert leaders <= {pid for keeper in keepers for pid in children_of(keeper)}
    for client in clients:
        await client.close()
    await asyncio.to_thread(end, program)
    place.assert_nothing_left(within=0.5)


async def test_they_hold_in_an_app_with_a_start_order_too(place: Workplace) -> None:
    place.procfile(quick="exec sleep 1000", slow=SLOW, tree=place.tree("forker.py", "setsid"))
    order = """
        [types.slow]
        after = ["quick"]
        ready = {command = "true"}
        [types.tree]
        after = ["quick", {type = "slow", restart = true}]
        ready = {log = "ready"}
    """
    (place.folder / "proctor.toml").write_text(order)
    program = place.start("-t", "2")
    await asyncio.to_thread(program.until, "tree.1 ")
    socket = Path(place.info()["socket"])
    clients = [await connect(socket) for _ in range(CLIENTS)]
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to try a failure again
    await asyncio.gather(*(ask(each, random.Random(seed + n)) for n, each in enumerate(clients)))
    session = clients[0]
    for type_, quantity in {"quick": 2, "slow": 1, "tree": 2}.items():
        assert isinstance(await session.send(Scale(quantities={type_: quantity})), Accepted)
    assert isinstance(await session.send(Start(target="all")), Accepted)
    await up(session, {"quick.1", "quick.2", "slow.1", "tree.1", "tree.2"})
    for client in clients:
        await client.close()
    await asyncio.to_thread(end, program)
    place.assert_nothing_left(within=0.5)


async def test_the_app_ends_in_time_whatever_is_asked_meanwhile(place: Workplace) -> None:
    place.procfile(quick="exec sleep 1000", slow=SLOW, tree=place.tree("forker.py", "setsid"))
    program = place.start("-t", "2")
    await asyncio.to_thread(program.until, "to up")
    socket = Path(place.info()["socket"])
    clients = [await connect(socket) for _ in range(CLIENTS)]
    asking = [
        asyncio.create_task(ask(each, random.Random(number))) for number, each in enumerate(clients)
    ]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(end, program)
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, ProctorError) for outcome in outcomes)
    for client in clients:
        await client.close()
    place.assert_nothing_left(within=0.5)


async def test_two_restarts_at_once_are_one(place: Workplace) -> None:
    place.procfile(worker="trap 'sleep 0.1; exit' TERM; while :; do sleep 1000 & wait; done")
    program = place.start()
    await asyncio.to_thread(program.until, "to up")
    session = await connect(Path(place.info()["socket"]))
    await asyncio.gather(*(session.send(Restart(target="worker")) for _ in range(5)))
    await up(session, {"worker.1"})
    (process,) = (await session.snapshot()).processes
    assert process.run == 2
    await session.close()
    await asyncio.to_thread(end, program)


async def ask(session: RemoteSession, choose: random.Random) -> None:
    """Ask for this and that, most of it while something else is going on."""
    for _ in range(COMMANDS_OF_EACH):
        await session.send(any_command(choose))
        if choose.random() < 0.2:
            await asyncio.sleep(choose.uniform(0, 0.03))


def any_command(choose: random.Random) -> AnyCommand:
    type_ = choose.choice(TYPES)
    target = choose.choice([type_, f"{type_}.{choose.randint(1, 3)}", "all"])
    commands: list[AnyCommand] = [
        Scale(quantities={type_: choose.randint(0, 3)}),
        Scale(steps={type_: choose.choice([-1, 1])}),
        Restart(target=target),
        Start(target=target),
        Stop(target=target),
        Kill(target=target, signal=choose.choice(["KILL", "HUP", "STOP", "CONT"])),
        SetWatch(on=choose.random() < 0.5),
        Reload(),
    ]
    return choose.choice(commands)


async def up(session: RemoteSession, wanted: set[str]) -> None:
    """Wait until these are up, and no others are there."""
    states: dict[str, str] = {}
    try:
        async with asyncio.timeout(30):
            while states != dict.fromkeys(wanted, "up"):
                await asyncio.sleep(0.05)
                processes = (await session.snapshot()).processes
                states = {each.name: each.state for each in processes if not each.suspended}
    except TimeoutError:
        pytest.fail(f"not so: {states}")


def end(program: Program) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "a fault of proctor's own" not in program.output
