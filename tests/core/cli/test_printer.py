import asyncio
import errno
import fcntl
import hashlib
import json
import os
import pty
import re
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proctor.cli.colour import wants_colour
from proctor.cli.printer import Printer
from proctor.logs.store import LogStore
from proctor.logs.track import Track
from proctor.model.names import RunId
from proctor.runtime.output import OutputReader, Valve
from support.eventually import eventually

PREFIX = re.compile(rb"^[0-9:]{8} (\S+) +[|!*] ", re.MULTILINE)


class App:
    """Children whose output goes through readers, the store and a printer."""

    def __init__(self) -> None:
        self.valve = Valve()
        self.store = LogStore(on_pressure=self.valve.hold)
        self.ended = 0
        self._children: list[subprocess.Popen[bytes]] = []
        self._descriptors: list[int] = []

    def track(self, run: str = "web.1#1") -> Track:
        return self.store.open(RunId.parse(run), terminal=False)

    def start(self, program: str, run: str = "web.1#1", *, terminal: bool = False) -> None:
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self._descriptors.append(ours)
        command = [sys.executable, "-I", "-S", "-c", program]
        self._children.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs))
        os.close(theirs)
        track = self.store.open(RunId.parse(run), terminal=terminal)

        def end() -> None:
            track.end(time.time())
            self.ended += 1

        OutputReader(
            asyncio.get_running_loop(),
            ours,
            lambda data: track.append(data, time.time()),
            end,
            valve=self.valve,
        )

    def close(self) -> None:
        for child in self._children:
            child.kill()
            child.communicate()
        for descriptor in self._descriptors:
            os.close(descriptor)


class Output:
    """The other end of what a printer prints to."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        self.writing = writing
        os.set_blocking(reading, False)
        self._data = bytearray()

    def read(self) -> bytes:
        """Everything printed so far."""
        while True:
            try:
                data = os.read(self.reading, 65536)
            except BlockingIOError:
                break
            if not data:
                break
            self._data += data
        return bytes(self._data)

    def stop_reading(self) -> None:
        os.close(self.reading)
        self.reading = -1

    def close(self) -> None:
        for descriptor in (self.reading, self.writing):
            if descriptor >= 0:
                os.close(descriptor)


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.close()


@pytest.fixture
def pipe() -> Iterator[Output]:
    output = Output(*os.pipe())
    yield output
    output.close()


@pytest.fixture
def terminal() -> Iterator[Output]:
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    output = Output(ours, theirs)
    yield output
    output.close()


def printing(app: App, descriptor: int, **options: object) -> Printer:
    printer = Printer(app.store, descriptor, **options)  # type: ignore[arg-type]
    printer.attach(asyncio.get_running_loop())
    return printer


def without_prefixes(printed: bytes, process: str = "web.1") -> bytes:
    """The lines of one process, as it wrote them; every line must have a prefix."""
    lines = printed.split(b"\n")
    assert lines.pop() == b""
    found = [(line, PREFIX.match(line)) for line in lines]
    assert all(match for _, match in found), [line for line, match in found if not match]
    return b"".join(
        line[match.end() :] + b"\n"
        for line, match in found
        if match and match[1].decode() == process
    )


PUT = """
import os, sys
def put(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]
"""

ODD = {
    "invalid UTF-8": b"\xff\xfe caf\xc3 \xed\xa0\x80\n",
    "NUL": b"a\x00b\n\x00\n",
    "progress": b"10%\r50%\r100%\ndone\n",
    "colours": b"\x1b[31mred\x1b[0m \x1b]0;title\x07\n",
    "empty lines": b"\n\n\nx\n\n",
    "windows": b"a\r\nb\r\n",
}


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize("name", ODD)
async def test_odd_bytes_are_exact_in_a_pipe(
    app: App, pipe: Output, name: str, on_terminal: bool
) -> None:
    printer = printing(app, pipe.writing)
    app.start(f"{PUT}\nput({ODD[name]!r})", terminal=on_terminal)
    await eventually(lambda: app.ended == 1)
    await printer.finish()
    assert without_prefixes(pipe.read()) == ODD[name]


@pytest.mark.parametrize("on_terminal", [False, True])
async def test_many_multi_byte_lines_are_exact(app: App, tmp_path: Path, on_terminal: bool) -> None:
    line = "zażółć gęślą jaźń 日本語 🦊 "
    program = f"""{PUT}
