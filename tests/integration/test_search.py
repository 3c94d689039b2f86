"""A real app is searched from another terminal, while it floods and whatever the pattern."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Program, Workplace, child, is_there, kill

pytestmark = pytest.mark.timeout(60)

MORE_THAN_MEMORY = 80 * 1024 * 1024
HOPELESS = "(a+)+$"
LURE = f"echo {'a' * 64}!; exec sleep 1000"


def start_unheard(place: Workplace) -> Program:
    """Start the app with nobody who reads what it prints."""
    program = place.run("sh", "-c", f"exec {PROCTOR} start --no-tui >/dev/null")
    eventually_now(lambda: "up" in place.states().values(), within=20)
    return program


def workers(place: Workplace) -> list[int]:
    """The processes that search this app."""
    supervisor = place.info()["supervisor_pid"]
    pids = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return [int(pid) for pid in pids if b"search.worker" in _words(int(pid))]


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def begin_hopeless_search(place: Workplace) -> tuple[Program, int]:
    """Begin to look for what never ends; give the search and its worker, which is at it."""
    search = place.run(PROCTOR, "search", HOPELESS)
    eventually_now(lambda: bool(workers(place)))
    (worker,) = workers(place)
    eventually_now(lambda: _seconds_used(worker) > 0.2)
    return search, worker


def _seconds_used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def logged_bytes(place: Workplace) -> int:
    logs = Path(place.type("logs", "--path").stdout.strip())
    return sum(each.stat().st_size for each in logs.glob("job.1.log*"))


def test_a_flood_is_searched_in_memory_and_on_disk_while_it_goes_on(place: Workplace) -> None:
    place.procfile(job=f"echo the first words; exec {child('flood.py', 0)}")
    start_unheard(place)
    eventually_now(lambda: logged_bytes(place) > MORE_THAN_MEMORY, within=30)
    oldest = place.type("search", "-F", "the first words", "--source", "app", "--json")
    assert [json.loads(line)["message"] for line in oldest.stdout.splitlines()] == [
        "the first words"
    ]
    newest = place.type("search", "-n", "3", r"^ +\d+$", "--json")
    numbers = [int(json.loads(line)["message"]) for line in newest.stdout.splitlines()]
    assert numbers == list(range(numbers[0], numbers[0] - 3, -1))
    assert numbers[0] * 100 > MORE_THAN_MEMORY
    said = place.type("search", "--source", "proctor", "start", "-i")
    assert "job.1 * " in said.stdout
    assert place.type("search", "-F", "words never printed").returncode == 1


def test_a_stop_is_carried_out_while_a_hopeless_pattern_is_looked_for(place: Workplace) -> None:
    place.procfile(job=LURE)
    start_unheard(place)
    search, worker = begin_hopeless_search(place)
    began = time.monotonic()
    assert place.type("stop", "job.1", "--wait", "10").returncode == 0
    assert time.monotonic() - began < 5
    assert is_there(worker)
    search.signal(signal.SIGINT)
    assert search.wait() == 130
    assert "Traceback" not in search.output
    eventually_now(lambda: not is_there(worker))


def test_a_hopeless_pattern_is_given_up_in_one_sentence(place: Workplace) -> None:
    place.procfile(job=LURE)
    start_unheard(place)
    outcome = place.type("search", HOPELESS)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr == (
        "proctor: the pattern takes too long on one of the lines. Repeat nothing that repeats "
        "itself, as (a+)+ does.\n"
    )


def test_a_pattern_that_is_none_is_told_in_one_sentence(place: Workplace) -> None:
    place.procfile(job=LURE)
    start_unheard(place)
    outcome = place.type("search", "a(b")
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr == (
        "proctor: 'a(b' is no regular expression: missing ), unterminated subpattern "
        "(at character 2).\n"
    )


def test_an_app_that_is_quit_takes_its_searches_with_it(place: Workplace) -> None:
    place.procfile(job=LURE)
    app = start_unheard(place)
    search, worker = begin_hopeless_search(place)
    assert place.type("quit", "--wait", "10").returncode == 0
    assert app.wait() == 0
    assert not is_there(worker)
    assert search.wait() == 70
    assert search.output.startswith("proctor: the supervisor of this app has gone")


def test_a_search_does_not_outlive_a_killed_supervisor_for_long(place: Workplace) -> None:
    place.procfile(job=LURE)
    start_unheard(place)
    _, worker = begin_hopeless_search(place)
    kill(place.info()["supervisor_pid"])
    eventually_now(lambda: not is_there(worker), within=25)
