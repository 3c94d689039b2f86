"""How the program ends: by keys, by signals, by the end of who reads it, in front and behind."""

import signal
import sys
import time

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Workplace, free_port, has_begun

pytestmark = pytest.mark.timeout(60)

WORKS_ON_WHEN_TOLD = (
    "trap 'sleep 1; echo finished; touch finished; exit' TERM; "
    "echo ready; while :; do sleep 0.1; done"
)
COUNTS = "n=0; while :; do n=$((n+1)); echo $n > new; mv new count; sleep 0.05; done\n"
TELLS_ITS_SIGNALS = """\
import signal
handler = signal.getsignal(signal.SIGINT) == signal.default_int_handler
print(handler, signal.pthread_sigmask(signal.SIG_BLOCK, []) == set(), flush=True)
signal.pause()
"""
IGNORES_AND_MASKS = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD])
os.execv(sys.argv[1], sys.argv[1:])
"""
LISTENS_LATE = """\
import os, socket, time
time.sleep(0.7)
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
time.sleep(1000)
"""


def test_the_first_interrupt_stops_gracefully_and_tells_who_is_still_there(
    place: Workplace,
) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"), stubborn=place.tree("stubborn.py"))
    program = place.start("-t", "3")
    program.until("stubborn.1 | ready")
    program.until("to up")
    began = time.monotonic()
    program.signal(signal.SIGINT)
    program.until("stubborn.1 is still stopping: SIGKILL in 2 s")
    program.until("Error R12 (Exit timeout)")
    assert program.wait() == 130
    assert 2.8 < time.monotonic() - began < 4.5
    assert "tree.1 is still stopping" not in program.output
    place.assert_nothing_left()


def test_the_second_interrupt_kills_what_is_left(place: Workplace) -> None:
    place.procfile(stubborn=place.tree("stubborn.py"))
    program = place.start("-t", "30")
    program.until("| ready")
    program.signal(signal.SIGINT)
    program.until("is still stopping")
    began = time.monotonic()
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    assert time.monotonic() - began < 2
    place.assert_nothing_left()


def test_two_interrupts_at_the_same_moment_are_one(place: Workplace) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD)
    program = place.start()
    program.until("| ready")
    program.signal(signal.SIGINT)
    program.until("Stopping all")
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    assert "| finished" in program.output


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"]
)
def test_term_and_hup_stop_gracefully_however_often_they_come(
    place: Workplace, number: int, code: int
) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD)
    program = place.start()
    program.until("| ready")
    program.signal(number)
    program.until("Stopping all")
    for _ in range(3):
        time.sleep(0.2)  # later than the moment from which an interrupt would kill
        program.signal(number)
    assert program.wait() == code
    assert "| finished" in program.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
@pytest.mark.parametrize("moment", [0.0, 0.04, 0.08, 0.15])
def test_a_signal_in_the_first_moments_leaves_nothing(
    place: Workplace, number: int, moment: float
) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"))
    program = place.start("-t", "2")
    has_begun(program)
    time.sleep(moment)  # whichever state it is in by then
    program.signal(number)
    assert program.wait() == 128 + number
    assert "Traceback" not in program.output
    place.assert_nothing_left()


def test_an_interrupt_while_modules_are_loaded_crashes_nothing(place: Workplace) -> None:
    place.procfile(web="sleep 60")
    for millisecond in range(12):
        program = place.start("-t", "2")
        has_begun(program)
        time.sleep(millisecond / 3000)  # over all of the time that loading takes
        program.signal(signal.SIGINT)
        assert program.wait() == 130
    place.assert_nothing_left()


def test_a_signal_with_the_first_line_stops_in_order(place: Workplace) -> None:
    place.procfile(web="trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    program = place.start("-t", "10")
    program.until("web.1 | ready")  # asyncio is not even loaded by then
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "web.1 | bye" in program.output
    place.assert_nothing_left()


def test_quit_kills_at_once(place: Workplace) -> None:
    place.procfile(stubborn=place.tree("stubborn.py"))
    program = place.start()
    program.until("| ready")
    began = time.monotonic()
    program.signal(signal.SIGQUIT)
    assert program.wait() == 131
    assert time.monotonic() - began < 2
    place.assert_nothing_left()


def test_a_key_for_interrupt_reaches_no_process_of_the_app(place: Workplace) -> None:
    place.procfile(
        worker="trap 'echo interrupted' INT; trap 'echo told; exit' TERM; echo ready; "
        "while :; do sleep 0.1; done"
    )
    terminal = place.on_terminal(PROCTOR, "start", "--no-tui")
    terminal.until("| ready")
    terminal.press("\x03")
    assert terminal.wait() == 130
    assert "| told" in terminal.shown
    assert "| interrupted" not in terminal.shown
    terminal.assert_restored()


def test_a_reader_that_has_had_enough_stops_the_app(place: Workplace) -> None:
    place.procfile(
        tree=place.tree("forker.py", "double-fork"), talker="while echo x; do sleep 0.05; done"
    )
    shell = place.run("bash", "-c", f"{PROCTOR} start --no-tui | head -1; echo ${{PIPESTATUS[0]}}")
    assert shell.wait() == 0
    assert shell.output.splitlines()[-1] == "0"
    assert "Traceback" not in shell.output
    place.assert_nothing_left()


def test_a_reader_that_goes_while_nothing_is_printed_stops_the_app(place: Workplace) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"))
    program = place.start(merged=False)
    program.until("| ready")
    program.until("to up")
    program.stop_reading()
    assert program.process.wait(timeout=10) == 0
    place.assert_nothing_left()


def test_a_full_disk_under_the_stream_stops_the_app_and_is_told(place: Workplace) -> None:
    place.procfile(tree=place.tree("forker.py", "setsid"))
    program = place.start("-t", "2", through=["bash", "-c", 'exec "$@" > /dev/full', "bash"])
    assert program.wait() == 70
    assert "the log stream could not be printed any more: No space left" in program.output
    place.assert_nothing_left()


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_standard_descriptors_change_nothing(place: Workplace, closed: str) -> None:
    place.procfile(worker="ls -l /proc/self/fd > fds; exec sleep 1000")
    program = place.start(through=["bash", "-c", f'exec "$@" {closed}', "bash"])
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    assert "socket:" not in (place.folder / "fds").read_text()
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "Traceback" not in program.output


def test_a_background_job_of_a_script_is_stopped_by_an_interrupt_and_its_children_hear_signals(
    place: Workplace,
) -> None:
    (place.folder / "tells.py").write_text(TELLS_ITS_SIGNALS)
    place.procfile(
        worker=f"exec {sys.executable} tells.py", tree=place.tree("forker.py", "own-group")
    )
    program = place.start(through=[sys.executable, "-c", IGNORES_AND_MASKS])
    program.until("worker.1 | True True")
    eventually_now(lambda: "| ready" in program.output)
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    place.assert_nothing_left()


def test_nohup_is_honoured(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start(through=["nohup"])
    program.until("| ready")
    program.until("to up")
    program.signal(signal.SIGHUP)
    assert place.states() == {"worker.1": "up"}
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


def test_a_closed_terminal_stops_the_app_in_order(place: Workplace) -> None:
    place.procfile(worker=WORKS_ON_WHEN_TOLD, tree=place.tree("forker.py", "setsid"))
    terminal = place.on_terminal(PROCTOR, "start", "--no-tui")
    terminal.until("worker.1 | ready")
    terminal.until("to up")
    terminal.hang_up()
    assert terminal.process.wait(timeout=10) == 129
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


def test_suspended_by_a_key_the_app_goes_on_and_so_does_the_program_in_front_again(
    place: Workplace,
) -> None:
    (place.folder / "counts.sh").write_text(COUNTS)
    place.procfile(worker="echo ready; exec bash counts.sh")
    shell = place.on_terminal("bash", "--norc", "-i")
    shell.press(f"PS1='> '; {PROCTOR} start --no-tui; echo code $((100+$?))\n")
    shell.until("| ready")
    shell.until("to up")
    shell.press("\x1a")
    shell.until("Stopped")
    count = place.folder / "count"
    before = int(count.read_text())
    eventually_now(lambda: int(count.read_text()) > before + 3)
    shell.press("fg; echo code $((100+$?))\n")
    shell.until("start --no-tui")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    assert place.rows()["worker.1"]["restarts"] == 0
    shell.press("\x03")
    shell.until("code 230")
    shell.press("exit\n")
    shell.wait()


def test_a_supervisor_that_was_suspended_for_long_kills_nobody_when_it_goes_on(
    place: Workplace,
) -> None:
    (place.folder / "listens.py").write_text(LISTENS_LATE)
    place.procfile(web=f"exec {sys.executable} listens.py", worker="echo ready; exec sleep 1000")
    program = place.start("-p", str(free_port()))
    program.until("worker.1 | ready")
    program.signal(signal.SIGSTOP)
    time.sleep(3)  # what is being tested is that time passes meanwhile
    program.signal(signal.SIGCONT)
    program.until("web.1    * State changed from starting to up")
    eventually_now(lambda: place.states() == {"web.1": "up", "worker.1": "up"})
    assert {name: row["run"] for name, row in place.rows().items()} == {"web.1": 1, "worker.1": 1}
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
