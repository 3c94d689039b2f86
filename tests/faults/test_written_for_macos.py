"""What is written for macOS, run here: keepers without a subreaper, psutil, whole trees watched."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import Program, Workplace, is_there, kill

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="macOS has the real thing"),
]

SUPPORT = Path(__file__).parents[1] / "support"
# Never imported here: it would change what all other tests of this process run on.
ELSEWHERE = (sys.executable, str(SUPPORT / "as_elsewhere.py"))


def started(place: Workplace, *options: str) -> Program:
    """`proctor start`, as it would be done on macOS."""
    environment = {**place.environment, "PYTHONPATH": str(SUPPORT.parent)}
    return place.run(*ELSEWHERE, "start", "--no-tui", *options, environment=environment)


@pytest.mark.parametrize("terminal", ["--pty", "--no-pty"])
def test_processes_start_print_and_stop_in_order(place: Workplace, terminal: str) -> None:
    place.procfile(
        web="echo listening; exec python3 -m http.server $PORT --bind 127.0.0.1",
        worker="trap 'echo bye; exit' TERM; echo works; while :; do sleep 0.05; done",
    )
    program = started(place, terminal)
    program.until("web.1    * State changed from starting to up")
    eventually_now(lambda: "works" in program.output)
    program.end()
    assert "bye" in program.output
    place.assert_nothing_left()


def test_a_crash_is_told_and_what_it_leaves_in_its_group_is_ended(place: Workplace) -> None:
    place.procfile(worker=f"{place.tree('forker.py', 'same-group')} & sleep 0.5; exit 3")
    program = started(place, "--on-exit", "stop-all")
    program.until("with status 3")
    assert program.wait() != 0
    place.assert_nothing_left()


@pytest.mark.parametrize("kind", ["same-group", "own-group"])
def test_a_killed_supervisor_is_noticed_by_the_end_of_file(place: Workplace, kind: str) -> None:
    place.procfile(tree=place.tree("forker.py", kind))
    started(place, "-t", "2").until("to up")
    supervisor = place.info()["supervisor_pid"]
    kill(supervisor)
    eventually_now(lambda: not is_there(supervisor))
    place.assert_nothing_left(within=7.0)


def test_a_killed_guardian_ends_all_in_order(place: Workplace) -> None:
    place.procfile(tree=place.tree("forker.py", "same-group"))
    program = started(place, "-t", "2")
    program.until("to up")
    os.kill(place.info()["guardian_pid"], signal.SIGKILL)
    program.wait()
    place.assert_nothing_left(within=7.0)


def test_a_saved_file_restarts_and_what_a_tree_uses_is_measured(place: Workplace) -> None:
    place.procfile(worker="echo begins; exec sleep 1000")
    program = started(place, "--watch")
    program.until("to up")
    eventually_now(lambda: "0.0%" in place.type("ps").stdout)
    time.sleep(0.2)
    (place.folder / "app.py").write_text("print()\n")
    program.until("app.py")
    program.until("begins")
    program.end()
    place.assert_nothing_left()
