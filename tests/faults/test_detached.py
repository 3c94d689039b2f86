"""An app that runs detached: started without screen or terminal, and ended by whom and what."""

import subprocess
import time

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Workplace, is_there, kill

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def tree(place: Workplace) -> Workplace:
    """A folder with an app of one scattered tree."""
    place.procfile(tree=place.tree("forker.py", "setsid"))
    return place


def test_it_is_started_and_answers_when_the_command_returns(tree: Workplace) -> None:
    started = tree.type("start", "--detach")
    try:
        info = tree.info()
        assert started.returncode == 0
        assert f"shop runs detached: supervisor {info['supervisor_pid']}, 1 process" in (
            started.stdout
        )
        assert "proctor attach" in started.stdout
        assert "proctor quit" in started.stdout
        assert "ends with   proctor quit" in tree.type("info").stdout
    finally:
        assert tree.type("quit", "--wait").returncode == 0
    tree.assert_nothing_left()


def test_who_reads_what_the_shell_has_opened_does_not_wait_for_the_app(tree: Workplace) -> None:
    started = subprocess.run(
        ["/bin/sh", "-c", f"{PROCTOR} start -D 3>&1"],
        cwd=tree.folder, env=tree.environment, check=True, capture_output=True, text=True,
        timeout=10,
    )  # fmt: skip
    try:
        assert "runs detached" in started.stdout
        assert is_there(tree.info()["supervisor_pid"])
    finally:
        tree.type("quit", "--wait")
    tree.assert_nothing_left()


def test_a_closed_terminal_does_not_end_it(tree: Workplace) -> None:
    shell = tree.on_terminal("/bin/sh", "-i")
    shell.press(f"{PROCTOR} start -D\r")
    shell.until("proctor quit")
    supervisor = tree.info()["supervisor_pid"]
    shell.hang_up()
    shell.process.wait(timeout=10)
    time.sleep(0.3)  # a hang-up, if one came, would have been seen by now
    try:
        assert is_there(supervisor)
        eventually_now(lambda: tree.states() == {"tree.1": "up"})
    finally:
        tree.type("quit", "--wait")
    tree.assert_nothing_left()


def test_a_killed_supervisor_leaves_nothing(tree: Workplace) -> None:
    tree.type("start", "-D", "-t", "2")
    kill(tree.info()["supervisor_pid"])
    tree.assert_nothing_left(within=7.0)
    assert tree.type("ps").returncode == 3


def test_a_killed_guardian_ends_all_in_order(tree: Workplace) -> None:
    tree.type("start", "-D", "-t", "2")
    info = tree.info()
    kill(info["guardian_pid"])
    eventually_now(lambda: not is_there(info["supervisor_pid"]))
    tree.assert_nothing_left()


@pytest.mark.parametrize(
    ("procfile", "options", "code", "words"),
    [
        ("web python\n", (), 2, "Procfile:1"),
        ("web: sleep 1000\n", ("--grace", "soon"), 2, "grace"),
        ("web: sleep 1000\n", ("web.1",), 2, "there is no process type 'web.1'"),
    ],
    ids=["broken Procfile", "broken option", "no such type"],
)
def test_what_cannot_be_started_is_told_by_the_command(
    place: Workplace, procfile: str, options: tuple[str, ...], code: int, words: str
) -> None:
    (place.folder / "Procfile").write_text(procfile)
    started = place.type("start", "--detach", *options)
    assert words in started.stderr
    assert started.returncode == code
    assert started.stdout == ""


def test_a_second_one_is_refused_with_3(tree: Workplace) -> None:
    tree.type("start", "-D")
    try:
        second = tree.type("start", "-D")
        assert second.returncode == 3
        assert "already runs" in second.stderr
    finally:
        tree.type("quit", "--wait")


def test_what_fails_at_once_is_named(place: Workplace) -> None:
    place.procfile(good="exec sleep 1000", bad="exec ./no-such-program")
    started = place.type("start", "-D")
    try:
        assert started.returncode == 0
        assert "bad.1" in started.stdout or place.states()["bad.1"] in ("starting", "crashed")
    finally:
        place.type("quit", "--wait")
