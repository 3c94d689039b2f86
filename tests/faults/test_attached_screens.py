"""Screens that are attached to a running app, or detached from it: what becomes of both."""

import os
import signal

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, OnTerminal, Workplace, is_there, kill

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def app(place: Workplace) -> Workplace:
    """A detached app of one scattered tree; it is ended afterwards."""
    place.procfile(tree=place.tree("forker.py", "setsid"))
    assert place.type("start", "-D", "-t", "2").returncode == 0
    eventually_now(lambda: place.states() == {"tree.1": "up"})
    return place


@pytest.fixture(autouse=True)
def _end(place: Workplace) -> object:
    yield
    place.type("quit", "--wait", "--now")


def attached(place: Workplace) -> OnTerminal:
    """A screen on it that shows something."""
    screen = place.on_terminal(PROCTOR, "attach")
    screen.until("tree.1")
    return screen


def test_a_detached_start_names_the_commands_that_lead_back_to_its_procfile(
    place: Workplace,
) -> None:
    place.procfile(clock="while :; do echo tick; sleep 0.1; done")
    (place.folder / "Procfile").rename(place.folder / "Procfile.dev")
    said = place.type("start", "-D", "-f", "Procfile.dev").stdout
    assert "'proctor logs -f --procfile Procfile.dev'" in said
    logs = place.type("logs", "-n", "1", "--procfile", "Procfile.dev")
    assert logs.returncode == 0, logs.stderr
    assert place.type("quit", "--procfile", "Procfile.dev", "--wait").returncode == 0


def test_any_number_of_screens_shows_what_one_of_them_does(app: Workplace) -> None:
    one, two = attached(app), attached(app)
    two.until("ends with proctor quit")
    one.press("s")
    two.until("stopping tree.1")
    eventually_now(lambda: app.states() == {"tree.1": "down"})
    assert app.type("start", "tree.1", "--wait").returncode == 0
    for screen in (one, two):
        screen.press("d")
        assert screen.wait() == 0
        screen.assert_restored()
        assert "it ends with proctor quit" in screen.shown
    assert app.states() == {"tree.1": "up"}


def test_a_killed_or_closed_screen_leaves_the_app_alone(app: Workplace) -> None:
    killed, closed = attached(app), attached(app)
    killed.signal(signal.SIGKILL)
    killed.wait()
    closed.hang_up()
    closed.process.wait(timeout=10)
    assert app.states() == {"tree.1": "up"}


def test_the_end_of_the_app_is_said_and_ends_the_screen_well(app: Workplace) -> None:
    screen = attached(app)
    assert app.type("quit", "--wait").returncode == 0
    assert screen.wait() == 0
    screen.assert_restored()
    assert "shop has ended" in screen.output.rpartition("\x1b[?1049l")[2]


def test_a_killed_supervisor_ends_the_screen_with_70_and_a_sentence(app: Workplace) -> None:
    screen = attached(app)
    kill(app.info()["supervisor_pid"])
    assert screen.wait() == 70
    screen.assert_restored()
    assert "the supervisor has gone" in screen.output.rpartition("\x1b[?1049l")[2]


def test_the_app_can_be_ended_from_an_attached_screen(app: Workplace) -> None:
    screen = attached(app)
    screen.press("q")
    screen.until("the app ends with")
    screen.press("s")
    assert screen.wait() == 0
    app.assert_nothing_left()


def test_a_screen_detaches_from_its_app_which_outlives_terminal_and_shell(place: Workplace) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"))
    screen = place.screen("-t", "2")
    screen.until("tree.1")
    other = attached(place)
    other.until("ends with the screen of process")
    supervisor = place.info()["supervisor_pid"]
    screen.press("d")
    assert screen.wait() == 0
    screen.assert_restored()
    assert "shop goes on" in screen.output.rpartition("\x1b[?1049l")[2]
    screen.hang_up()
    other.until("ends with proctor quit")
    assert is_there(supervisor)
    assert os.getsid(supervisor) == supervisor
    assert "ends with   proctor quit" in place.type("info").stdout
    other.press("d")
    assert other.wait() == 0


def test_where_nothing_runs_or_there_is_no_terminal_one_sentence_says_so(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000")
    nowhere = place.type("attach")
    assert (nowhere.returncode, nowhere.stdout) == (3, "")
    assert "shop is not running" in nowhere.stderr
    place.type("start", "-D")
    blind = place.type("attach")
    assert blind.returncode == 2
    assert "proctor logs -f" in blind.stderr
