"""What can be read of a real app: events, the reasons of a state, its logs after the end."""

import json
import os
import re
import signal
from typing import Any

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Program, Workplace

_OF_THE_SHELL = ("_", "PWD", "OLDPWD", "SHLVL")


@pytest.fixture
def started(place: Workplace) -> Program:
    place.procfile(api="echo ready; exec sleep 1000", bad="echo Traceback; sleep 0.6; exit 3")
    program = place.start("--no-pty", merged=False)
    eventually_now(lambda: place.states().get("api.1") == "up")
    return program


def events(place: Workplace, *words: str) -> list[dict[str, Any]]:
    out = place.type("events", "--json", "-n", "4096", *words).stdout
    return [json.loads(line) for line in out.splitlines()]


def end(place: Workplace, program: Program) -> None:
    place.type("quit", "--now", "--wait")
    program.wait()


def test_past_events_have_no_gap_and_carry_their_cause(place: Workplace, started: Program) -> None:
    place.type("restart", "api.1", "--wait")
    found = events(place)
    assert [each["sequence"] for each in found] == list(range(1, len(found) + 1))
    (command,) = (each for each in found if each["event"] == "command.accepted")
    assert command["cli"] == "proctor restart api.1"
    states = [
        (each["before"], each["process"]["state"])
        for each in events(place, "--ps", "api")
        if each["cause"] == command["cause"] and each["before"] != each["process"]["state"]
    ]
    assert states == [("up", "stopping"), ("stopping", "starting"), ("starting", "up")]
    told = place.type("events", "api.1", "-p", "api.1").stdout
    assert "api.1: up → stopping: being stopped: restarted by cli  (c1: 'proctor restart" in told
    assert place.type("events", "-n", "0").stdout == ""
    end(place, started)


def test_events_are_followed_until_the_end(place: Workplace, started: Program) -> None:
    following = place.run(PROCTOR, "events", "-f", "-n", "0")
    eventually_now(lambda: "api.1" in place.type("events", "-n", "1", "--ps", "api").stdout)
    following.until(" → crashed: it exited with status 3")
    place.type("stop", "api.1")
    line = following.until("api.1: up → stopping: being stopped: stopped by cli")
    assert "'proctor stop api.1' was asked for" not in line, "effects come first, with their cause"
    following.until("(c1: 'proctor stop api.1' by cli)")
    end(place, started)
    following.until("everything has ended, with exit code 0")
    assert following.wait() == 0


def test_why_tells_the_chain_and_the_last_words(place: Workplace, started: Program) -> None:
    eventually_now(lambda: place.rows()["bad.1"]["restarts"] > 0)
    told = place.type("why", "bad.1").stdout
    assert "→ crashed: exited with status 3" in told
    assert "before it crashed:\n    Traceback\n" in told
    assert place.type("why", "api").stdout.startswith("api.1 ● up since ")
    end(place, started)


def test_info_tells_what_a_process_was_given(place: Workplace, started: Program) -> None:
    (place.folder / ".env").write_text("API_KEY=hidden\n")
    assert '"API_KEY"' not in place.type("info", "api.1", "--json").stdout
    place.type("reload")
    eventually_now(lambda: "API_KEY" in place.type("info", "api.1").stdout)
    found = json.loads(place.type("info", "api.1", "--json", "--show-values").stdout)
    assert {"name": "API_KEY", "origin": ".env", "value": "hidden"} in found["variables"]
    actual = dict(entry.partition("=")[::2] for entry in _environment_of(found["process"], place))
    given = {each["name"]: each["value"] for each in found["variables"]}
    for name in _OF_THE_SHELL:
        given[name] = actual[name] = ""
    assert given.items() <= actual.items()
    end(place, started)


def test_the_lines_after_the_end_are_those_that_were_printed(
    place: Workplace, started: Program
) -> None:
    end(place, started)
    outcome = place.type("logs", "-n", "100000")
    assert outcome.stdout == started.output
    assert re.fullmatch(
        r"proctor: shop is not running: it ended at \d\d:\d\d:\d\d\n", outcome.stderr
    )

    assert "bad.1" not in place.type("logs", "api").stdout


def test_the_lines_of_a_supervisor_that_was_killed_are_there_as_well(
    place: Workplace, started: Program
) -> None:
    started.until("ready")
    eventually_now(lambda: "ready" in _stored(place))
    os.kill(place.info()["supervisor_pid"], signal.SIGKILL)
    started.wait()
    outcome = place.type("logs", "api")
    assert "api.1 | ready\n" in outcome.stdout
    assert "its last run was cut off; its last line is of " in outcome.stderr


def _stored(place: Workplace) -> str:
    folder = place.type("logs", "--path").stdout.strip()
    with open(f"{folder}/api.1.log") as file:  # noqa: PTH123 - a path as text
        return file.read()


def _environment_of(process: str, place: Workplace) -> list[str]:
    with open(f"/proc/{place.rows()[process]['pid']}/environ", "rb") as file:  # noqa: PTH123 - as above
        return file.read().decode().split("\0")
