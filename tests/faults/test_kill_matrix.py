"""Nothing survives, whoever of ours is killed, and whenever: trees of eight nasty kinds.

A seeded sample runs by default; PROCTOR_KILL_MATRIX=200 runs as many trials of every victim.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.eventually import eventually
from support.trees import TREES
from support.trial import Trial, kill

GRACE = 0.4
MOMENTS = ("start", "steady", "stop")
ROUNDS = int(os.environ.get("PROCTOR_KILL_MATRIX", "0"))
AT_ONCE = 3

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="orphans fall to us on Linux only"),
    pytest.mark.timeout(60 + 10 * ROUNDS),
]


_FILES = 2 * 5 + 3  # five pairs, and three that are one


async def reach(moment: str, trial: Trial) -> None:
    """Come to a moment of the trees' life, and some random time into it."""
    choose = random.Random(trial.oracle.folder.name)
    if moment == "start":
        await asyncio.sleep(choose.uniform(0, 0.25))
        return
    await eventually(lambda: len(trial.reports("Started")) == len(TREES))
    await eventually(lambda: len(list(trial.oracle.folder.iterdir())) >= _FILES)
    if moment == "stop":
        trial.write("stop")
        await asyncio.sleep(choose.uniform(0, GRACE * 1.2))


def supervisor(trial: Trial) -> None:
    kill(trial.process.pid)


def the_guardian(trial: Trial) -> None:
    kill(trial.guardian)


def supervisor_and_guardian(trial: Trial) -> None:
    kill(trial.process.pid, trial.guardian)


def guardian_and_supervisor(trial: Trial) -> None:
    kill(trial.guardian, trial.process.pid)


def one_keeper(trial: Trial) -> None:
    kill(*trial.keepers[-1:])


def all_keepers(trial: Trial) -> None:
    kill(*trial.keepers)


def supervisor_and_a_keeper(trial: Trial) -> None:
    kill(trial.process.pid, *trial.keepers[:1])


def a_keeper_and_supervisor(trial: Trial) -> None:
    kill(*trial.keepers[-1:], trial.process.pid)


def guardian_and_a_keeper(trial: Trial) -> None:
    kill(trial.guardian, *trial.keepers[2:3])


def the_whole_group(trial: Trial) -> None:
    with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
        os.killpg(trial.process.pid, signal.SIGKILL)


ENDS_ALL = [
    supervisor,
    supervisor_and_guardian,
    guardian_and_supervisor,
    supervisor_and_a_keeper,
    a_keeper_and_supervisor,
    the_whole_group,
]
LEAVES_THE_SUPERVISOR = [one_keeper, all_keepers]
STOPS_ALL = [the_guardian, guardian_and_a_keeper]


async def each_moment(folder: Path, trial: Callable[[Path, str], Awaitable[None]]) -> None:
    """Try it at every moment, three at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, moment: str) -> None:
        own = folder / f"{moment}-{number}"
        own.mkdir()
        async with gate:
            await trial(own, moment)

    async with asyncio.TaskGroup() as group:
        for number in range(max(1, ROUNDS // len(MOMENTS))):
            for moment in MOMENTS:
                group.create_task(one(number, moment), name=f"{moment} {number}")


async def nobody_survives(trial: Trial) -> None:
    seconds = GRACE + 1
    survivors = await asyncio.to_thread(trial.oracle.survivors_after, seconds)
    assert not survivors, f"{survivors}\n{trial.said}"


@pytest.mark.parametrize("murder", ENDS_ALL, ids=lambda murder: murder.__name__)
async def test_nothing_survives_the_supervisor(
    murder: Callable[[Trial], None], tmp_path: Path
) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder, *TREES, grace=GRACE) as trial:
            await reach(moment, trial)
            murder(trial)
            await nobody_survives(trial)

    await each_moment(tmp_path, once)


async def test_a_forked_copy_of_a_killed_supervisor_keeps_nothing_alive(tmp_path: Path) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder, *TREES, grace=GRACE) as trial:
            trial.write("copy")
            await eventually(lambda: any("copy" in said for said in trial.said))
            await reach(moment, trial)
            kill(trial.process.pid)
            await nobody_survives(trial)

    await each_moment(tmp_path, once)


@pytest.mark.parametrize("murder", LEAVES_THE_SUPERVISOR, ids=lambda murder: murder.__name__)
async def test_what_lost_keepers_leave_is_swept_and_told(
    murder: Callable[[Trial], None], tmp_path: Path
) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder, *TREES, grace=GRACE) as trial:
            await reach(moment, trial)
            murder(trial)
            assert await asyncio.wait_for(trial.quit(), GRACE + 2) == 0
            await nobody_survives(trial)
            await trial.hearing
            lost, swept = trial.reports("KeeperLost"), trial.reports("Swept")
            assert sorted(lost) == sorted(swept)
            assert len(swept) + len(trial.reports("TreeEmptied")) == len(TREES)

    await each_moment(tmp_path, once)


@pytest.mark.parametrize("murder", STOPS_ALL, ids=lambda murder: murder.__name__)
async def test_a_supervisor_without_its_guardian_stops_all_in_order(
    murder: Callable[[Trial], None], tmp_path: Path
) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder, *TREES, grace=GRACE) as trial:
            await reach(moment, trial)
            murder(trial)
            code = await asyncio.wait_for(trial.process.wait(), GRACE + 2)
            # What was being stopped may have ended before the blow.
            assert code == 70 or (code == 0 and moment == "stop")
            await nobody_survives(trial)

    await each_moment(tmp_path, once)
