import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proctor.cli.problems import fault, tell
from proctor.cli.screen import show
from proctor.control.places import places_of
from proctor.errors import PlatformError
from proctor.model.environment import Environment, Variable

NOW = "2026-01-02-030405"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(time, "strftime", lambda _: NOW)
    return tmp_path / "state" / "proctor"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where this user has no home: state goes into the folder for temporary files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "in the way"))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path / f"proctor-{os.geteuid()}"


def failed(words: str = "oh") -> Exception:
    """A fault with a traceback, in a function that knows a secret."""
    environment = Environment({"PASSWORD": Variable("hunter2", ".env")})

    def fail() -> None:
        raise LookupError(words) from ValueError(repr(environment))

    try:
        fail()
    except LookupError as problem:
        return problem


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_details_of_a_fault_are_for_this_user_alone(state: Path) -> None:
    assert f"The details are in {state / 'faults'}" in str(fault(failed()))
    (details,) = (state / "faults").iterdir()
    assert [mode(path) for path in (details, details.parent, state)] == [0o600, 0o700, 0o700]


def test_the_details_of_a_fault_hold_no_value_of_the_environment(state: Path) -> None:
    fault(failed())
    (details,) = (state / "faults").iterdir()
    assert "PASSWORD" in details.read_text()
    assert "hunter2" not in details.read_text()


def test_a_fault_about_a_name_that_is_no_text_has_its_details_too(state: Path) -> None:
    assert "The details are in" in str(fault(failed("\udcff")))
    (details,) = (state / "faults").iterdir()
    assert "LookupError: \\udcff" in details.read_text()


def test_an_app_starts_after_a_fault_on_a_machine_without_a_home(
    temporary: Path, tmp_path: Path
) -> None:
    assert f"The details are in {temporary}" in str(fault(failed()))
    places_of(tmp_path).create()  # refuses folders that others may enter


def test_a_folder_that_others_may_enter_gets_no_details(state: Path) -> None:
    (state / "faults").mkdir(parents=True)
    (state / "faults").chmod(0o777)
    assert "The details are in" not in str(fault(failed()))
    assert list((state / "faults").iterdir()) == []


def test_details_are_not_written_where_a_link_leads(state: Path, tmp_path: Path) -> None:
    fault(failed())
    (details,) = (state / "faults").iterdir()
    details.unlink()
    details.symlink_to(tmp_path / "elsewhere")
    assert "The details are in" not in str(fault(failed()))
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_told_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell("no \x1b]0;title\x07 here")
    assert capsys.readouterr().err == "proctor: no \\x1b]0;title\\x07 here\n"


def test_why_a_screen_could_not_be_opened_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(lease: socket.socket) -> int:
        raise PlatformError("no \x1b[2J")

    monkeypatch.setattr("proctor.cli.screen._run", refuse)
    ours, theirs = socket.socketpair()
    with theirs, subprocess.Popen([sys.executable, "-c", ""]) as supervisor:
        assert show(ours, supervisor.pid) == 70
        supervisor.returncode = 0  # `show` has reaped it
    assert capsys.readouterr().err == "proctor: no \\x1b[2J.\n"
