"""What the system refuses: processes that may not be signalled, and more processes than allowed.

Both need another user than root to be refused anything, and root to become that user.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.eventually import eventually
from support.trial import Trial, kill

STRANGER = "64123"
OTHER_STRANGERS = {2: "64124", 3: "64125"}  # a zombie that nobody reaps counts as a process
GRACE = 0.3
BECOME_ROOT = "import os, time; os.setresuid(0, 0, 0); os.write(1, b'ready'); time.sleep(600)"
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user"),
    pytest.mark.may_skip("not every machine runs its tests as root"),
]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write in."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def setuid_program(open_folder: Path) -> str:
    """A Python that runs as root whoever starts it, and so is out of that user's reach."""
    copy = open_folder / "python"
    shutil.copy(os.path.realpath(sys.executable), copy)
    copy.chmod(0o4755)
    return json.dumps([str(copy), "-S", "-E", "-c", BECOME_ROOT, "TAG"])


async def test_who_may_not_be_signalled_is_told_once_and_left_while_others_are_stopped(
    open_folder: Path, setuid_program: str
) -> None:
    other = json.dumps(["/bin/sh", "-c", STUBBORN, "TAG"])
    async with Trial.of(
        open_folder, other, setuid_program, grace=GRACE, TREE_UID=STRANGER
    ) as trial:
        await eventually(lambda: len(trial.reports("Started")) == 2)
        await eventually(lambda: len(trial.printing) == 2)
        carriers = trial.oracle.carriers().items()
        out_of_reach = next(pid for pid, words in carriers if "setresuid" in words)
        trial.write("stop")
        await eventually(lambda: trial.reports("TreeEmptied") == ["web.1#1"])
        await eventually(lambda: trial.reports("Denied") == ["web.2#1"])
        await asyncio.sleep(0.1)  # five looks of its keeper, which goes on trying to kill
        assert trial.reports("Denied") == ["web.2#1"]
        kill(trial.process.pid)
        await trial.process.wait()
        await eventually(lambda: _users_processes(STRANGER) == [], within=GRACE + 2)
        assert list(trial.oracle.carriers()) == [out_of_reach]
        assert trial.reports("Denied") == ["web.2#1"]
        kill(out_of_reach)


@pytest.mark.parametrize("most", [2, 3], ids=["no keeper", "no leader"])
async def test_a_want_of_processes_is_told_and_the_supervisor_lives(
    open_folder: Path, most: int
) -> None:
    async with Trial.of(
        open_folder,
        json.dumps(["/bin/true"]),
        grace=GRACE,
        TREE_UID=OTHER_STRANGERS[most],
        TREE_PROCESSES=str(most),
    ) as trial:
        await eventually(lambda: trial.reports("SpawnFailed") == ["web.1#1"])
        about = next(str(said["about"]) for said in trial.said if said.get("about"))
        assert "errno=11" in about
        assert "stage='fork'" in about
        assert await trial.quit() == 0


def _users_processes(uid: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "status").read_text() if entry.name.isdigit() else ""
        except OSError:
            continue
        if f"\nUid:\t{uid}\t" in status and "\nState:\tZ" not in status:
            found.append(entry.name)
    return found
