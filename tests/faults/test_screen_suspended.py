"""^Z in the screen: the shell has its terminal, the app goes on, `fg` brings the screen back."""

import shutil

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, OnTerminal, Workplace

pytestmark = pytest.mark.timeout(60)

WORKS_ON_WHEN_TOLD = (
    "trap 'sleep 0.3; touch finished; exit' TERM; echo ready; while :; do sleep 0.1; done"
)
OPENED = "\x1b[?1049h"
CODE = "; echo code $((100+$?))\n"


def in_a_shell(place: Workplace, command: str) -> OnTerminal:
    """A shell that leaves the terminal's modes to its jobs, and in which the screen has opened."""
    place.procfile(worker=WORKS_ON_WHEN_TOLD)
    shell = place.on_terminal("sh", "-i")
    shell.press(f"{command}{CODE}")
    shell.until("worker.1")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    return shell


def suspended_by(shell: OnTerminal, key: str) -> None:
    shell.press(key)
    shell.until("fg brings it back")
    shell.until("Stopped")
    shell.assert_restored()
    shell.press("echo still $((40+2))\n")
    shell.until("still 42")


def brought_back(shell: OnTerminal, *, shows: str = "FORMATION") -> None:
    times = shell.output.count(OPENED)
    shell.press(f"fg{CODE}")
    eventually_now(lambda: shell.output.count(OPENED) == times + 1)
    shell.until(shows)


def quit_from(shell: OnTerminal, place: Workplace) -> None:
    shell.press("q")
    shell.until("Keep looking")
    shell.press("q")
    shell.until("code 100")
    assert (place.folder / "finished").exists()
    shell.press("exit\n")
    shell.wait()


@pytest.mark.parametrize("key", ["\x1a", "\x1b[122;5u"], ids=["byte", "sequence"])
def test_a_key_suspends_the_screen_and_the_shell_brings_it_back(place: Workplace, key: str) -> None:
    shell = in_a_shell(place, f"{PROCTOR} start")
    suspended_by(shell, key)
    assert place.rows()["worker.1"]["run"] == 1
    assert place.states() == {"worker.1": "up"}
    shell.resize(90, 30)
    brought_back(shell)
    shell.press("?")
    shell.until("PROCESSES")
    suspended_by(shell, key)  # from a page over the main one
    brought_back(shell, shows="PROCESSES")
    shell.press("?")  # closes it
    quit_from(shell, place)


@pytest.mark.may_skip("make is no part of Python")
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_what_started_the_screen_is_suspended_with_it(place: Workplace) -> None:
    (place.folder / "Makefile").write_text(f"run:\n\t{PROCTOR} start\n")
    shell = in_a_shell(place, "make -s run")
    suspended_by(shell, "\x1a")
    brought_back(shell)
    quit_from(shell, place)


def test_an_app_that_ends_behind_a_suspended_screen_leaves_with_it_when_it_comes_back(
    place: Workplace,
) -> None:
    shell = in_a_shell(place, f"{PROCTOR} start")
    suspended_by(shell, "\x1a")
    assert place.type("quit").returncode == 0
    shell.press(f"fg{CODE}")
    shell.until("code 100")
    shell.assert_restored()
    shell.press("exit\n")
    shell.wait()


def test_where_no_shell_could_bring_it_back_the_key_says_so(place: Workplace) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD)
    screen = place.screen()
    screen.until("worker.1")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    screen.press("\x1a")
    screen.until("no shell behind this screen")
    assert screen.output.count(OPENED) == 1
    screen.press("?")
    screen.until("PROCESSES")
    screen.press("q")
    screen.press("Q")
    screen.until("Keep looking")
    screen.press("q")
    assert screen.wait() == 0
    screen.assert_restored()
