"""The lock between real processes."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proctor.control.lock import is_alive, peer_of, running_pid, take
from proctor.control.places import Places, SupervisorRecord
from proctor.errors import AlreadyRunning
from support.eventually import eventually_now

Starter = Callable[..., subprocess.Popen[str]]

#: Takes the lock, listens as a supervisor does, forks a keeper that inherits the lock if asked to.
STARTER = """
import os, signal, socket, sys, time
from pathlib import Path
from proctor.control.lock import take
from proctor.control.places import Places, SupervisorRecord
from proctor.errors import AlreadyRunning
from proctor.control.listener import open_listener
root, state, runtime = map(Path, sys.argv[1:4])
places = Places(root=Path(os.path.realpath(root)), app="shop", state=state, runtime=runtime,
                socket=runtime / "shop.sock")
try:
    lock = take(places, say=lambda words: print(words, flush=True))
except AlreadyRunning as error:
    print(error, flush=True)
    sys.exit(3)
keeper = 0
if "keeper" in sys.argv:
    keeper = os.fork()
    if keeper == 0:
        time.sleep(float(sys.argv[-1]))
        os._exit(0)
listener = open_listener(places.socket)
SupervisorRecord(pid=os.getpid(), socket=places.socket).write(places)
print("listens", keeper, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    runtime = tmp_path / "r"
    (tmp_path / "shop").mkdir()
    return Places(
        root=tmp_path / "shop",
        app="shop",
        state=tmp_path / "s" / "apps" / "shop",
        runtime=runtime,
        socket=runtime / "shop.sock",
    )


@pytest.fixture
def start(places: Places) -> Iterator[Starter]:
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, root: Path = places.root) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", STARTER, root, places.state, places.runtime, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def no_words(words: str) -> None:
    pytest.fail(f"said {words!r}")


def test_a_lock_that_nobody_holds_is_taken_at_once(places: Places) -> None:
    lock = take(places, say=no_words)
    assert os.get_inheritable(lock.fd) is False
    lock.close()
    take(places, say=no_words).close()


def test_a_second_start_names_the_process_and_the_socket(places: Places, start: Starter) -> None:
    first = start()
    assert first_line(first).startswith("listens")
    with pytest.raises(AlreadyRunning) as caught:
        take(places, say=no_words)
    assert f"process {first.pid}, socket {places.socket}" in str(caught.value)
    assert caught.value.exit_code == 3


def test_of_twenty_starts_at_once_exactly_one_runs(
    places: Places, start: Starter, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(places.root)
    starters = [start(root=link if number % 2 else places.root) for number in range(20)]
    lines = [first_line(each) for each in starters]
    winners = [each for each, line in zip(starters, lines, strict=True) if "listens" in line]
    assert len(winners) == 1
    for each in starters:
        if each not in winners:
            assert each.wait() == 3
    others = [line for line in lines if "listens" not in line]
    assert all(f"process {winners[0].pid}, socket" in line for line in others)


def test_a_start_after_a_kill_needs_no_manual_step(places: Places, start: Starter) -> None:
    first = start()
    first_line(first)
    first.kill()
    first.wait()
    assert places.socket.exists()
    assert running_pid(places) is None
    assert first_line(start()).startswith("listens")


def test_a_start_waits_for_the_keepers_of_a_killed_run_and_says_so(
    places: Places, start: Starter
) -> None:
    first = start("keeper", "60")
    keeper = int(first_line(first).split()[1])
    first.kill()
    first.wait()
    said: list[str] = []

    def let_the_keeper_end(words: str) -> None:
        said.append(words)
        os.kill(keeper, signal.SIGKILL)

    take(places, say=let_the_keeper_end).close()
    assert said == ["waiting for the last run to end: its processes are still being stopped"]


def test_a_wait_without_end_is_ended_with_a_way_on(places: Places, start: Starter) -> None:
    first = start("keeper", "60")
    keeper = int(first_line(first).split()[1])
    first.kill()
    first.wait()
    with pytest.raises(AlreadyRunning, match="has not ended yet"):
        take(places, say=lambda _: None, patience_seconds=0.2)
    os.kill(keeper, signal.SIGKILL)


def test_a_supervisor_that_is_still_starting_is_waited_for_without_a_word(places: Places) -> None:
    held = take(places, say=no_words)
    with pytest.raises(AlreadyRunning):
        take(places, say=no_words, patience_seconds=0.5)
    held.close()


def test_a_stopped_supervisor_still_runs(places: Places, start: Starter) -> None:
    first = start()
    first_line(first)
    os.kill(first.pid, signal.SIGSTOP)
    with pytest.raises(AlreadyRunning, match=f"process {first.pid}"):
        take(places, say=no_words)


def test_a_supervisor_too_busy_to_accept_anybody_still_runs(places: Places) -> None:
    places.create()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(places.socket))
        listener.listen(0)
        SupervisorRecord(pid=os.getpid(), socket=places.socket).write(places)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(str(places.socket))
        assert running_pid(places) == os.getpid()
        for each in waiting:
            each.close()


def test_a_forked_copy_of_a_dead_supervisor_does_not_count_as_one(places: Places) -> None:
    places.create()
    listener = socket.socket(socket.AF_UNIX)
    child = os.fork()
    if child == 0:
        listener.bind(str(places.socket))
        listener.listen()
        copy = os.fork()
        if copy == 0:
            signal.pause()
        places.record.with_name("copy").write_text(str(copy))
        os._exit(0)
    os.waitpid(child, 0)
    listener.close()
    copy = int(places.record.with_name("copy").read_text())
    try:
        assert running_pid(places) is None
    finally:
        os.kill(copy, signal.SIGKILL)


def test_a_dead_process_that_waits_to_be_reaped_is_not_alive() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    eventually_now(lambda: not is_alive(child))
    os.waitpid(child, 0)
    assert is_alive(os.getpid())
    assert is_alive(1)


def test_who_is_at_the_other_end_of_a_socket_is_told_by_the_kernel() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer_of(one) == (os.getpid(), os.geteuid())


def test_the_lock_waits_in_the_thread_that_asks(places: Places) -> None:
    held = take(places, say=no_words)
    taken = threading.Event()

    def wait() -> None:
        take(places, say=lambda _: None).close()
        taken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not taken.wait(0.1)
    held.close()
    assert taken.wait(5)
    waiting.join()
