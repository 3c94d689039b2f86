"""The terminal of a process, used from another one: what reaches whom, and what outlives what."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, OnTerminal, Workplace, kill

pytestmark = pytest.mark.timeout(60)

DEBUGGED = """\
import os, time
print("begun", flush=True)
number = 6
breakpoint()
print("went on with", number, flush=True)
time.sleep(1000)
"""
SIZED = (
    f'exec {sys.executable} -c "import os, signal; '
    "size = os.get_terminal_size; "
    "told = lambda *_: print('size', size().lines, size().columns, flush=True); "
    "signal.signal(signal.SIGWINCH, told); print('ready', flush=True); "
    '[signal.pause() for _ in range(100)]"'
)


@pytest.fixture
def app(place: Workplace) -> Iterator[Workplace]:
    yield place
    place.type("quit", "--wait", "--now")


def run(place: Workplace, *options: str, **commands: str) -> None:
    """Run these processes detached."""
    place.procfile(**commands)
    assert place.type("start", "-D", "-t", "2", *options).returncode == 0


def attached(place: Workplace, process: str, *, columns: int = 100, rows: int = 30) -> OnTerminal:
    """The terminal of a process on a terminal of our own."""
    terminal = place.on_terminal(PROCTOR, "attach", process, columns=columns, rows=rows)
    terminal.until(f"attached to {process}; ^] leaves")
    return terminal


def test_a_debugger_is_used_as_in_a_shell_and_left_as_it_is(app: Workplace) -> None:
    (app.folder / "debugged.py").write_text(DEBUGGED)
    run(app, web=f"exec {sys.executable} debugged.py")
    eventually_now(lambda: bool(app.rows()) and app.rows()["web.1"]["prompt"] == "(Pdb)")
    assert "web.1 waits at a debugger's prompt, (Pdb): proctor attach" in app.type("logs").stdout
    assert "at (Pdb)" in app.type("ps").stdout
    terminal = attached(app, "web.1")
    terminal.until("(Pdb) ")
    terminal.press("number * 7\r")
    terminal.until("42")
    terminal.until("(Pdb) ")
    terminal.press("os.get_terminal_size()\r")
    terminal.until("columns=100, lines=30")
    terminal.until("(Pdb) ")
    terminal.press("\x1d")
    assert terminal.wait() == 0
    terminal.assert_restored()
    assert "left web.1, which goes on" in terminal.shown
    again = attached(app, "web.1")
    again.until("42")
    again.until("(Pdb) ")
    again.press("c\r")
    again.until("went on with 6")
    eventually_now(lambda: app.rows()["web.1"]["prompt"] is None)
    assert "went on with 6" in app.type("logs").stdout


def test_an_interrupt_is_the_processs_own(app: Workplace) -> None:
    run(app, shell="trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done")
    terminal = attached(app, "shell.1")
    terminal.until("ready")
    terminal.press("\x03")
    terminal.until("interrupted")
    assert terminal.process.poll() is None


def test_the_size_is_that_of_who_came_last_and_returns_with_the_last_to_leave(
    app: Workplace,
) -> None:
    run(app, shell=SIZED)
    eventually_now(lambda: "ready" in app.type("logs").stdout)
    one = attached(app, "shell.1", columns=90, rows=20)
    one.until("size 20 90")
    one.resize(91, 21)
    one.until("size 21 91")
    two = attached(app, "shell.1", columns=70, rows=15)
    one.until("size 15 70")
    two.press("\x1d")
    assert two.wait() == 0
    one.until("size 21 91")
    one.press("\x1d")
    assert one.wait() == 0
    eventually_now(lambda: "size 40 120" in app.type("logs").stdout.splitlines()[-1])


def test_a_process_is_told_to_draw_again_also_where_the_size_is_the_same(app: Workplace) -> None:
    run(app, shell=SIZED)
    eventually_now(lambda: "ready" in app.type("logs").stdout)
    terminal = attached(app, "shell.1", columns=120, rows=40)
    terminal.until("size 40 120")


def test_two_terminals_see_the_same_and_both_type(app: Workplace) -> None:
    run(app, cat="exec cat")
    one, two = attached(app, "cat.1"), attached(app, "cat.1")
    one.press("from one\r")
    two.until("from one\r\nfrom one")
    two.press("from two\r")
    one.until("from two\r\nfrom two")


def test_it_stays_attached_from_run_to_run_until_the_app_ends(app: Workplace) -> None:
    run(app, cat="echo ready $PPID; exec cat")
    terminal = attached(app, "cat.1", columns=90, rows=20)
    terminal.until("ready")
    app.type("restart", "cat", "--wait")
    terminal.until("cat.1 was ended by SIGTERM")
    terminal.until("cat.1 was started again")
    terminal.until("ready")
    terminal.press("hello\r")
    terminal.until("hello\r\nhello")
    app.type("quit", "--wait")
    terminal.until("the app has ended")
    assert terminal.wait() == 0
    terminal.assert_restored()


def test_a_new_run_has_the_size_of_who_is_attached(app: Workplace) -> None:
    run(app, shell="echo begins at $(stty size); exec cat")
    terminal = attached(app, "shell.1", columns=90, rows=20)
    terminal.until("begins at 40 120")
    app.type("restart", "shell")
    terminal.until("begins at 20 90")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)],
)
def test_a_signal_restores_the_terminal_and_leaves_the_process_alone(
    app: Workplace, number: int, code: int
) -> None:
    run(app, cat=r"printf '\033[?1049h\033[?25l\033[?1000hdrawn'; exec cat")
    terminal = attached(app, "cat.1")
    eventually_now(lambda: "\x1b[?1000h" in terminal.output)
    terminal.signal(number)
    assert terminal.wait() == code
    terminal.assert_restored()
    eventually_now(lambda: app.states() == {"cat.1": "up"})
    assert app.rows()["cat.1"]["run"] == 1


def test_a_killed_or_closed_terminal_leaves_the_process_alone_and_its_size_returns(
    app: Workplace,
) -> None:
    run(app, shell=SIZED)
    eventually_now(lambda: "ready" in app.type("logs").stdout)
    killed = attached(app, "shell.1", columns=90, rows=20)
    killed.until("size 20 90")
    closed = attached(app, "shell.1", columns=80, rows=10)
    closed.until("size 10 80")
    killed.signal(signal.SIGKILL)
    killed.wait()
    closed.hang_up()
    closed.process.wait(timeout=10)
    eventually_now(lambda: "size 40 120" in app.type("logs").stdout.splitlines()[-1])
    assert app.states() == {"shell.1": "up"}


def test_a_killed_supervisor_restores_the_terminal_and_is_told(app: Workplace) -> None:
    run(app, cat=r"printf '\033[?1049h\033[?25ldrawn'; exec cat")
    terminal = attached(app, "cat.1")
    kill(app.info()["supervisor_pid"])
    assert terminal.wait() == 70
    terminal.assert_restored()
    assert "the supervisor of this app has gone" in terminal.shown


def test_a_stopped_terminal_holds_up_nobody_and_says_what_it_did_not_show(app: Workplace) -> None:
    (app.folder / "flood.sh").write_text(
        "n=0\nwhile :; do n=$((n+1)); echo line $n of very many lines; "
        "[ $((n % 500)) = 0 ] && { echo $n > new; mv new count; }; done\n"
    )
    run(app, flood="exec bash flood.sh")
    terminal = attached(app, "flood.1")
    terminal.until("of very many lines")
    terminal.signal(signal.SIGSTOP)
    count = app.folder / "count"
    eventually_now(count.exists)
    begun = int(count.read_text())
    eventually_now(lambda: int(count.read_text()) > begun + 100_000, within=30)
    terminal.signal(signal.SIGCONT)
    terminal.until("bytes are not shown: this terminal is slower than the process")
    terminal.press("\x1d")
    assert terminal.wait() == 0


def test_a_line_that_is_too_long_for_a_terminal_is_cut_with_a_word(app: Workplace) -> None:
    run(app, counts="while read -r line; do echo got ${#line}; done")
    terminal = attached(app, "counts.1")
    for _ in range(5):
        terminal.press("a" * 1000)
    terminal.until("a line has more than the 4095 bytes")
    terminal.press("\r")
    terminal.until("got 4095")
    terminal.press("short\r")
    terminal.until("got 5")


def test_many_lines_pasted_at_once_all_arrive(app: Workplace) -> None:
    run(
        app,
        counts="sleep 1; n=0; while read -r l; do n=$((n+1)); [ $l = end ] && echo got $n; done",
    )
    terminal = attached(app, "counts.1")
    for _ in range(20):
        terminal.press("another line\r" * 200)
    terminal.press("end\r")
    terminal.until("got 4001", within=30)


def test_an_interrupt_reaches_a_process_that_does_not_read(app: Workplace) -> None:
    run(app, deaf="trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done")
    terminal = attached(app, "deaf.1")
    terminal.until("ready")
    for _ in range(40):
        terminal.press("nobody reads this\r" * 100)
    terminal.press("\x03")
    terminal.until("interrupted")


def test_a_process_with_pipes_or_no_such_process_is_one_sentence(app: Workplace) -> None:
    run(app, "--no-pty", "-m", "cat=2", cat="exec sleep 1000")

    def said(*words: str) -> str:
        terminal = app.on_terminal(PROCTOR, "attach", *words, columns=200)
        assert terminal.wait() == 2
        terminal.assert_restored()
        return terminal.shown

    assert "cat.1 has no terminal: it runs with pipes" in said("cat.1")
    assert "cat is 2 processes. Name one: cat.1, cat.2" in said("cat")
    assert "there is no process or process type 'dog'" in said("dog")
    assert "proctor logs -f --ps cat.1" in app.type("attach", "cat.1").stderr


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_an_editor_is_drawn_again_and_left_without_a_trace(app: Workplace) -> None:
    (app.folder / "poem.txt").write_text("roses are red\n")
    run(app, vim="exec vim -N -u NONE -i NONE -n poem.txt")
    time.sleep(0.5)  # vim has drawn its screen by now, or draws it while we look
    terminal = attached(app, "vim.1", columns=80, rows=20)
    terminal.until("roses are red")
    terminal.press("Goviolets are blue\x1b")
    terminal.until("violets are blue")
    terminal.press(":w\r")
    eventually_now(lambda: "violets" in (app.folder / "poem.txt").read_text())
    terminal.press("\x1d")
    assert terminal.wait() == 0
    terminal.assert_restored()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed")
def test_a_database_console_edits_lines_and_remembers_them(app: Workplace) -> None:
    run(app, console="exec sqlite3 :memory:")
    terminal = attached(app, "console.1")
    terminal.until("sqlite> ")
    terminal.press("select 6 * 7;\r")
    terminal.until("42")
    terminal.until("sqlite> ")
    terminal.press("\x1b[A\r")  # the line before, once more
    terminal.until("42")


def test_a_client_of_pipes_only_sees_a_terminal_through_the_session(app: Workplace) -> None:
    run(app, cat="exec cat")
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from proctor.control.client import connect\n"
        "from proctor.control.terminal import TerminalOutput\n"
        "async def main():\n"
        "    async with await connect(Path(sys.argv[1])) as session:\n"
        "        async with await session.open_terminal('cat', columns=60, rows=9) as terminal:\n"
        "            await terminal.write(b'by a script\\r')\n"
        "            seen = b''\n"
        "            async for item in terminal:\n"
        "                seen += item.data if isinstance(item, TerminalOutput) else b''\n"
        "                if seen.count(b'by a script') == 2:\n"
        "                    return\n"
        "asyncio.run(main())\n"
    )
    watching = attached(app, "cat.1")
    subprocess.run(
        [sys.executable, "-c", script, str(app.info()["socket"])],
        check=True, timeout=20, env=os.environ,
    )  # fmt: skip
    watching.until("by a script\r\nby a script")


def debugged_screen(place: Workplace) -> OnTerminal:
    """A screen on an app in which a process waits at a debugger's prompt, attached to that."""
    (place.folder / "debugged.py").write_text(DEBUGGED)
    place.procfile(worker=f"exec {sys.executable} debugged.py")
    screen = place.screen("-t", "2")
    screen.until("waits at (Pdb)")
    screen.press("c")
    screen.until("^] comes back to the screen")
    screen.until("(Pdb) ")
    return screen


