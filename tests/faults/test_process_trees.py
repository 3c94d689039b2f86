"""No process of an app outlives its stop, whatever it has made of itself."""

import os
import re
import signal
import sys
import time

import pytest

from support.eventually import eventually_now
from support.program import Workplace, child, children_of, free_port, is_there, kill, parent_of

pytestmark = pytest.mark.timeout(60)

KINDS = ("same-group", "own-group", "setsid", "double-fork", "empty-environment")
SLEEPS_WHEN_TOLD = """\
import signal, sys, time
def end(*_):
    time.sleep(0.3)
    print("finished", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    time.sleep(1)
"""
LEAVES_A_LISTENER = """\
import os, signal, socket, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
if os.fork():
    print("leader", os.getpid(), flush=True)
signal.pause()
"""


def test_trees_of_all_kinds_end_with_the_app(place: Workplace) -> None:
    place.procfile(**{kind: place.tree("forker.py", kind) for kind in KINDS})
    program = place.start("-t", "2")
    eventually_now(lambda: program.output.count("| ready") == len(KINDS))
    began = time.monotonic()
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    assert time.monotonic() - began < 3
    assert not place.oracle.survivors()


def test_a_pipeline_behind_a_shell_ends_with_it(place: Workplace) -> None:
    member = child("heart.py", place.oracle.tag, place.beats)
    place.procfile(worker=f"sh -c '{member} | {member} & echo ready; wait'")
    program = place.start("-t", "2")
    program.until("| ready")
    eventually_now(lambda: len(place.oracle.carriers()) >= 3)
    began = time.monotonic()
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    assert time.monotonic() - began < 3
    assert not place.oracle.survivors()


def test_who_ignores_the_request_is_killed_at_the_grace(place: Workplace) -> None:
    place.procfile(stubborn=place.tree("stubborn.py"))
    program = place.start("-t", "1.2")
    program.until("| ready")
    began = time.monotonic()
    program.signal(signal.SIGTERM)
    program.until("failed to exit within 1.2 seconds of SIGTERM")
    assert program.wait() == 143
    assert 1.1 < time.monotonic() - began < 2.0
    assert not place.oracle.survivors()


def test_a_stopped_process_wakes_up_to_end_gracefully(place: Workplace) -> None:
    (place.folder / "worker.py").write_text(SLEEPS_WHEN_TOLD)
    place.procfile(worker=f"exec {sys.executable} worker.py")
    program = place.start("-t", "10")
    program.until("| ready")
    os.kill(place.rows()["worker.1"]["pid"], signal.SIGSTOP)
    program.until("Process was stopped by SIGSTOP; go on with: proctor kill worker.1 CONT")
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "| finished" in program.output
    assert "Error R12" not in program.output


def test_what_a_daemon_leaves_is_named_and_ended_before_the_next_start(place: Workplace) -> None:
    heart = child("heart.py", place.oracle.tag, place.beats)
    place.procfile(worker=f"setsid {heart} > /dev/null < /dev/null & sleep 0.3; echo leaves")
    program = place.start("--on-exit", "restart", "-t", "2")
    said = program.until("stopping it")
    found = re.search(r"Process exited with status 0 and left 1 process behind \((\d+) ", said)
    assert found, said
    program.until("Starting process with command")
    assert not is_there(int(found.group(1)))
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


def test_a_killed_leader_is_told_and_its_tree_ended_before_the_next_start(
    place: Workplace,
) -> None:
    (place.folder / "web.py").write_text(LEAVES_A_LISTENER)
    place.procfile(web=f"exec {sys.executable} web.py")
    program = place.start("-p", str(free_port()), "-t", "2")
    leader = int(program.until("| leader ") and program.until("\n"))
    program.until("from starting to up")
    kill(leader)
    program.until("Process was ended by SIGKILL and left 1 process behind")
    said = program.until("from starting to up")
    assert "is taken" not in said
    assert int(said.partition("| leader ")[2].split()[0]) != leader
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


def test_thousands_of_orphans_are_reaped_and_no_status_is_lost(place: Workplace) -> None:
    orphans = child("orphans.py", 300, place.oracle.tag, place.beats)
    place.procfile(orphans=f"exec {orphans}", other="sleep 0.2; exit 7")
    program = place.start("--on-exit", "stay", "-t", "2")
    program.until("Process exited with status 7")
    eventually_now(lambda: "| ready" in program.output)
    keeper = parent_of(place.rows()["orphans.1"]["pid"])
    eventually_now(lambda: len(children_of(keeper)) == 1)
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


def test_two_hundred_processes_stop_on_one_deadline(place: Workplace) -> None:
    place.procfile(
        polite="trap 'exit' TERM; while :; do sleep 100 & wait; done",
        stubborn="trap '' TERM; echo ready; while :; do sleep 1; done",
    )
    program = place.start("polite=180", "stubborn=20", "-t", "3")
    eventually_now(lambda: program.output.count("from starting to up") == 200, within=30)
    began = time.monotonic()
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert time.monotonic() - began < 3 + 2
