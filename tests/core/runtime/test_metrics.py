import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from proctor.runtime import portable
from proctor.runtime.metrics import Account, Sampler, account_of

MEGABYTE = 1024 * 1024


def by_psutil(pid: int) -> Account | None:
    numbers = portable.account_of(pid)
    return None if numbers is None else Account(*numbers)


ways = pytest.mark.parametrize("account", [account_of, by_psutil])
Way = Callable[[int], Account | None]


class Keeper:
    """A shell that stands for a keeper: its children are the tree, and it collects them."""

    def __init__(self, script: str) -> None:
        self.shell = subprocess.Popen(
            ["sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.pid = self.shell.pid

    def said(self) -> str:
        assert self.shell.stdout is not None
        return self.shell.stdout.readline().strip()

    def say(self, word: str) -> None:
        assert self.shell.stdin is not None
        self.shell.stdin.write(word + "\n")
        self.shell.stdin.flush()

    def end(self) -> None:
        if self.shell.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):  # a test has ended it
            os.killpg(self.pid, signal.SIGKILL)
        self.shell.communicate(timeout=10)


@pytest.fixture
def keep() -> Iterator[Callable[[str], Keeper]]:
    made: list[Keeper] = []

    def start(script: str) -> Keeper:
        made.append(Keeper(script))
        return made[-1]

    yield start
    for keeper in made:
        keeper.end()


Keep = Callable[[str], Keeper]
# Uses half a second of CPU, says so, and waits; the shell waits with it.
BUSY = (
    f"{sys.executable} -c \"import sys, time; print('ready', flush=True); sys.stdin.readline();\n"
    "while time.process_time() < 0.5: pass\n"
    "print('done', flush=True); sys.stdin.readline()\"; :"
)


@ways
def test_cpu_is_what_the_tree_used_since_the_sample_before(keep: Keep, account: Way) -> None:
    keeper = keep(BUSY)
    sampler = Sampler(account)
    assert keeper.said() == "ready"
    first = sampler.sample({"web.1": keeper.pid}, now=100.0)
    keeper.say("go")
    assert keeper.said() == "done"
    second = sampler.sample({"web.1": keeper.pid}, now=101.0)
    third = sampler.sample({"web.1": keeper.pid}, now=102.0)
    assert first["web.1"].cpu_percent == 0.0
    assert second["web.1"].cpu_percent == pytest.approx(50, abs=15)
    assert third["web.1"].cpu_percent < 5


def test_the_time_of_a_child_that_came_and_went_between_two_samples_counts(keep: Keep) -> None:
    busy = f'{sys.executable} -c "import time\nwhile time.process_time() < 0.4: pass"'
    keeper = keep(f"sleep 1000 & echo ready; read word; {busy}; echo done; read word")
    sampler = Sampler()
    assert keeper.said() == "ready"
    sampler.sample({"worker.1": keeper.pid}, now=100.0)
    keeper.say("go")
    assert keeper.said() == "done"
    usage = sampler.sample({"worker.1": keeper.pid}, now=101.0)["worker.1"]
    assert usage.processes_in_tree == 1
    assert usage.cpu_percent == pytest.approx(40, abs=10)


@ways
def test_memory_is_that_of_the_whole_tree(keep: Keep, account: Way) -> None:
    hold = (
        f'{sys.executable} -c "import os, sys; held = bytearray(40 * 1024 * 1024);'
        "os.write(1, b'held\\n'); sys.stdin.readline()\" <&3 &"
    )
    keeper = keep(f"exec 3<&0; {hold} {hold} wait")
    assert keeper.said() == keeper.said() == "held"
    usage = Sampler(account).sample({"web.1": keeper.pid})["web.1"]
    assert usage.processes_in_tree == 2
    assert 80 * MEGABYTE < usage.memory_bytes < 130 * MEGABYTE


def test_what_workers_share_is_counted_once(keep: Keep) -> None:
    keeper = keep("for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; echo started; wait")
    assert keeper.said() == "started"
    usage = Sampler().sample({"web.1": keeper.pid})["web.1"]
    assert usage.processes_in_tree == 8
    # A `sleep` is a megabyte and a half resident, nearly all of it the C library.
    assert usage.memory_bytes < 6 * MEGABYTE


@ways
def test_a_tree_that_has_gone_is_left_out_and_the_others_are_measured(
    keep: Keep, account: Way
) -> None:
    gone, other = keep("sleep 1000 & echo ok; wait"), keep("sleep 1000 & echo ok; wait")
    assert gone.said() == other.said() == "ok"
    sampler = Sampler(account)
    trees = {"web.1": gone.pid, "web.2": other.pid, "web.3": 2**22 + 1}
    sampler.sample(trees, now=1.0)
    gone.end()
    assert sampler.sample(trees, now=2.0).keys() == {"web.2"}


def test_a_zombie_is_no_process_of_the_tree(keep: Keep) -> None:
    # This shell has handed itself over to a program that never collects its child.
    keeper = keep("sleep 0 & sleep 1000 & echo $!; exec sleep 1000")
    keeper.said()
    deadline = time.monotonic() + 10
    while Sampler().sample({"web.1": keeper.pid})["web.1"].processes_in_tree != 1:
        assert time.monotonic() < deadline


def test_another_tree_of_the_same_name_begins_at_nothing() -> None:
    accounts = {os.getpid(): Account(0.0, 50.0, 1, 1, is_alive=True)}
    child = subprocess.Popen(["sleep", "1000"])
    try:
        accounts[child.pid] = Account(9.0, 0.0, 1, 1, is_alive=True)
        sampler = Sampler(accounts.get)
        sampler.sample({"web.1": 2**22 + 1}, now=1.0)
        usage = sampler.sample({"web.1": os.getpid()}, now=2.0)["web.1"]
        assert usage.cpu_percent == 0.0
        accounts[child.pid] = Account(3.0, 0.0, 1, 1, is_alive=True)  # the sum has fallen
        usage = sampler.sample({"web.1": os.getpid()}, now=3.0)["web.1"]
        assert usage.cpu_percent == 0.0
    finally:
        child.kill()
        child.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil is asked")
def test_twenty_trees_cost_less_than_half_a_percent_of_a_core_a_second(keep: Keep) -> None:
    trees = {}
    for number in range(20):
        keeper = keep("sh -c 'sleep 1000 & echo ok; wait'; :")
        assert keeper.said() == "ok"
        trees[number] = keeper.pid
    sampler = Sampler()

    def seconds() -> float:
        begun = time.thread_time()
        assert len(sampler.sample(trees)) == 20
        return time.thread_time() - begun

    assert min(seconds() for _ in range(20)) < 0.005
