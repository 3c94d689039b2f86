"""The log stream in the platform's form, read by what was made for the platform's logs."""

import re
import signal

import pytest

from support.platform_logs import Line, events, lives, of, parse
from support.program import PROCTOR, Workplace, child

pytestmark = pytest.mark.timeout(60)

FORM = ("--log-format", "platform")
R12 = "Error R12 (Exit timeout) -> At least one process failed to exit within"
START = "heroku Starting process with command"


def ended(place: Workplace, *options: str, until: tuple[str, ...]) -> list[Line]:
    """The stream of an app that is ended when it has said these words."""
    program = place.start(*FORM, *options)
    for words in until:
        program.until(words)
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    return parse(program.output)


def test_start_output_and_end_of_a_process(place: Workplace) -> None:
    command = "printf 'a: b\\n\\n  c'; sleep 0.1; echo ' d'; echo e >&2; exec sleep 1000"
    place.procfile(worker=command)
    lines = ended(place, until=("e\n", "to up"))
    assert of("worker.1", lines) == [
        f"{START} `{command}`",
        "app a: b",
        "app ",
        "app   c d",
        "app e",
        "heroku State changed from starting to up",
        "heroku State changed from up to down",
        "heroku Stopping all processes with SIGTERM",
        "heroku Process exited with status 143",
    ]
    assert lives(lines) == {"worker.1": ["starting", "up", "down"]}
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_a_crash_is_told_and_so_is_the_start_after_it(place: Workplace) -> None:
    place.procfile(worker="sleep 0.7; exit 3", early="exit 127")
    lines = ended(place, until=("[worker.1]: State changed from up to crashed",))
    assert of("worker.1", lines)[:6] == [
        f"{START} `sleep 0.7; exit 3`",
        "heroku State changed from starting to up",
        "heroku Process exited with status 3",
        "heroku State changed from up to crashed",
        "heroku State changed from crashed to starting",
        f"{START} `sleep 0.7; exit 3`",
    ]
    assert of("early.1", lines)[:5] == [
        f"{START} `exit 127`",
        "heroku Process exited with status 127",
        "heroku State changed from starting to crashed",
        "heroku State changed from crashed to starting",
        f"{START} `exit 127`",
    ]
    assert lives(lines)["early.1"][-1] == "down"


