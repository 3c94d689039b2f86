"""A bare supervisor in a process group of its own, for tests that kill it and its like."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from support.eventually import eventually
from support.oracle import Oracle

HARNESS = Path(__file__).parent / "harness.py"


class Trial:
    """A supervisor with all trees under it, in a group of its own, and whoever is to be killed."""

    def __init__(self, process: asyncio.subprocess.Process, oracle: Oracle) -> None:
        self.process = process
        self.oracle = oracle
        self.said: list[dict[str, object]] = []
        self.hearing = asyncio.create_task(self._hear(), name="hear the harness")

    @classmethod
    @contextlib.asynccontextmanager
    async def of(
        cls, folder: Path, *trees: str, grace: float, **variables: str
    ) -> AsyncIterator["Trial"]:
        """One for as long as the block runs, with these variables; nothing is left after it."""
        oracle = Oracle(folder)
        process = await asyncio.create_subprocess_exec(
            sys.executable, HARNESS, folder, str(grace), *trees,
            env={**os.environ, "TREE_TAG": oracle.tag, **variables},
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
        """The guardian's pid, once it is known."""
        return next((int(str(said["guardian"])) for said in self.said if "guardian" in said), None)

    @property
    def keepers(self) -> list[int]:
        """The keepers' pids, in the order in which their trees were started."""
        return [int(str(said["keeper"])) for said in self.said if said.get("keeper")]

    @property
    def printing(self) -> list[str]:
        """The runs that have written something."""
        return [str(said["prints"]) for said in self.said if "prints" in said]

    def reports(self, name: str) -> list[str]:
        """The runs of which this has been reported."""
        return [str(said["run"]) for said in self.said if said.get("report") == name]

    def write(self, word: str) -> None:
        """Tell the supervisor something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    async def quit(self) -> int:
        """Let it stop all and end; gives its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return await self.process.wait()

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        for said in self.said:
            if "copy" in said:
                kill(int(str(said["copy"])))
        kill(self.process.pid)
        await self.process.wait()
        kill(*self.oracle.carriers())  # of a test that has failed
        await self.hearing
        assert self.process.stdin is not None
        self.process.stdin.close()
        with contextlib.suppress(OSError):
            await self.process.stdin.wait_closed()


def kill(*pids: int | None) -> None:
    """Kill those that are there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
