import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from proctor.runtime import portable
from proctor.runtime.trees import describe, members

# Stands for a keeper: it adopts what its descendants leave behind.
KEEPER = r"""
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
script = '''
import os, subprocess, sys, threading
def tell(word, pid):
    os.write(1, f"{word} {pid}\\n".encode())  # whole lines: several write at once
child = subprocess.Popen(["sleep", "1000"])
daemon = os.fork()
if daemon == 0:
    os.setsid()
    if os.fork() == 0:
        tell("daemon", os.getpid())
        os.execvp("sleep", ["sleep", "1000"])
    os._exit(0)
os.waitpid(daemon, 0)
def from_a_thread():
    tell("thread", subprocess.Popen(["sleep", "1000"]).pid)
    threading.Event().wait()
threading.Thread(target=from_a_thread, daemon=True).start()
tell("leader", os.getpid())
tell("child", child.pid)
sys.stdin.read()
'''
leader = subprocess.Popen([sys.executable, "-c", script])
leader.wait()
"""


@pytest.fixture
def tree() -> Iterator[tuple[int, dict[str, int]]]:
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None
    pids: dict[str, int] = {}
    while len(pids) < 4:
        word, pid = keeper.stdout.readline().split()
        pids[word] = int(pid)
    yield keeper.pid, pids
    for member in pids.values():
        os.kill(member, signal.SIGKILL)
    keeper.kill()
    keeper.communicate(timeout=10)


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")


@linux
@pytest.mark.parametrize("look", [members, portable.descendants])
def test_a_tree_holds_children_of_every_thread_and_adopted_daemons(
    tree: tuple[int, dict[str, int]], look: object
) -> None:
    keeper, pids = tree
    assert callable(look)
    assert set(look(keeper)) == set(pids.values())


def test_a_process_without_children_has_an_empty_tree() -> None:
    child = subprocess.Popen(["sleep", "1000"])
    try:
        assert members(child.pid) == ()
    finally:
        child.kill()
        child.wait()
    assert members(child.pid) == ()


def test_a_wide_tree_is_told_whole() -> None:
    script = "for i in $(seq 300); do sleep 1000 & done; echo ready; wait"
    shell = subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "ready\n"
        assert len(members(shell.pid)) == 300
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.communicate(timeout=10)


def test_a_process_is_described_by_pid_and_command() -> None:
    # It has become that command for good when it answers.
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"x\n")
        child.stdin.flush()
        child.stdout.readline()
        assert describe(child.pid) == f"{child.pid} cat"
        assert portable.command_of(child.pid) == "cat"
    finally:
        child.communicate(timeout=10)
    assert describe(child.pid) == str(child.pid)
    assert portable.command_of(child.pid) is None
