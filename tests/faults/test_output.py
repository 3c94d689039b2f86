"""What processes print reaches the stream: all of it, at once, in order, and harmless."""

import hashlib
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Program, Workplace, child, kill

pytestmark = pytest.mark.timeout(60)

SLEEPERS = {
    "python": [sys.executable, 'import time; print("hello"); time.sleep(1000)', "-c"],
    "perl": ["perl", 'print "hello\\n"; sleep 1000', "-e"],
    "ruby": ["ruby", 'puts "hello"; sleep 1000', "-e"],
    "node": ["node", 'console.log("hello"); setInterval(() => 0, 1e6)', "-e"],
}
TIMED = """\
import os, sys, time
os.write(1, b"now %.3f\\n" % time.time())
time.sleep(1000)
"""
HUGE = """\
import os, pathlib, time
while not pathlib.Path("go").exists():
    time.sleep(0.01)
for _ in range(160):
    data = b"0123456789abcdef" * 4096
    while data:
        data = data[os.write(1, data):]
    time.sleep(0.001)
os.write(1, b"\\nnext\\n")
pathlib.Path("written").touch()
time.sleep(1000)
"""
CLOCK = """\
import itertools, os, time
for number in itertools.count():
    os.write(1, b"tick %d\\n" % number)
    time.sleep(0.002)
"""


def end(program: Program) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "Traceback" not in program.output


@pytest.mark.parametrize("language", SLEEPERS)
@pytest.mark.may_skip("not every machine has all these languages")
def test_a_line_is_seen_at_once_although_its_program_goes_on(
    place: Workplace, language: str
) -> None:
    program_, code, flag = SLEEPERS[language]
    if shutil.which(program_) is None:
        pytest.skip(f"there is no {language} here")
    (place.folder / "worker.sh").write_text(f"exec {program_} {flag} '{code}'\n")
    place.procfile(worker="bash worker.sh")
    program = place.start()
    program.until("| hello")
    end(program)


def test_a_line_is_printed_within_a_fraction_of_a_second(place: Workplace) -> None:
    (place.folder / "timed.py").write_text(TIMED)
    place.procfile(worker=f"sleep 0.5; exec {sys.executable} timed.py")
    program = place.start()
    program.until("| now ")
    printed = float(program.until("\n"))
    assert time.time() - printed < 0.3
    end(program)


def test_a_flood_is_printed_whole_and_in_order(place: Workplace) -> None:
    lines = 200_000
    place.procfile(flood=f"exec {child('flood.py', lines)}")
    program = place.start("--on-exit", "stop-all", "--log-format", "json")
    assert program.wait(within=40) == 0
    numbers = [int(found) for found in re.findall(r'"message":" *(\d+)"', program.output)]
    assert len(numbers) == lines, program.output[:300]
    assert numbers == list(range(lines))


def test_odd_bytes_are_printed_as_they_are_and_kept(place: Workplace) -> None:
    odd = b"\xff\xfe \xc3\x28 nul \x00 esc \x1b[2J \xf0\x9f\x9a\x80 end\n"
    (place.folder / "odd").write_bytes(odd)
    place.procfile(worker="cat odd; printf 'no newline'; exec sleep 1000")
    program = place.start()
    program.until("| no newline")
    raw = bytes(program._said)
    assert odd in raw
    log = Path(place.info()["state_dir"]) / "logs" / "worker.1.log"
    eventually_now(lambda: odd in log.read_bytes())
    end(program)


def test_a_terminal_is_safe_from_what_processes_print(place: Workplace) -> None:
    (place.folder / "odd").write_bytes(
        b"a\x1b[2Jb\x1b]0;title\x07c\x1b[?1049hd\x9b2Je\n10%\r50%\r100%\n"
    )
    place.procfile(worker="cat odd; echo ready; exec sleep 1000")
    terminal = place.on_terminal(PROCTOR, "start", "--no-tui")
    terminal.until("| ready")
    for never in ("\x1b[2J", "\x1b]0", "\x1b[?1049h", "\x9b"):
        assert never not in terminal.output
    assert "100%" in terminal.output
    terminal.press("\x03")
    assert terminal.wait() == 130


def test_a_prompt_and_last_words_without_a_newline_are_seen_before_the_exit(
    place: Workplace,
) -> None:
    place.procfile(worker="printf 'name? '; sleep 0.4; printf 'last words'; exit 3")
    program = place.start("--on-exit", "stay")
    program.until("| name? ")
    said = program.until("exited with status 3")
    assert "last words" in said
    end(program)