for n in range(20):
    put(b"".join(f"{line}{{n}}.{{m}}\\n".encode() for m in range(1000)))
"""
    expected = b"".join(f"{line}{n}.{m}\n".encode() for n in range(20) for m in range(1000))
    with (tmp_path / "out").open("wb") as target:
        printer = printing(app, target.fileno())
        app.start(program, terminal=on_terminal)
        await eventually(lambda: app.ended == 1)
        await printer.finish()
    assert without_prefixes((tmp_path / "out").read_bytes()) == expected


@pytest.mark.parametrize("on_terminal", [False, True])
async def test_one_line_of_10_mb_is_one_line(app: App, tmp_path: Path, on_terminal: bool) -> None:
    with (tmp_path / "out").open("wb") as target:
        printer = printing(app, target.fileno())
        app.start(f"{PUT}\nput(b'0123456789' * 1_000_000 + b'\\nnext\\n')", terminal=on_terminal)
        await eventually(lambda: app.ended == 1)
        await printer.finish()
    printed = (tmp_path / "out").read_bytes()
    assert without_prefixes(printed) == b"0123456789" * 1_000_000 + b"\nnext\n"


async def test_one_line_of_10_mb_in_pieces_is_whole_while_another_process_prints(
    app: App, pipe: Output
) -> None:
    printer = printing(app, pipe.writing)
    long_line = f"""{PUT}
import time
for _ in range(160):
    put(b"0123456789abcdef" * 4096)
    time.sleep(0.001)
put(b"\\nnext\\n")
"""
    chatty = f"""{PUT}
import itertools, time
for number in itertools.count():
    put(b"%d\\n" % number)
    time.sleep(0.002)
"""
    app.start(chatty, "clock.1#1")
    await eventually(lambda: pipe.read() != b"")
    app.start(long_line)
    await eventually(lambda: bool(pipe.read()) and app.ended == 1, within=30)
    finishing = asyncio.ensure_future(printer.finish())
    await eventually(lambda: bool(pipe.read()) and finishing.done())
    await finishing
    printed = pipe.read()
    written = b"0123456789abcdef" * 4096 * 160 + b"\nnext\n"
    assert hashlib.sha256(without_prefixes(printed)).digest() == hashlib.sha256(written).digest()
    ticks = without_prefixes(printed, "clock.1").split()
    assert ticks == [b"%d" % number for number in range(len(ticks))]
    assert len(ticks) > 50


async def test_a_prompt_delays_what_another_process_prints_for_a_moment_only(
    app: App, pipe: Output
) -> None:
    printer = printing(app, pipe.writing)
    app.track().append(b"Password: ", time.time())
    await eventually(lambda: pipe.read() != b"")
    began = time.monotonic()
    app.track("worker.1#1").append(b"other\n", time.time())
    await eventually(lambda: pipe.read().endswith(b"| other\n"))
    assert 0.15 < time.monotonic() - began < 1.5  # 0.2 on an idle machine
    await printer.finish()
    assert pipe.read().count(b"\n") == 2


async def test_text_without_a_newline_appears_while_its_process_lives(
    app: App, pipe: Output
) -> None:
    printer = printing(app, pipe.writing)
    app.start(f"{PUT}\nput(b'Password: ')\nsys.stdin.read()", terminal=True)
    await eventually(lambda: pipe.read() != b"", within=5)
    began = time.monotonic()
    assert pipe.read().endswith(b"| Password: ")
    app.store.say("Stopping", at=time.time())
    await eventually(lambda: pipe.read().endswith(b"* Stopping\n"))
    assert time.monotonic() - began < 2
    await printer.finish()


async def test_a_partial_line_waits_no_longer_than_it_must(app: App, pipe: Output) -> None:
    printer = printing(app, pipe.writing)
    began = time.monotonic()
    app.track().append(b"Password: ", time.time())
    await eventually(lambda: pipe.read() != b"")
    assert 0.15 < time.monotonic() - began < 1.5  # 0.2 on an idle machine
    await printer.finish()
    assert pipe.read().endswith(b"Password: \n")


async def test_text_without_a_newline_appears_when_its_process_ends(app: App, pipe: Output) -> None:
    printer = printing(app, pipe.writing)
    app.start(f"{PUT}\nput(b'no newline')")
    await eventually(lambda: app.ended == 1)
    await printer.finish()
    assert without_prefixes(pipe.read()) == b"no newline\n"


@pytest.mark.parametrize("on_terminal", [False, True])
async def test_a_slow_reader_of_a_pipe_holds_the_processes_and_gets_every_byte(
    app: App, pipe: Output, on_terminal: bool
) -> None:
    printer = printing(app, pipe.writing)
    program = f"""{PUT}
