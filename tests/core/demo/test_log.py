import os
import pty
import subprocess
import sys

from proctor.demo.copy import APP
from support.demo_app import DemoApp
from support.eventually import eventually_now


def run_on_a_terminal(demo: DemoApp, name: str, **more: str) -> bytes:
    """Run a program on a terminal of its own until it is done with job 1; return its output."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, str(APP / f"{name.partition('.')[0]}.py")],
        cwd=demo.folder,
        env=demo.environment(name, **more),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    output = bytearray()

    def done() -> bool:
        try:
            output.extend(os.read(ours, 65536))
        except BlockingIOError:
            return False
        return b"done" in output

    try:
        eventually_now(done)
    finally:
        program.kill()
        program.wait()
        os.close(ours)
    return bytes(output)


def test_a_terminal_gets_colours_and_a_bar_that_is_painted_over(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1, kind="encode video", steps=10)

    output = run_on_a_terminal(demo, "worker.1")

    assert b"\x1b[35mjob 1\x1b[0m" in output
    assert "\r\x1b[35mjob 1\x1b[0m \x1b[34m█████\x1b[0m".encode() in output
    assert b"100%\r\n" in output


def test_a_terminal_that_wants_no_colour_gets_none(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1)

    assert b"\x1b" not in run_on_a_terminal(demo, "worker.1", NO_COLOR="1")


def test_a_file_gets_plain_whole_lines(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1, kind="encode video", steps=10)
    worker = demo.start("worker.1")

    worker.wait_for("job 1 ✓ done")

    assert "\x1b" not in worker.text
    assert worker.text.splitlines()[1] == "job 1 encode video bakery"
    assert worker.text.splitlines()[2].startswith("job 1 ✓ done")


def test_a_file_gets_colours_when_they_are_asked_for(demo: DemoApp) -> None:
    worker = demo.start("worker.1", FORCE_COLOR="1")

    worker.wait_for(r"ready, \x1b\[1m0\x1b\[0m jobs")


def test_a_stream_of_another_encoding_does_not_end_the_program(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1)
    worker = demo.start("worker.1", PYTHONIOENCODING="ascii")

    worker.wait_for(r"job 1 \? done")
