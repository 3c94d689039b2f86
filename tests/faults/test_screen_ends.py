"""What becomes of terminal and app when the screen, or what is behind it, ends or stops."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import (
    PROCTOR,
    OnTerminal,
    Workplace,
    has_begun,
    is_there,
    kill,
    parent_of,
)

pytestmark = pytest.mark.timeout(60)

WORKS_ON_WHEN_TOLD = (
    "trap 'sleep 0.7; echo finished; touch finished; exit' TERM; "
    "echo ready; while :; do sleep 0.1; done"
)
FLOODS_AND_COUNTS = """\
n=0
while :; do
  n=$((n+1)); echo line $n of many
  [ $((n % 200)) = 0 ] && { echo $n > new; mv new count; }
done
"""


@pytest.fixture
def screen(place: Workplace) -> OnTerminal:
    """The screen of an app with a polite process and a scattered tree."""
    place.procfile(worker=WORKS_ON_WHEN_TOLD, tree=place.tree("forker.py", "setsid"))
    screen = place.screen("-t", "5")
    screen.until("worker.1")
    eventually_now(lambda: set(place.states().values()) == {"up"})
    return screen


def test_a_key_to_quit_twice_stops_the_app_in_order(place: Workplace, screen: OnTerminal) -> None:
    screen.press("q")
    screen.until("running")
    screen.press("q")
    assert screen.wait() == 0
    screen.assert_restored()
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)],
    ids=["TERM", "HUP", "INT", "QUIT"],
)
def test_a_signal_to_the_screen_restores_the_terminal_and_stops_the_app(
    place: Workplace, screen: OnTerminal, number: int, code: int
) -> None:
    screen.signal(number)
    assert screen.wait() == code
    screen.assert_restored()
    assert (place.folder / "finished").exists() == (number != signal.SIGQUIT)
    place.assert_nothing_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
@pytest.mark.parametrize("moment", [0.0, 0.15, 0.3, 0.45, 0.6])
def test_a_signal_while_the_screen_opens_ends_it_as_later(
    place: Workplace, number: int, moment: float
) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"))
    screen = place.screen("-t", "2")
    has_begun(screen)
    time.sleep(moment)  # whichever state it is in by then
    screen.signal(number)
    assert screen.wait() == 128 + number
    screen.assert_restored()
    assert "Traceback" not in screen.shown
    place.assert_nothing_left()


def test_a_killed_screen_stops_the_app_in_order(place: Workplace, screen: OnTerminal) -> None:
    supervisor = place.info()["supervisor_pid"]
    screen.signal(signal.SIGKILL)
    screen.wait()
    eventually_now(lambda: not is_there(supervisor))
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


def test_a_closed_terminal_stops_the_app_in_order(place: Workplace, screen: OnTerminal) -> None:
    supervisor = place.info()["supervisor_pid"]
    screen.hang_up()
    eventually_now(lambda: not is_there(supervisor))
    assert screen.process.wait(timeout=5) == 129
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


def test_a_killed_supervisor_ends_the_screen_with_70_and_a_sentence(
    place: Workplace, screen: OnTerminal
) -> None:
    kill(place.info()["supervisor_pid"])
    assert screen.wait() == 70
    screen.assert_restored()
    assert "the supervisor has gone" in screen.shown[screen.shown.rfind("worker.1") :]
    place.assert_nothing_left()


def test_a_killed_guardian_ends_all_in_order_with_70_and_a_sentence(
    place: Workplace, screen: OnTerminal
) -> None:
    kill(place.info()["guardian_pid"])
    assert screen.wait() == 70
    screen.assert_restored()
    assert (place.folder / "finished").exists()
    after = screen.output.rpartition("\x1b[?1049l")[2]
    assert "the guardian has died" in after
    place.assert_nothing_left()


def test_a_killed_pane_of_a_multiplexer_stops_the_app_in_order(place: Workplace) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD, tree=place.tree("forker.py", "double-fork"))
    socket = str(place.runtime / "tmux")
    tmux = ["tmux", "-S", socket, "-f", "/dev/null"]

    def say(*words: str) -> str:
        return subprocess.run(
            [*tmux, *words], cwd=place.folder, env=place.environment, check=True, text=True,
            capture_output=True, timeout=10,
        ).stdout  # fmt: skip

    say("new-session", "-d", "-x", "120", "-y", "40", f"{PROCTOR} start")
    try:
        eventually_now(lambda: set(place.states().values()) == {"up"})
        eventually_now(lambda: "worker.1" in say("capture-pane", "-p"))
        supervisor = place.info()["supervisor_pid"]
        say("kill-pane")
        eventually_now(lambda: not is_there(supervisor))
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, timeout=10)
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


def test_a_stopped_screen_holds_up_nobody_and_catches_up(place: Workplace) -> None:
    (place.folder / "flood.sh").write_text(FLOODS_AND_COUNTS)
    place.procfile(worker="exec bash flood.sh")
    screen = place.screen()
    screen.until("worker.1")
    count = place.folder / "count"
    eventually_now(count.exists)

    def rate() -> float:
        """The best of three looks: others use this machine too."""
        return max(lines_in(0.5) for _ in range(3))

    def lines_in(seconds: float) -> float:
        before = int(count.read_text())
        time.sleep(seconds)
        return int(count.read_text()) - before

    with_screen = rate()
    screen.signal(signal.SIGSTOP)
    stopped = rate()
    supervisor = place.info()["supervisor_pid"]
    memory = int(Path(f"/proc/{supervisor}/statm").read_text().split()[1]) * 4096
    assert place.states() == {"worker.1": "up"}
    screen.signal(signal.SIGCONT)
    reached = count.read_text().strip()
    assert stopped > 0.6 * with_screen
    assert memory < 250_000_000
    eventually_now(
        lambda: any(
            int(part.split()[0]) > int(reached)
            for part in screen.shown.split("line ")[-50:]
            if part.split() and part.split()[0].isdigit()
        )
    )
    screen.signal(signal.SIGTERM)
    assert screen.wait() == 143
    screen.assert_restored()


def test_interrupts_in_the_screen_stop_gracefully_then_kill(place: Workplace) -> None:
    place.procfile(stubborn=place.tree("stubborn.py"))
    screen = place.screen("-t", "30")
    screen.until("ready")
    screen.press("\x03")
    screen.until("running")
    screen.press("\x03")
    screen.until("stopping")
    began = time.monotonic()
    time.sleep(0.6)
    screen.press("\x03")
    assert screen.wait() in (0, 130)
    assert time.monotonic() - began < 5
    screen.assert_restored()
    place.assert_nothing_left()


def test_a_problem_before_the_screen_opens_is_one_sentence(place: Workplace) -> None:
    (place.folder / "Procfile").write_text("web python\n")
    screen = place.screen()
    assert screen.wait() == 2
    assert "Procfile:1" in screen.shown
    assert "Traceback" not in screen.shown
    assert "1049" not in screen.output


def test_a_small_window_gets_a_screen_or_a_sentence(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    screen = place.screen(columns=20, rows=5)
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    screen.resize(3, 1)
    screen.resize(200, 60)
    screen.until("worker.1")
    screen.signal(signal.SIGTERM)
    assert screen.wait() == 143
    screen.assert_restored()


@pytest.mark.parametrize("setting", ["TERM=dumb", "TERM="])
def test_a_terminal_that_can_do_nothing_gets_the_plain_stream(
    place: Workplace, setting: str
) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    terminal = place.on_terminal("env", setting, PROCTOR, "start")
    terminal.until("| ready")
    assert "\x1b" not in terminal.output
    terminal.press("\x03")
    assert terminal.wait() == 130
    terminal.assert_restored()


def test_stopped_and_continued_the_screen_comes_back_and_takes_each_key_once(
    place: Workplace, screen: OnTerminal
) -> None:
    screen.signal(signal.SIGSTOP)
    assert set(place.states().values()) == {"up"}
    screen.signal(signal.SIGCONT)
    eventually_now(lambda: screen.output.count("\x1b[?1049h") == 2)
    screen.press("?")
    screen.until("PROCESSES")
    threads = Path(f"/proc/{screen.pid}/task")
    names = [(task / "comm").read_text().strip() for task in threads.iterdir()]
    assert sum(name == "textual-input" for name in names) <= 1
    screen.signal(signal.SIGTERM)
    assert screen.wait() == 143
    screen.assert_restored()
    assert (place.folder / "finished").exists()


def test_suspended_in_a_shell_the_screen_comes_back_and_can_be_ended_behind(
    place: Workplace,
) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD)
    shell = place.on_terminal("bash", "--norc", "-i")
    shell.press(f"PS1='> '; {PROCTOR} start\n")
    shell.until("worker.1")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    screen = parent_of(place.info()["supervisor_pid"])
    os.kill(screen, signal.SIGTSTP)
    shell.until("Stopped")
    shell.press("echo still $((40+2))\n")
    shell.until("still 42")
    assert place.states() == {"worker.1": "up"}
    shell.press("fg\n")
    eventually_now(lambda: shell.output.count("\x1b[?1049h") == 2)
    shell.press("?")
    shell.until("PROCESSES")
    os.kill(screen, signal.SIGTSTP)
    shell.until("Stopped")
    shell.press("kill %1\n")
    eventually_now(lambda: not is_there(screen))
    shell.press("\n")
    shell.until("Exit 143")
    assert (place.folder / "finished").exists()
    shell.press("exit\n")
    shell.wait()