for n in range(50):
    put(b"".join(b"%06d %06d %s\\n" % (n, m, b"x" * 86) for m in range(1000)))
"""
    app.start(program, terminal=on_terminal)
    await eventually(lambda: app.valve.held, within=20)
    await eventually(lambda: bool(pipe.read()) and app.ended == 1, within=30)
    finishing = asyncio.ensure_future(printer.finish())
    await eventually(lambda: bool(pipe.read()) and finishing.done())
    await finishing
    digest = hashlib.sha256(without_prefixes(pipe.read()))
    expected = hashlib.sha256()
    for n in range(50):
        expected.update(b"".join(b"%06d %06d %s\n" % (n, m, b"x" * 86) for m in range(1000)))
    assert digest.digest() == expected.digest()


async def test_ten_writers_are_exact_each(app: App, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as target:
        printer = printing(app, target.fileno())
        for number in range(1, 11):
            program = f"""{PUT}
for n in range(50):
    put(b"".join(b"{number} %d.%d\\n" % (n, m) for m in range(100)))
"""
            app.start(program, f"web.{number}#1", terminal=number % 2 == 0)
        await eventually(lambda: app.ended == 10, within=30)
        await printer.finish()
    printed = (tmp_path / "out").read_bytes()
    for number in range(1, 11):
        expected = b"".join(b"%d %d.%d\n" % (number, n, m) for n in range(50) for m in range(100))
        assert without_prefixes(printed, f"web.{number}") == expected


async def test_the_loop_goes_on_while_nobody_reads_the_pipe(app: App, pipe: Output) -> None:
    printer = printing(app, pipe.writing)
    track = app.track()
    for _ in range(100):
        track.append(b"x" * 65535 + b"\n", time.time())
    turns = 0
    began = time.monotonic()
    while time.monotonic() - began < 0.1:
        await asyncio.sleep(0)
        turns += 1
    assert turns > 50
    began = time.monotonic()
    await printer.finish(within_seconds=0.1)
    assert time.monotonic() - began < 3


async def test_the_flags_of_a_pipe_stay_as_they_are(app: App, pipe: Output) -> None:
    before = fcntl.fcntl(pipe.writing, fcntl.F_GETFL)
    printer = printing(app, pipe.writing)
    app.track().append(b"x\n", 1.0)
    await eventually(lambda: pipe.read() != b"")
    assert fcntl.fcntl(pipe.writing, fcntl.F_GETFL) == before
    await printer.finish()


async def test_a_reader_that_goes_away_is_noticed_even_when_nothing_is_printed(
    app: App, pipe: Output
) -> None:
    gone: list[str] = []
    printer = printing(app, pipe.writing, on_reader_gone=lambda: gone.append("gone"))
    pipe.stop_reading()
    await eventually(lambda: gone == ["gone"])
    app.track().append(b"unheard\n", time.time())
    await printer.finish()
    assert gone == ["gone"]
    assert isinstance(printer.problem, BrokenPipeError)


async def test_a_reader_that_goes_away_while_it_is_slow_holds_nobody_any_more(
    app: App, pipe: Output
) -> None:
    gone: list[str] = []
    printer = printing(app, pipe.writing, on_reader_gone=lambda: gone.append("gone"))
    app.start(f"{PUT}\nwhile True: put(b'y\\n' * 10000)")
    await eventually(lambda: app.valve.held, within=20)
    pipe.stop_reading()
    await eventually(lambda: gone == ["gone"] and not app.valve.held)
    await printer.finish()


@pytest.fixture
def full_target() -> Iterator[int]:
    """A file for which there is no room."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.may_skip("not every system has a device that is always full")
