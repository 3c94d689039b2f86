"""A real app, started in one terminal and steered from another."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.eventually import eventually_now

PROCTOR = str(Path(sys.executable).with_name("proctor"))
PROCFILE = """\
api: echo api is ready; exec sleep 1000
worker: echo worker is ready; exec sleep 1000
stubborn: trap '' TERM; while true; do sleep 0.1; done
release: echo released
"""


class Terminal:
    """Where one types proctor's command lines."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._started: list[subprocess.Popen[str]] = []

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROCTOR, *words], cwd=self._folder, env=self._environment, capture_output=True,
            text=True, check=False, timeout=30,
        )  # fmt: skip

    def succeed(self, *words: str) -> str:
        outcome = self.type(*words)
        assert outcome.returncode == 0, outcome
        return outcome.stdout

    def begin(self, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [PROCTOR, *words], cwd=cwd or self._folder, env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._started.append(process)
        return process

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the app and wait until its processes are up."""
        supervisor = self.begin("start", "--no-tui", *words)
        eventually_now(self._all_up, within=20)
        return supervisor

    def states(self) -> dict[str, str]:
        outcome = self.type("ps", "--json")
        rows = json.loads(outcome.stdout or "[]")
        return {row["name"]: row["state"] for row in rows}

    def _all_up(self) -> bool:
        states = self.states()
        return bool(states) and set(states.values()) == {"up"}

    def leave(self) -> None:
        self.type("quit", "--now", "--wait", "20")
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stderr is not None and not process.stderr.closed:
                sys.stderr.write(process.stderr.read())
                process.stderr.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Procfile").write_text(PROCFILE)
    return folder


@pytest.fixture
def terminal(folder: Path, tmp_path: Path) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime:
        environment = {
            **os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_RUNTIME_DIR": runtime,
        }  # fmt: skip
        terminal = Terminal(folder, environment)
        yield terminal
        terminal.leave()


def test_an_app_is_scaled_restarted_stopped_and_ended_from_another_terminal(
    terminal: Terminal,
) -> None:
    supervisor = terminal.start("api", "worker")
    terminal.succeed("scale", "api=3", "--wait")
    assert terminal.states() == dict.fromkeys(["api.1", "api.2", "api.3", "worker.1"], "up")
    terminal.succeed("restart", "api", "--wait")
    rows = json.loads(terminal.succeed("ps", "--json"))
    assert {row["name"]: row["run"] for row in rows} == {
        "api.1": 2, "api.2": 2, "api.3": 2, "worker.1": 1,
    }  # fmt: skip
    terminal.succeed("stop", "worker.1", "--wait")
    assert terminal.states()["worker.1"] == "down"
    terminal.succeed("start", "worker.1", "--wait")
    terminal.succeed("scale", "api-2", "--wait")
    assert terminal.states() == {"api.1": "up", "worker.1": "up"}
    lines = terminal.succeed("logs", "--ps", "worker").splitlines()
    assert len([line for line in lines if line.endswith("| worker is ready")]) == 2
    terminal.succeed("quit", "--wait")
    assert supervisor.wait(timeout=10) == 0
    assert terminal.type("ps").returncode == 3


def test_a_one_off_runs_detached_under_the_supervisor(terminal: Terminal) -> None:
    assert terminal.type("run", "--detach", "env").returncode == 3
    terminal.start("api")
    said = terminal.succeed("run:detached", "echo I am $PS; exit 3")
    assert said == "running `echo I am $PS; exit 3` as run.1\n"
    assert terminal.succeed("run", "-D", "release", "again").endswith(" as run.2\n")
    terminal.succeed("run", "--detach", "sleep", "1000")
    states = {"api.1": "up", "run.1": "crashed", "run.2": "complete", "run.3": "up"}
    eventually_now(lambda: terminal.states() == states)
    lines = [line.partition(" | ")[2] for line in terminal.succeed("logs").splitlines()]
    assert "I am run.1" in lines
    assert "released again" in lines
    terminal.succeed("stop", "run", "--wait")
    assert terminal.states() == {"api.1": "up"}


def test_a_killed_process_comes_back_and_its_end_is_told(terminal: Terminal) -> None:
    terminal.start("api")
    terminal.succeed("kill", "api.1")

    def is_back() -> bool:
        (row,) = json.loads(terminal.succeed("ps", "--json"))
        return bool(row["run"] == 2 and row["state"] == "up")

    eventually_now(is_back)
    (row,) = json.loads(terminal.succeed("ps", "--json"))
    assert row["exit"] == {"signal": "SIGKILL"}
    assert row["restarts"] == 1


def test_a_changed_procfile_is_applied_by_reload_and_a_broken_one_is_not(
    terminal: Terminal, folder: Path
) -> None:
    terminal.start("api")
    (folder / "Procfile").write_text(PROCFILE.replace("api is ready", "api is new"))
    terminal.succeed("reload", "--wait")
    assert "api is new" in terminal.succeed("logs")
    (folder / "Procfile").write_text("broken")
    outcome = terminal.type("reload", "--wait")
    assert outcome.returncode == 1
    assert "Procfile:1" in outcome.stderr
    assert terminal.states()["api.1"] == "up"


def test_info_names_the_processes_that_run_the_app(terminal: Terminal, folder: Path) -> None:
    supervisor = terminal.start("api")
    described = json.loads(terminal.succeed("info", "--json"))
    assert described["supervisor_pid"] == supervisor.pid
    assert described["root"] == str(folder)
    assert described["formation"]["api"] == 1
    assert Path(described["socket"]).is_socket()
    os.kill(described["guardian_pid"], 0)


def test_of_twenty_starts_at_once_one_runs_and_the_others_name_it(
    terminal: Terminal, folder: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    starters = [
        terminal.begin("start", "--no-tui", "api", cwd=link if number % 2 else folder)
        for number in range(20)
    ]
    eventually_now(lambda: sum(each.poll() is None for each in starters) == 1, within=40)
    (winner,) = [each for each in starters if each.poll() is None]
    for each in starters:
        if each is not winner:
            assert each.returncode == 3
            assert f"already runs: process {winner.pid}, socket " in each.communicate()[1]


def test_after_a_kill_of_the_supervisor_a_start_waits_for_its_processes_and_then_runs(
    terminal: Terminal,
) -> None:
    first = terminal.start("stubborn", "-t", "1.5")
    (row,) = json.loads(terminal.succeed("ps", "--json"))
    first.send_signal(signal.SIGKILL)
    first.wait()
    began = time.monotonic()
    second = terminal.begin("start", "--no-tui", "stubborn", "-t", "0.5")
    assert second.stderr is not None
    assert re.match("proctor: waiting for the last run to end", second.stderr.readline())
    eventually_now(lambda: terminal.states() == {"stubborn.1": "up"}, within=20)
    assert time.monotonic() - began < 10
    with pytest.raises(ProcessLookupError):
        os.kill(row["pid"], 0)
