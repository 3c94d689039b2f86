import json
from pathlib import Path

import pytest

from proctor.cli.display_names import branch_of, display_names
from proctor.control.places import Places
from support.fakes import FakeSession
from support.shell import Shell


async def test_apps_lists_what_runs_from_any_folder(
    proctor: Shell, running: FakeSession, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    (row,) = json.loads((await proctor("apps", "--json")).out)
    assert row == {
        "app": "shop", "name": "shop", "root": "/home/ada/shop", "supervisor_pid": 4711,
        "since": "2026-01-01T11:57:30.000Z", "address": "http://localhost:5006",
        "states": {"up": 5, "starting": 1, "crashed": 1}, "ends_with": "this screen",
        "socket": str(places.socket), "problem": None,
    }  # fmt: skip
    head, line = (await proctor("apps")).out.splitlines()
    assert head.split() == ["APP", "PID", "SINCE", "PROCESSES", "ADDRESS", "ENDS", "WITH", "ROOT"]
    assert "5 up, 1 starting, 1 crashed" in line


async def test_without_an_app_it_says_so(proctor: Shell, own_places: None) -> None:
    outcome = await proctor("apps")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "no app runs; start one with 'proctor start' in its folder\n"
    assert json.loads((await proctor("apps", "--json")).out) == []


async def test_what_is_dead_or_no_record_is_not_listed(proctor: Shell, places: Places) -> None:
    places.socket.touch()
    places.record.write_text(json.dumps({"pid": 1, "socket": str(places.socket)}))
    (places.runtime / "odd.app").write_text("odd")
    other = places.state.parent / "odd"
    other.mkdir()
    (other / "supervisor.json").write_text("{")
    assert (await proctor("apps", "--json")).out.strip() == "[]"


def worktree(folder: Path, branch: str) -> str:
    git = folder.parent / ".gits" / folder.name
    git.mkdir(parents=True)
    (git / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
    folder.mkdir(parents=True)
    (folder / ".git").write_text(f"gitdir: {git}\n")
    return str(folder)


def test_apps_of_one_name_are_told_apart_by_branch_by_folder_or_by_path(tmp_path: Path) -> None:
    main = worktree(tmp_path / "one", "main")
    feature = worktree(tmp_path / "two", "feature/x")
    for folder in ("a/shop", "b/shop", "c/d/shop", "e/d/shop"):
        (tmp_path / folder).mkdir(parents=True)
    apps = [
        ("shop", main),
        ("shop", feature),
        ("shop", str(tmp_path / "a/shop")),
        ("shop", str(tmp_path / "c/d/shop")),
        ("shop", str(tmp_path / "e/d/shop")),
        ("forum", str(tmp_path / "b/shop")),
    ]
    assert display_names(apps) == [
        "shop (main)",
        "shop (feature/x)",
        "shop (a)",
        f"shop ({tmp_path}/c/d/shop)",
        f"shop ({tmp_path}/e/d/shop)",
        "forum",
    ]


def test_the_branch_is_that_of_the_repository_around(tmp_path: Path) -> None:
    root = worktree(tmp_path / "one", "main")
    inside = Path(root) / "sub"
    inside.mkdir()
    assert branch_of(inside) == "main"
    (tmp_path / ".gits" / "one" / "HEAD").write_text("0123abcd\n")
    assert branch_of(inside) is None
    (Path(root) / ".git").write_bytes(b"\xff")
    assert branch_of(inside) is None
