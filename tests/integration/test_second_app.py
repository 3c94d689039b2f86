"""A second app on the machine, and the same app from a second git work tree."""

import json
import subprocess
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import Program, Workplace


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folders(place: Workplace) -> list[Path]:
    place.procfile(web="exec sleep 1000", worker="exec sleep 1000")
    git(place.folder, "init", "-q", "-b", "main")
    git(place.folder, "add", "Procfile")
    git(place.folder, "commit", "-q", "-m", "begin")
    second = place.base / "second" / "shop"
    git(place.folder, "worktree", "add", "-q", "-b", "feature", str(second))
    return [place.folder, second]


def hundreds(place: Workplace, folder: Path) -> list[int]:
    """The ports of its processes, rounded: somebody else may listen on the usual one."""
    rows = json.loads(place.type("ps", "--json", cwd=folder).stdout or "[]")
    return [row["port"] // 100 * 100 for row in rows]


def end(place: Workplace, folder: Path, program: Program) -> None:
    place.type("quit", "--now", "--wait", cwd=folder)
    program.wait()


def test_a_second_work_tree_has_ports_state_and_a_name_of_its_own(
    place: Workplace, folders: list[Path]
) -> None:
    programs = [place.start(cwd=folder) for folder in folders]  # at the same moment
    eventually_now(lambda: all(hundreds(place, folder) for folder in folders))
    found = [hundreds(place, folder) for folder in folders]
    assert sorted(found) == [[5000, 5100], [6000, 6100]]
    later = found.index([6000, 6100])
    programs[later].until("ports count from 6006 on: 5006 to 5205 belong to shop")

    listed = json.loads(place.type("apps", "--json", cwd=Path("/")).stdout)
    assert sorted(each["name"] for each in listed) == ["shop (feature)", "shop (main)"]
    assert len({each["socket"] for each in listed}) == 2

    for folder, program in zip(folders, programs, strict=True):
        end(place, folder, program)
    assert place.type("apps", "--json").stdout.strip() == "[]"
    again = place.start(cwd=folders[later])
    eventually_now(lambda: hundreds(place, folders[later]) == [6000, 6100])
    end(place, folders[later], again)
