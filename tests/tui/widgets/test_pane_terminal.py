"""What reaches a real terminal: the raw bytes of a screen that shows hostile lines."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from support.hostile import HOSTILE, UNSAFE
from support.pane_host import PaneHost

NEVER = [
    b"evil.example", b"\x1bc", b"\x1bP$q", b"\x1b_G", b"\x1b^", b"\x1bX",
    b"\x1b(0", b"\x0e", b"\x0f", b"\x00", b"\x7f", b"\x1b[6n", b"\x1b]52",
    b"\x1b]0", b"\x1b]2;", b"\x1b]8",
    *(each.encode() for each in "\u202e\u2066\u200e\u009b\u009d\u2028"),
]  # fmt: skip


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """All bytes that the screen wrote until it showed the last line, and while it ended."""
    here, child = pty.openpty()
    fcntl.ioctl(here, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    running = subprocess.Popen(
        [sys.executable, "-m", "support.hostile_host"],
        stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(child)
    try:
        data = _read_until(here, b"THE LAST LINE")
        os.write(here, b"q")
        return data + _read_until(here, None)
    finally:
        running.kill()
        running.wait()
        os.close(here)


def _read_until(terminal: int, words: bytes | None, *, within: float = 20.0) -> bytes:
    data, end = b"", time.monotonic() + within
    while words is None or words not in data:
        assert time.monotonic() < end, f"not drawn: {words!r} in {data[-500:]!r}"
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            read = os.read(terminal, 65536)
        except OSError:  # EIO: the other end has been closed
            return data
        if not read:
            return data
        data += read
    return data


@pytest.mark.parametrize("never", NEVER, ids=repr)
def test_no_sequence_of_a_log_line_or_name_reaches_the_terminal(drawn: bytes, never: bytes) -> None:
    assert b"MARK" in drawn
    assert never not in drawn


async def test_the_panes_themselves_let_nothing_through_without_the_guard() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(100, 60)) as pilot:
        for stream in ("out", "err", "proctor"):
            host.output("web.1", *HOSTILE.values(), stream=stream)
        for _ in range(2):
            host.tick()
            await pilot.pause()
        pane = host.pane("web.1")
        rows = [pane.render_line(y).text for y in range(pane.size.height)]
        assert sum("MARK" in row for row in rows) > 40
        assert not UNSAFE.search("".join(rows))
        assert any("[@click=app.quit]MARK[/]" in row for row in rows)
