"""What is loaded: start-up pays only for what is used. The list of modules, not a stopwatch."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fakes import FakeSession

HEAVY = ("textual", "rich", "proctor_tui")
PROGRAM = "from proctor.cli import entry; entry._end = sys.exit; entry.main()"
LOOK = """
import json, sys
{before}
try:
    {program}
except SystemExit:
    pass
finally:
    open({file!r}, "w").write(json.dumps(sorted(sys.modules)))
"""


def modules_after(program: str, tmp_path: Path, *, words: list[str]) -> set[str]:
    file = str(tmp_path / "modules")
    before = f"sys.argv[1:] = {words!r}"
    code = LOOK.format(before=before, program=program, file=file)
    subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=20, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return set(json.loads(Path(file).read_text()))


def modules_of(words: list[str], tmp_path: Path) -> set[str]:
    return modules_after(PROGRAM, tmp_path, words=words)


def loaded(modules: set[str], *names: str) -> set[str]:
    return {name for name in names if name in modules}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["version"], ["-h"]])
def test_version_and_help_load_neither_the_screen_nor_asyncio(
    words: list[str], tmp_path: Path
) -> None:
    assert not loaded(modules_of(words, tmp_path), *HEAVY, "asyncio", "msgspec", "psutil")


def test_version_does_not_even_load_click(tmp_path: Path) -> None:
    assert not loaded(modules_of(["--version"], tmp_path), "click")


def test_help_loads_the_module_of_no_command(tmp_path: Path) -> None:
    modules = modules_of(["--help"], tmp_path)
    assert {name for name in modules if name.startswith("proctor.")} == {
        "proctor.cli", "proctor.cli.aliases", "proctor.cli.entry", "proctor.cli.lean",
        "proctor.cli.main", "proctor.cli.problems", "proctor.errors", "proctor.model",
        "proctor.model.quoting",
    }  # fmt: skip


@pytest.mark.usefixtures("own_places")
def test_a_plain_start_does_not_load_click(app_folder: Path, tmp_path: Path) -> None:
    (app_folder / "Procfile").write_text("web: exit 3\n")
    modules = modules_of(["start", "--no-tui", "--on-exit", "stop-all"], tmp_path)
    assert "proctor.cli.running" in modules
    assert not loaded(modules, *HEAVY, "click", "psutil", "tomllib", "proctor.model.settings_file")


@pytest.mark.usefixtures("own_places", "app_folder")
def test_the_first_process_waits_for_nothing_heavy(tmp_path: Path) -> None:
    program = "from proctor.cli import early; early.prepare(); import proctor.cli.{}"
    modules = modules_after(program.format("plain, proctor.cli.launch"), tmp_path, words=[])
    assert "proctor.runtime.supervisor" in modules
    assert not loaded(
        modules, *HEAVY, "asyncio", "click", "dataclasses", "inspect", "logging", "psutil",
        "socket", "subprocess", "tempfile", "tomllib", "typing_extensions",
        "proctor.model.setting_values", "proctor.model.settings_file",
    )  # fmt: skip


@pytest.mark.usefixtures("own_places", "app_folder")
def test_importing_the_library_loads_nothing(tmp_path: Path) -> None:
    modules = modules_after("import proctor", tmp_path, words=[])
    assert {name for name in modules if name.startswith("proctor")} == {"proctor"}
    assert not loaded(modules, *HEAVY, "asyncio", "click", "msgspec")


@pytest.mark.usefixtures("own_places", "app_folder")
@pytest.mark.parametrize("words", [["ps"], ["scale", "web=2"], ["check"], ["logs"]])
def test_commands_never_pay_for_the_screen(words: list[str], tmp_path: Path) -> None:
    modules = modules_of(words, tmp_path)
    assert not loaded(modules, *HEAVY, "psutil", "watchfiles", "pathspec", "proctor.assembly")


@pytest.mark.parametrize("words", [["ps"], ["info"], ["scale", "web=2"], ["logs"], ["stop"]])
async def test_who_asks_and_ends_pays_for_neither_screen_nor_supervisor_nor_event_loop(
    running: FakeSession, tmp_path: Path, words: list[str]
) -> None:
    modules = await asyncio.to_thread(modules_of, words, tmp_path)
    assert "proctor.control.brief" in modules
    assert not loaded(
        modules, *HEAVY, "asyncio", "concurrent.futures", "dataclasses", "difflib", "logging",
        "psutil", "selectors", "socket", "_ssl", "subprocess", "tempfile", "typing_extensions",
        "proctor.assembly", "proctor.control.client", "proctor.logs.store",
        "proctor.runtime.supervisor",
    )  # fmt: skip


async def test_who_waits_for_an_effect_pays_for_no_encryption(
    running: FakeSession, tmp_path: Path
) -> None:
    modules = await asyncio.to_thread(modules_of, ["stop", "--wait=0"], tmp_path)
    assert "asyncio" in modules
    assert not loaded(modules, *HEAVY, "_ssl", "psutil", "typing_extensions")


def test_our_own_program_is_found_by_its_name() -> None:
    assert os.access(Path(sys.executable).with_name("proctor"), os.X_OK)