async def test_a_target_that_is_full_is_as_a_reader_that_has_gone(
    app: App, full_target: int
) -> None:
    gone: list[str] = []
    printer = printing(app, full_target, on_reader_gone=lambda: gone.append("gone"))
    app.track().append(b"x\n", time.time())
    await eventually(lambda: gone == ["gone"])
    assert printer.problem is not None
    assert printer.problem.errno == errno.ENOSPC
    await printer.finish()


async def test_a_socket_is_printed_to_like_a_pipe(app: App) -> None:
    ours, theirs = socket.socketpair()
    gone: list[str] = []
    with theirs:
        with ours:
            printer = printing(app, theirs.fileno(), on_reader_gone=lambda: gone.append("gone"))
            app.start(f"{PUT}\nput(b'0123456789' * 100_000 + b'\\n')")
            ours.setblocking(False)
            text = bytearray()

            def whole_line() -> bool:
                try:
                    text.extend(ours.recv(65536))
                except BlockingIOError:
                    return False
                return text.endswith(b"\n")

            await eventually(whole_line)
            assert without_prefixes(bytes(text)) == b"0123456789" * 100_000 + b"\n"
        await eventually(lambda: gone == ["gone"])
        await printer.finish()


async def test_a_terminal_gets_safe_lines_only(app: App, terminal: Output) -> None:
    printer = printing(app, terminal.writing)
    app.track().append(b"\x1b]52;c;eA==\x07\x1b[31mred\x1b[2J\n", time.time())
    await printer.finish()
    assert terminal.read().endswith(b"web.1 | \x1b[31mred\x1b[0m\n")


async def test_a_slow_terminal_holds_nobody_and_says_how_much_it_missed(
    app: App, terminal: Output
) -> None:
    held: list[bool] = []
    app.store = LogStore(memory_limit=1_000_000, on_pressure=held.append)
    printer = printing(app, terminal.writing)
    track = app.track()
    for number in range(300):
        track.append(b"".join(b"%d %d\n" % (number, m) for m in range(1000)), time.time())
        await asyncio.sleep(0)
    finishing = asyncio.ensure_future(printer.finish(within_seconds=30))
    await eventually(lambda: terminal.read() != b"" and finishing.done(), within=30)
    await finishing

    printed = terminal.read().decode()
    assert held == []
    assert printed.endswith("299 999\n")
    skipped = re.findall(r"… ([0-9,]+) lines skipped \(kept: proctor logs --path\)\n", printed)
    missed = sum(int(count.replace(",", "")) for count in skipped)
    assert missed > 0
    assert missed + len(re.findall(r"web\.1 \| ", printed)) == 300_000


async def test_json_lines_come_whole(app: App, pipe: Output) -> None:
    printer = printing(app, pipe.writing, log_format="json")
    track = app.track()
    track.append(b"half", time.time() - 10)
    for _ in range(10):
        await asyncio.sleep(0)
    assert pipe.read() == b""
    track.append(b" whole\n", time.time())
    await printer.finish()
    assert json.loads(pipe.read())["message"] == "half whole"


async def test_what_was_printed_before_attaching_is_printed(app: App, pipe: Output) -> None:
    app.track().append(b"early\n", time.time())
    printer = printing(app, pipe.writing)
    await eventually(lambda: pipe.read().endswith(b"early\n"))
    await printer.finish()


async def test_a_printer_that_never_began_finishes_at_once(app: App, pipe: Output) -> None:
    await Printer(app.store, pipe.writing).finish()
    assert pipe.read() == b""


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_is_for_terminals_unless_the_user_says_otherwise(
    terminal: Output, environment: dict[str, str], coloured: bool
) -> None:
    assert wants_colour(terminal.writing, environment) is coloured


def test_a_pipe_is_not_coloured(pipe: Output) -> None:
    assert not wants_colour(pipe.writing, {"TERM": "xterm"})
