import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import json, sys
from proctor.cli.screen_wish import screen_is_wanted
print(json.dumps([screen_is_wanted(sys.argv[1:]), sorted(sys.modules)]))
"""


@pytest.fixture(autouse=True)
def folder(app_folder: Path) -> Path:
    (app_folder / "Procfile").write_text("web: serve\n")
    return app_folder


def look(*words: str, **variables: str) -> tuple[bool, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *words],
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
        timeout=20,
    )
    wanted, modules = json.loads(done.stdout)
    return wanted, set(modules)


def wanted(*words: str, **variables: str) -> bool:
    return look(*words, **variables)[0]


def test_a_screen_is_wanted_where_nothing_speaks_of_it_and_that_is_known_without_reading(
    folder: Path,
) -> None:
    (folder / "proctor.toml").write_text("port = 3000\n")

    found, modules = look("start", "web=2", "-e", "missing.env")

    assert found
    assert not {name for name in modules if name.startswith("proctor.files") or name == "tomllib"}


@pytest.mark.parametrize("words", [[], ["start"], ["start", "-p3000"], ["-f", "Procfile", "web=1"]])
def test_a_settings_file_may_not_want_one(folder: Path, words: list[str]) -> None:
    (folder / "proctor.toml").write_text("tui = false\n")

    assert not wanted(*words)
    assert wanted(*words, "--tui")


def test_the_answer_is_found_without_loading_the_readers(folder: Path) -> None:
    (folder / "proctor.toml").write_text("tui = false\n")

    assert "msgspec" not in look("start")[1]


def test_so_may_variables_and_env_files(folder: Path) -> None:
    assert not wanted(PROCTOR_TUI="no")
    (folder / ".env").write_text("PROCTOR_TUI=0\n")
    assert not wanted()
    assert not wanted(PROCTOR_TUI="yes")
    (folder / ".env").write_text("PROCTOR_TUI=1\n")
    assert wanted(PROCTOR_TUI="no")


def test_the_file_is_looked_for_where_the_app_is(folder: Path) -> None:
    for place in ("one", "two"):
        (folder / place).mkdir()
        (folder / place / "Procfile").write_text("web: serve\n")
    (folder / "one" / "proctor.toml").write_text("tui = false\n")

    assert not wanted("start", "-d", "one")
    assert not wanted("start", "-done")
    assert not wanted("start", "--root=one")
    assert not wanted("start", "-f", "one/Procfile")
    assert wanted("start", "-d", "two")


def test_files_that_are_wrong_are_told_in_plain_words(folder: Path) -> None:
    (folder / "proctor.toml").write_text("tui = 1\n")

    assert not wanted("start")


def test_the_demo_has_files_of_its_own(folder: Path) -> None:
    (folder / "proctor.toml").write_text("tui = false\n")

    assert wanted("demo")
