import time

import pytest

from proctor.runtime.ready_lines import ReadyLines
from support.manual_timers import ManualTimers


class Looking:
    def __init__(self, pattern: str) -> None:
        self.timers = ManualTimers()
        self.found = 0
        self.gave_up = 0
        self.lines = ReadyLines(pattern, self.timers, found=self._found, gave_up=self._has_given_up)

    def _found(self) -> None:
        self.found += 1

    def _has_given_up(self) -> None:
        self.gave_up += 1

    def after(self, *chunks: bytes, stream: str = "out") -> int:
        for chunk in chunks:
            self.lines.feed(stream, chunk)
        return self.found


@pytest.mark.parametrize(
    ("pattern", "data", "found"),
    [
        ("listening on", b"booting\nlistening on 5006\nmore\n", True),
        ("^listening$", b"now listening\nlistening soon\n", False),
        ("^listening$", b"now\nlistening\n", True),
        ("^ready$", b"\x1b[1;32mre\x1b[0mady\x1b]0;a title\x07\r\n", True),
        (r"\Aready\Z", b"x\nready\n", True),
        (r"one\s+two", b"one\ntwo\n", False),
        (r"one\s+two", b"one\ntwo\none two\n", True),
        (r"(?i)READY", b"not\nReady\n", True),
        (r"(?<!\s)ready", b"not\nready\n", True),
        ("100 %", b"10 %\r50 %\r100 %\r\n", True),
        ("caf\u00e9", b"\xff caf\xc3\xa9\n", True),
        ("x{3}", b"xx\nx\n", False),
    ],
)  # fmt: skip
def test_a_line_matches_as_people_read_it(pattern: str, data: bytes, found: bool) -> None:
    assert Looking(pattern).after(data) == found


@pytest.mark.parametrize("cut", range(1, 20))
def test_it_does_not_matter_how_a_line_is_cut(cut: int) -> None:
    data = b"a\nlistening \xc3\xa9 now\nb\n"
    assert Looking("listening \u00e9 now$").after(data[:cut], data[cut:]) == 1


def test_streams_do_not_mix() -> None:
    looking = Looking("^ready$")
    looking.lines.feed("out", b"re")
    looking.lines.feed("err", b"ady\n")
    assert looking.found == 0
    looking.lines.feed("out", b"ady\n")
    assert looking.found == 1


def test_a_prompt_without_a_newline_counts_once_it_rests() -> None:
    looking = Looking("^Ready>")
    assert looking.after(b"Ready> ") == 0
    looking.timers.advance(0.3)
    assert looking.found == 1


def test_it_is_found_once_and_no_timer_is_left() -> None:
    looking = Looking("ready")
    assert looking.after(b"rea", b"dy\n", b"ready\n", b"ready\n") == 1
    assert looking.timers.pending == 0


def test_after_its_end_nothing_is_found() -> None:
    looking = Looking("ready")
    looking.after(b"rea")
    looking.lines.end()
    looking.timers.advance(1)
    assert looking.after(b"ready\n") == 0
    assert looking.timers.pending == 0


def test_a_flood_before_it_costs_little_and_is_not_kept() -> None:
    looking = Looking(r"listening on port \d+")
    chunk = b"GET /shop/items/4711 200 in 12 ms\n" * 1900
    endless = b"x" * 65536
    began = time.process_time()
    for _ in range(300):
        looking.after(chunk)
    took = time.process_time() - began
    assert took < 3.0, f"{300 * 1900 / took:.0f} lines a second"
    for _ in range(100):
        looking.after(endless)
    assert sum(map(len, looking.lines._unfinished.values())) < 100_000
    assert looking.after(b"\nlistening on port 5006\n") == 1


@pytest.mark.parametrize("end", [b"!\n", b"!"])
def test_an_expression_that_takes_for_ever_is_given_up_once(end: bytes) -> None:
    looking = Looking("(a+)+$")
    began = time.process_time()
    looking.after(b"a" * 60 + end)
    looking.timers.advance(1)
    looking.after(b"a" * 60 + end, b"aaa\n")
    assert (looking.gave_up, looking.found, looking.timers.pending) == (1, 0, 0)
    assert time.process_time() - began < 5
