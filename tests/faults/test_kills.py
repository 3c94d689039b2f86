"""The whole program when one of its own processes is killed."""

import signal
import time

import pytest

from support.eventually import eventually_now
from support.program import Workplace, free_port, is_there, kill, parent_of

pytestmark = pytest.mark.timeout(60)


def app_of_trees(place: Workplace) -> None:
    place.procfile(
        tree=place.tree("forker.py", "setsid"),
        daemon=place.tree("forker.py", "double-fork"),
        stubborn=place.tree("stubborn.py"),
    )


def test_after_a_killed_supervisor_nothing_is_left_and_a_start_needs_no_help(
    place: Workplace,
) -> None:
    app_of_trees(place)
    port = str(free_port())
    first = place.start("-t", "1", "-p", port)
    eventually_now(lambda: first.output.count("| ready") == 3)
    first.signal(signal.SIGKILL)
    first.wait()
    began = time.monotonic()
    second = place.start("-t", "1", "-p", port)
    second.until("proctor: waiting for the last run to end")
    second.until("Starting process with command")
    assert time.monotonic() - began < 4
    eventually_now(lambda: second.output.count("| ready") == 3)
    assert "is taken" not in second.output
    eventually_now(lambda: set(place.states().values()) == {"up"})
    second.signal(signal.SIGTERM)
    assert second.wait() == 143
    place.assert_nothing_left(within=0.5)


@pytest.mark.parametrize("also_a_keeper", [False, True])
def test_after_a_killed_guardian_all_is_stopped_in_order(
    place: Workplace, also_a_keeper: bool
) -> None:
    place.procfile(
        worker="trap 'sleep 0.3; echo finished; exit' TERM; echo ready; "
        "while :; do sleep 0.1; done",
        tree=place.tree("forker.py", "setsid"),
    )
    program = place.start("-t", "2")
    eventually_now(lambda: program.output.count("| ready") == 2)
    keeper = parent_of(place.rows()["tree.1"]["pid"])
    kill(place.info()["guardian_pid"], *([keeper] if also_a_keeper else []))
    assert program.wait() == 70
    assert program.output.count("the guardian has died: all processes are being stopped") == 1
    assert "| finished" in program.output
    place.assert_nothing_left(within=0.5)


def test_after_a_killed_keeper_its_process_starts_again_when_its_tree_has_gone(
    place: Workplace,
) -> None:
    place.procfile(stubborn=place.tree("stubborn.py"), other="echo ready; exec sleep 1000")
    program = place.start("-t", "0.6")
    eventually_now(lambda: program.output.count("| ready") == 2)
    leader = place.rows()["stubborn.1"]["pid"]
    kill(parent_of(leader))
    program.until("Its keeper was killed")
    program.until("Starting process with command")
    assert not is_there(leader)
    program.until("| ready")
    rows = place.rows()
    assert (rows["stubborn.1"]["run"], rows["other.1"]["run"]) == (2, 1)
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


def test_a_killed_group_of_all_of_them_leaves_nothing(place: Workplace) -> None:
    app_of_trees(place)
    program = place.start("-t", "1")
    eventually_now(lambda: program.output.count("| ready") == 3)
    pids = [row["pid"] for row in place.rows().values()]
    kill(program.pid, place.info()["guardian_pid"])
    program.wait()
    eventually_now(lambda: not any(map(is_there, pids)), within=3)
    place.assert_nothing_left(within=2)


def test_two_starts_at_once_and_by_a_link_are_one(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    link = place.base / "link"
    link.symlink_to(place.folder)
    programs = [place.start(), place.start(cwd=link)]
    eventually_now(lambda: any(each.process.poll() is not None for each in programs))
    (loser,) = [each for each in programs if each.process.poll() is not None]
    (winner,) = [each for each in programs if each is not loser]
    assert loser.wait() == 3
    assert f"already runs: process {winner.pid}, socket " in loser.output
    winner.until("| ready")
    assert place.type("ps", cwd=link).returncode == 0
    winner.signal(signal.SIGTERM)
    assert winner.wait() == 143


def test_another_name_is_another_app_of_the_same_folder(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    first, second = place.start(), place.start("--app", "second")
    for each in (first, second):
        each.until("| ready")
    assert place.type("quit", "--app", "second", "--wait").returncode == 0
    assert second.wait() == 0
    assert set(place.states()) == {"worker.1"}
    first.signal(signal.SIGTERM)
    assert first.wait() == 143
