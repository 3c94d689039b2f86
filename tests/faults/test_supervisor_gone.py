"""What an app meets when its supervisor has gone: its own graceful stop, as if all were well."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from support.eventually import eventually
from support.trees import child
from support.trial import Trial, kill

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")


def writers(folder: Path) -> list[str]:
    """One on a terminal, one on pipes: their commands."""
    for name in ("terminal", "pipes"):
        (folder / name).mkdir()
    return [json.dumps(child("writer.py", "TAG", folder / name)) for name in ("terminal", "pipes")]


@pytest.mark.parametrize("stopped_first", [False, True], ids=["at work", "not reading"])
async def test_a_writing_app_gets_its_grace_no_hangup_and_no_failing_write(
    tmp_path: Path, stopped_first: bool
) -> None:
    async with Trial.of(tmp_path, *writers(tmp_path), grace=2.0) as trial:
        await eventually(lambda: len(trial.reports("Started")) == 2)
        await eventually(lambda: len(trial.printing) == 2)
        if stopped_first:
            os.kill(trial.process.pid, signal.SIGSTOP)
        kill(trial.process.pid)
        await eventually(lambda: not trial.oracle.carriers(), within=3.0)
        notes = [(tmp_path / name / "notes").read_text() for name in ("terminal", "pipes")]
        assert notes == ["wrote all\n", "wrote all\n"]


NOTES_SIGNALS = """
import os, signal, sys, time

def told(number, frame):
    with open(sys.argv[2], "a") as file:
        file.write(f"{who} got {signal.Signals(number).name}\\n")
    if who == "child" or number == signal.SIGTERM:
        os._exit(0)

who = "leader"
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, told)
if os.fork() == 0:
    who = "child"
    print("ready", flush=True)
while True:
    time.sleep(60)
"""


@pytest.mark.parametrize("scope", ["roots", "all"])
async def test_a_keeper_alone_stops_its_tree_by_the_signal_and_scope_of_its_type(
    tmp_path: Path, scope: str
) -> None:
    script, notes = tmp_path / "note.py", tmp_path / "notes"
    script.write_text(NOTES_SIGNALS)
    command = json.dumps([sys.executable, "-S", "-E", str(script), "TAG", str(notes)])
    async with Trial.of(
        tmp_path, command, grace=0.4, TREE_SIGNAL="SIGINT", TREE_SCOPE=scope
    ) as trial:
        await eventually(lambda: len(trial.printing) == 1)
        kill(trial.process.pid)
        await eventually(lambda: not trial.oracle.carriers(), within=3.0)
    told = {"leader got SIGINT"} | ({"child got SIGINT"} if scope == "all" else set())
    assert set(notes.read_text().splitlines()) == told


async def test_keepers_and_guardian_end_with_the_last_tree(tmp_path: Path) -> None:
    async with Trial.of(tmp_path, "same-group", "hydra", grace=0.3) as trial:
        await eventually(lambda: len(trial.reports("Started")) == 2)
        ours = [trial.guardian, *trial.keepers]
        kill(trial.process.pid)
        await trial.process.wait()
        await eventually(lambda: not any(_lives(pid) for pid in ours), within=2.0)
        assert not trial.oracle.carriers()


def _lives(pid: int | None) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