def test_a_restart_comes_from_up_to_starting(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000")
    program = place.start(*FORM)
    program.until("to up")
    place.type("restart", "worker")
    program.until("to up")
    program.signal(signal.SIGTERM)
    program.wait()
    lines = parse(program.output)
    assert of("worker.1", lines)[2:8] == [
        "heroku Restarting",
        "heroku State changed from up to starting",
        "heroku Stopping all processes with SIGTERM",
        "heroku Process exited with status 143",
        f"{START} `exec sleep 1000`",
        "heroku State changed from starting to up",
    ]
    assert lives(lines) == {"worker.1": ["starting", "up", "starting", "up", "down"]}


def test_who_ignores_the_signal_to_stop_meets_r12_with_the_seconds_that_were_set(
    place: Workplace,
) -> None:
    place.procfile(worker=f"exec {child('stubborn.py', place.oracle.tag, place.beats)}")
    lines = ended(place, "-t", "1.5", until=("to up",))
    assert of("worker.1", lines)[-5:] == [
        "heroku State changed from up to down",
        "heroku Stopping all processes with SIGTERM",
        f"heroku {R12} 1.5 seconds of SIGTERM",
        "heroku Stopping remaining processes with SIGKILL",
        "heroku Process exited with status 137",
    ]


def test_scaling_names_the_whole_formation_before_it_comes_about(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000", clock="exec sleep 1000")
    program = place.start(*FORM, "worker=1", "clock=0")
    program.until("to up")
    place.type("scale", "worker=2")
    program.until("[worker.2]: State changed from starting to up")
    place.type("scale", "worker=1")
    program.until("[worker.2]: Process exited")
    program.signal(signal.SIGTERM)
    program.wait()
    lines = parse(program.output)
    scaled = [event.fields["kinds"] for event in events(lines) if event.kind == "scale"]
    assert scaled == ["worker@2:Local clock@0:Local", "worker@1:Local clock@0:Local"]
    first = next(line for line in lines if line.process == "worker.2")
    assert next(line.at for line in lines if line.process == "api") <= first.at
    assert of("worker.2", lines)[2:] == [
        "heroku State changed from up to down",
        "heroku Stopping all processes with SIGTERM",
        "heroku Process exited with status 143",
    ]


def test_a_wish_that_changes_while_a_process_stops_leaves_no_gap_between_states(
    place: Workplace,
) -> None:
    place.procfile(worker="trap 'sleep 1; exit 0' TERM; echo ready; while :; do sleep 0.1; done")
    program = place.start(*FORM)
    program.until("]: ready\n")
    program.until("to up")
    place.type("stop", "worker")
    place.type("start", "worker")
    program.until("to up")
    place.type("restart", "worker")
    place.type("stop", "worker")
    program.until("Process exited")
    program.signal(signal.SIGTERM)
    program.wait()
    expected = ["starting", "up", "down", "starting", "up", "starting", "down"]
    assert lives(parse(program.output)) == {"worker.1": expected}


def test_a_kill_on_request_is_told(place: Workplace) -> None:
    place.procfile(worker="trap '' TERM; echo ready; while :; do sleep 0.1; done")
    program = place.start(*FORM)
    program.until("]: ready\n")
    program.until("to up")
    place.type("stop", "worker")
    place.type("stop", "worker")
    program.until("Process exited")
    program.signal(signal.SIGTERM)
    program.wait()
    assert of("worker.1", parse(program.output))[-4:] == [
        "heroku State changed from up to down",
        "heroku Stopping all processes with SIGTERM",
        "heroku Stopping remaining processes with SIGKILL",
        "heroku Process exited with status 137",
    ]


def test_what_the_platform_has_no_sentence_for_is_a_line_of_its_tools_too(
    place: Workplace,
) -> None:
    place.procfile(worker="sleep 1000 & sleep 1; exit 0")
    lines = ended(place, until=("to up", "behind", "up to crashed"))
    told = [words.removeprefix("app worker.1: ") for words in of("proctor", lines)]
    assert any(words.startswith("Process exited with status 0 and left 1") for words in told)
    assert lives(lines)["worker.1"][:3] == ["starting", "up", "crashed"]


def test_the_lines_of_a_running_app_are_the_same_from_another_terminal(place: Workplace) -> None:
    place.procfile(worker="echo one; sleep 0.7; exit 3")
    program = place.start(*FORM, "--on-exit", "stay")
    program.until("to crashed")
    seen = place.type("logs", *FORM)
    assert seen.returncode == 0, seen.stderr
    assert len(of("worker.1", parse(seen.stdout))) == 5
    assert program.output == seen.stdout
    few = place.type("logs", "-n", "2", *FORM, "--ps", "worker")
    assert few.stdout == "".join(seen.stdout.splitlines(keepends=True)[-2:])
    program.signal(signal.SIGTERM)
    program.wait()


def test_bytes_are_exact_and_long_lines_come_in_pieces(place: Workplace) -> None:
    odd = b"\xff\xfe \xc3\x28 nul \x00 esc \x1b[2J 10%\r20% \xf0\x9f\x9a\x80\n"
    (place.folder / "odd").write_bytes(odd)
    (place.folder / "long").write_text("ä" * 12_000 + "\n" + "x" * 10_000 + "\n")
    place.procfile(worker="cat odd long; echo ready; exec sleep 1000")
    program = place.start(*FORM)
    program.until("]: ready\n")
    program.signal(signal.SIGTERM)
    program.wait()
    assert odd in bytes(program._said)
    messages = [words for words in of("worker.1", parse(program.output)) if words[:3] == "app"]
    assert [len(words.removeprefix("app ").encode()) for words in messages[1:4]] == [
        10_000, 10_000, 4_000,
    ]  # fmt: skip
    assert messages[4] == "app " + "x" * 10_000


def test_a_terminal_gets_the_colour_of_each_type_and_nothing_that_is_not_safe(
    place: Workplace,
) -> None:
    place.procfile(worker="printf 'a\\033[2Jb\\n10%%\\r20%%\\n'; exec sleep 1000")
    terminal = place.on_terminal(PROCTOR, "start", "--no-tui", *FORM)
    terminal.until("to up")
    terminal.press("\x03")
    assert terminal.wait() == 130
    assert "app[worker.1]:\x1b[0m ab\r\n" in terminal.output
    assert "app[worker.1]:\x1b[0m 20%\r\n" in terminal.output
    assert re.search(r"\x1b\[0;1;32m2\S+ heroku\[worker\.1\]:\x1b\[0m State", terminal.output)


def test_a_pipe_gets_no_colours_of_ours_even_where_they_are_forced(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000")
    program = place.start(*FORM, environment={"FORCE_COLOR": "1"})
    program.until("to up")
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "\x1b" not in program.output
    assert lives(parse(program.output)) == {"worker.1": ["starting", "up", "down"]}
