import errno
import subprocess
import sys
from pathlib import Path

import pytest

from proctor.demo import copy
from proctor.demo.copy import copy_demo, unused_folder
from proctor.errors import UserError


def test_the_copy_holds_all_programs_and_a_procfile_that_names_them(tmp_path: Path) -> None:
    files = copy_demo(tmp_path / "shop")

    names = {file.name for file in files}
    commands = [
        line.split(": ", 1)[1]
        for line in (tmp_path / "shop" / "Procfile").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert len(commands) == 4
    assert {command.removeprefix("python3 ") for command in commands} < names
    assert {"page.html", "jobs.py", "Procfile", ".gitignore"} < names


def test_the_copy_runs_without_the_original(tmp_path: Path) -> None:
    copy_demo(tmp_path / "shop")

    done = subprocess.run(
        [sys.executable, "-E", "-s", "release.py"],
        cwd=tmp_path / "shop",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "schema 1 is in place" in done.stdout
    assert (tmp_path / "shop" / "demo.db").exists()


def test_the_copy_and_the_checkout_start_the_same_programs() -> None:
    root = Path(__file__).parents[3]
    checkout = (root / "Procfile.demo").read_text().splitlines()[1:]
    copied = (root / "core/proctor/demo/app/Procfile").read_text().splitlines()[1:]

    assert [line.replace("core/proctor/demo/app/", "") for line in checkout] == copied


def test_a_database_left_beside_the_programs_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app"
    copy_demo(app)
    (app / "demo.db").write_bytes(b"")
    monkeypatch.setattr(copy, "APP", app)

    files = copy_demo(tmp_path / "shop")

    assert "demo.db" not in {file.name for file in files}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear all")

    with pytest.raises(UserError, match="not empty"):
        copy_demo(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_way_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("")

    with pytest.raises(UserError, match="cannot be copied: File exists"):
        copy_demo(tmp_path / "shop")


def test_a_copy_that_fails_leaves_no_folder_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copy.shutil, "copyfile", full)
    with pytest.raises(UserError, match="No space left"):
        copy_demo(tmp_path / "shop")

    assert list(tmp_path.iterdir()) == []


def test_a_second_demo_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    first = unused_folder(tmp_path)
    copy_demo(first)

    assert first == tmp_path / "proctor-demo"
    assert unused_folder(tmp_path) == tmp_path / "proctor-demo-2"