def test_the_screen_gives_its_terminal_to_a_process_and_takes_it_back(app: Workplace) -> None:
    screen = debugged_screen(app)
    screen.press("number * 7\r")
    screen.until("42")
    screen.press("c\r")
    screen.until("went on with 6")
    screen.press("\x1d")
    screen.until("FORMATION")
    screen.press("d")
    assert screen.wait() == 0
    screen.assert_restored()
    assert app.states() == {"worker.1": "up"}


def test_an_app_that_ends_while_the_screen_is_a_processs_ends_the_screen_too(
    app: Workplace,
) -> None:
    screen = debugged_screen(app)
    assert app.type("quit", "--wait").returncode == 0
    assert screen.wait() == 0
    screen.assert_restored()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_while_the_screen_is_a_processs_ends_it_as_otherwise(
    app: Workplace, number: int, code: int
) -> None:
    screen = debugged_screen(app)
    screen.signal(number)
    assert screen.wait() == code
    screen.assert_restored()


def test_a_killed_supervisor_while_the_screen_is_a_processs_restores_the_terminal(
    app: Workplace,
) -> None:
    screen = debugged_screen(app)
    kill(app.info()["supervisor_pid"])
    assert screen.wait() == 70
    screen.assert_restored()


def test_a_process_that_was_suspended_says_the_way_on(app: Workplace) -> None:
    run(app, cat="echo ready; exec cat")
    terminal = attached(app, "cat.1")
    terminal.until("ready")
    terminal.press("\x1a")
    terminal.until("cat.1 was stopped by SIGTSTP; from another terminal: proctor kill cat.1 CONT")
    assert app.type("kill", "cat.1", "CONT").returncode == 0
    terminal.press("on\r")
    terminal.until("on\r\non")


def test_what_was_typed_before_leaving_is_read_all_the_same(app: Workplace) -> None:
    count = "n=0; while read -r l; do n=$((n+1)); [ $l = end ] && echo got $n; done"
    run(app, counts=f"echo ready; while [ ! -e go ]; do sleep 0.05; done; {count}")
    terminal = attached(app, "counts.1")
    terminal.until("ready")
    for _ in range(20):
        terminal.press("another line\r" * 200)
    terminal.press("end\r\x1d")
    assert terminal.wait() == 0
    (app.folder / "go").touch()
    eventually_now(lambda: "got 4001" in app.type("logs").stdout, within=30)
