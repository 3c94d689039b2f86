"""Nothing survives, whoever of ours is killed, and whenever: trees of eight nasty kinds.

A seeded sample runs by default; PROCTOR_KILL_MATRIX=200 runs as many trials of every victim.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from support.eventually import eventually
from support.oracle import Oracle
from support.trees import TREES

GRACE = 0.4
MOMENTS = ("start", "steady", "stop")
ROUNDS = int(os.environ.get("PROCTOR_KILL_MATRIX", "0"))
AT_ONCE = 3
HARNESS = Path(__file__).parents[1] / "support" / "harness.py"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="orphans fall to us on Linux only"),
    pytest.mark.timeout(60 + 10 * ROUNDS),
]


class Trial:
    """A supervisor with all trees under it, in a group of its own, and whoever is to be killed."""

    def __init__(self, process: asyncio.subprocess.Process, oracle: Oracle) -> None:
        self.process = process
        self.oracle = oracle
        self.said: list[dict[str, object]] = []
        self.choose = random.Random(oracle.folder.name)
        self.hearing = asyncio.create_task(self._hear(), name="hear the harness")

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, folder: Path) -> "AsyncIterator[Trial]":
        """One for as long as the block runs; nothing of it is left after it."""
        oracle = Oracle(folder)
        process = await asyncio.create_subprocess_exec(
            sys.executable, HARNESS, folder, str(GRACE), *TREES,
            env={**os.environ, "TREE_TAG": oracle.tag},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        trial = cls(process, oracle)
        try:
            await eventually(lambda: trial.guardian is not None)
            yield trial
        finally:
            await trial.end()

    async def _hear(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(json.loads(line))

    @property
    def guardian(self) -> int | None:
        return next((int(str(said["guardian"])) for said in self.said if "guardian" in said), None)

    @property
    def keepers(self) -> list[int]:
        return [int(str(said["keeper"])) for said in self.said if said.get("keeper")]

    def reports(self, name: str) -> list[str]:
        return [str(said["run"]) for said in self.said if said.get("report") == name]

    def write(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    async def reach(self, moment: str) -> None:
        """Come to a moment of the trees' life, and some random time into it."""
        if moment == "start":
            await asyncio.sleep(self.choose.uniform(0, 0.25))
            return
        await eventually(lambda: len(self.reports("Started")) == len(TREES))
        await eventually(lambda: len(list(self.oracle.folder.iterdir())) >= _FILES)
        if moment == "stop":
            self.write("stop")
            await asyncio.sleep(self.choose.uniform(0, GRACE * 1.2))

    async def quit(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return await self.process.wait()

    async def end(self) -> None:
        for said in self.said:
            if "copy" in said:
                kill(int(str(said["copy"])))
        kill(self.process.pid)
        await self.process.wait()
        await self.hearing
        assert self.process.stdin is not None
        self.process.stdin.close()
        with contextlib.suppress(OSError):
            await self.process.stdin.wait_closed()


_FILES = 2 * 5 + 3  # five pairs, and three that are one


def kill(*pids: int | None) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, signal.SIGKILL)


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
        async with Trial.of(folder) as trial:
            await trial.reach(moment)
            murder(trial)
            await nobody_survives(trial)

    await each_moment(tmp_path, once)


async def test_a_forked_copy_of_a_killed_supervisor_keeps_nothing_alive(tmp_path: Path) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder) as trial:
            trial.write("copy")
            await eventually(lambda: any("copy" in said for said in trial.said))
            await trial.reach(moment)
            kill(trial.process.pid)
            await nobody_survives(trial)

    await each_moment(tmp_path, once)


@pytest.mark.parametrize("murder", LEAVES_THE_SUPERVISOR, ids=lambda murder: murder.__name__)
async def test_what_lost_keepers_leave_is_swept_and_told(
    murder: Callable[[Trial], None], tmp_path: Path
) -> None:
    async def once(folder: Path, moment: str) -> None:
        async with Trial.of(folder) as trial:
            await trial.reach(moment)
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
        async with Trial.of(folder) as trial:
            await trial.reach(moment)
            murder(trial)
            code = await asyncio.wait_for(trial.process.wait(), GRACE + 2)
            # What was being stopped may have ended before the blow.
            assert code == 70 or (code == 0 and moment == "stop")
            await nobody_survives(trial)

    await each_moment(tmp_path, once)