def test_a_huge_line_is_printed_whole_in_pieces(place: Workplace) -> None:
    place.procfile(
        worker=f"{sys.executable} -c \"print('x' * 5_000_000)\"; echo ready; exec sleep 1000"
    )
    program = place.start()
    program.until("| ready", within=30)
    assert program.output.count("x") >= 5_000_000
    end(program)


@pytest.mark.parametrize("options", [(), ("--no-pty",)])
def test_a_huge_line_in_pieces_is_whole_although_another_process_prints_meanwhile(
    place: Workplace, options: tuple[str, ...]
) -> None:
    (place.folder / "huge.py").write_text(HUGE)
    (place.folder / "clock.py").write_text(CLOCK)
    place.procfile(huge=f"exec {sys.executable} huge.py", clock=f"exec {sys.executable} clock.py")
    program = place.start(*options)
    program.until("| tick 0")
    following = place.run(PROCTOR, "logs", "-f")
    following.until("| tick ")
    (place.folder / "go").touch()
    # Whoever looks at what was printed meanwhile slows the readers down, and so the writers.
    eventually_now((place.folder / "written").exists, within=30)
    for printed in (program, following):
        printed.until("| next", within=30)
        lines = bytes(printed._said).split(b"\n")[:-1]
        (huge,) = (line for line in lines if b"0123456789abcdef" in line)
        written = hashlib.sha256(b"0123456789abcdef" * 4096 * 160)
        assert hashlib.sha256(huge.partition(b"| ")[2]).digest() == written.digest()
        ticks = [int(line.partition(b"| tick ")[2]) for line in lines if b"| tick " in line]
        assert ticks == list(range(ticks[0], ticks[-1] + 1))
        assert len(ticks) > 50
    end(program)
    following.wait()


def test_a_process_that_closes_its_output_is_still_up_and_costs_nothing(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec > /dev/null 2>&1 < /dev/null; exec sleep 1000")
    for options in ((), ("--no-pty",)):
        program = place.start(*options)
        program.until("| ready")
        program.until("to up")
        before = cpu_seconds(program.pid)
        time.sleep(0.5)
        assert cpu_seconds(program.pid) - before < 0.2
        assert place.states() == {"worker.1": "up"}
        end(program)


def test_standard_input_stays_open_on_a_terminal_and_is_empty_with_pipes(
    place: Workplace,
) -> None:
    place.procfile(worker="if read -t 0.5 x; then echo got; else echo none $?; fi; exec sleep 1000")
    program = place.start()
    program.until("| none 142")  # nothing came, and no end of file
    end(program)
    program = place.start("--no-pty")
    program.until("| none 1\n")  # end of file
    end(program)


def test_a_command_may_pipe_into_head(place: Workplace) -> None:
    place.procfile(worker="yes | head -1; echo ${PIPESTATUS[0]}; exec sleep 1000")
    program = place.start()
    program.until("| y")
    program.until("| 141")
    end(program)


def test_a_reader_that_is_slow_holds_a_process_back_and_loses_nothing(place: Workplace) -> None:
    lines = 60_000
    place.procfile(flood=f"exec {child('flood.py', lines)}")
    shell = place.run(
        "bash", "-c",
        f"{PROCTOR} start --no-tui --on-exit stop-all 2>/dev/null "
        "| { sleep 1.5; grep -c 'flood.1 | '; }",
    )  # fmt: skip
    assert shell.wait(within=40) == 0
    assert int(shell.output) == lines


def test_endless_output_without_a_newline_takes_bounded_memory(place: Workplace) -> None:
    place.procfile(worker="tr '\\0' x < /dev/zero", other="echo ready; exec sleep 1000")
    program = place.start(through=["bash", "-c", 'exec "$@" > /dev/null', "bash"])
    eventually_now(lambda: place.states().get("other.1") == "up")
    time.sleep(3)
    assert resident_bytes(program.pid) < 300_000_000
    began = time.monotonic()
    assert place.states()["other.1"] == "up"
    assert time.monotonic() - began < 3
    end(program)


def test_the_app_meets_no_hangup_and_no_failing_write_when_its_supervisor_is_killed(
    place: Workplace,
) -> None:
    place.procfile(writer=f"exec {child('writer.py', place.oracle.tag, place.folder)}")
    program = place.start("-t", "3")
    program.until("| ready")
    kill(program.pid)
    program.wait()
    notes = place.folder / "notes"
    eventually_now(lambda: notes.exists() and bool(notes.read_text()))
    assert notes.read_text() == "wrote all\n"
    place.assert_nothing_left(within=4)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
