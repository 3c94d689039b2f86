"""A settings file that changes while the app runs, or that says where the app is."""

import os
import signal
from pathlib import Path

import pytest

from support.program import Program, Workplace

pytestmark = pytest.mark.timeout(60)

GARBAGE = [
    b"grace = \n",
    b"\x00\xff\xfe",
    b"nonsense",
    b"grase = 1\n",
    b'on_exit = "never"\n',
    b"[types.wroker]\n",
    b"a = " + b"[" * 50_000,
    b"#" * 100_000,
]


def end(program: Program) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "Traceback" not in program.output
    assert "a fault of proctor's own" not in program.output


def settings(place: Workplace, text: str) -> None:
    (place.folder / "proctor.toml").write_text(text)


def starts(program: Program) -> int:
    return program.output.count("Starting process with command")


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_a_settings_file_that_becomes_garbage_is_told_and_the_app_goes_on(
    place: Workplace, garbage: bytes
) -> None:
    place.procfile(worker="echo value $VALUE; exec sleep 1000")
    program = place.start("--watch")
    program.until("to up")
    (place.folder / "proctor.toml").write_bytes(garbage)
    program.until("The app goes on as it is.")
    assert place.states() == {"worker.1": "up"}
    assert starts(program) == 1
    settings(place, '[types.worker]\nenv = {VALUE = "mended"}\n')
    program.until("| value mended")
    end(program)


def test_only_what_a_process_is_started_with_restarts_it_and_that_type_alone(
    place: Workplace,
) -> None:
    place.procfile(
        front="echo front $VALUE; exec sleep 1000", worker="echo worker; trap '' TERM; sleep 1000"
    )
    program = place.start("--watch")
    program.until("front.1  * State changed from starting to up")
    settings(place, "grace = 0.5\n[types.front]\non_exit = 'stay'\n")
    program.until("changed settings grace; changed settings of front: on_exit")
    assert starts(program) == 2
    settings(place, "grace = 0.5\n[types.front]\non_exit = 'stay'\nenv = {VALUE = 'new'}\n")
    program.until("changed settings of front: env")
    program.until("| front new")
    assert starts(program) == 3
    os.kill(place.rows()["front.1"]["pid"], signal.SIGKILL)
    program.until("front.1  * ")
    place.type("stop", "worker", "--wait")
    assert "within 0.5 seconds" in program.output
    assert place.states()["front.1"] == "crashed"
    end(program)


def test_without_a_watch_it_is_told_and_applied_when_asked(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000")
    program = place.start()
    program.until("to up")
    settings(place, "formation = 'worker=2'\n")
    program.until("scaled worker=2; apply it with: proctor reload")
    assert place.type("reload", "--wait").returncode == 0
    assert set(place.states()) == {"worker.1", "worker.2"}
    settings(place, "formation = 'worker=2'\nwatch = true\n")
    program.until("changed settings watch; apply it with: proctor reload")
    assert place.type("reload", "--wait").returncode == 0
    place.procfile(worker="echo saved; exec sleep 1000")
    program.until("| saved")
    end(program)


def test_an_app_with_a_name_in_its_file_is_found_from_below_also_while_the_file_is_garbage(
    place: Workplace,
) -> None:
    place.procfile(worker="exec sleep 1000")
    settings(place, "app = 'dev'\n")
    program = place.start()
    program.until("to up")
    below = place.folder / "a" / "b"
    below.mkdir(parents=True)
    assert "worker.1" in place.type("ps", cwd=below).stdout
    assert place.type("ps", "--app", "other", cwd=below).returncode == 3
    settings(place, "app = 'dev'\ngarbage\n")
    program.until("The app goes on as it is.")
    assert place.info()["app"] == "dev"
    assert place.type("quit", "--wait", cwd=below).returncode == 0
    assert program.wait() == 0


def test_settings_are_not_needed_and_a_wrong_one_is_refused_before_anything_starts(
    place: Workplace,
) -> None:
    place.procfile(worker="echo started; exec sleep 1000")
    settings(place, "\nwatsh = true\n")
    program = place.start()
    assert program.wait() == 2
    assert program.output == (
        "proctor: there is no setting 'watsh' (proctor.toml:2). The nearest is 'watch'.\n"
    )


def test_a_start_is_as_the_file_says_and_a_flag_beats_it(place: Workplace, tmp_path: Path) -> None:
    place.procfile(web="echo port $PORT; exec sleep 1000", worker="test -t 1 && echo tty; sleep 99")
    (place.folder / ".foreman").write_text("timeout: 3\n")
    settings(place, "port = 41230\npty = false\nlog_format = 'json'\n[types.worker]\npty = true\n")
    program = place.start("--log-format", "human", "--fixed-ports")
    output = program.until("| port 41230") + program.until("| tty")
    assert ".foreman is not read: write grace = 3 in proctor.toml" in output
    end(program)
