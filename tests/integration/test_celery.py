"""Celery under proctor: a job in flight is done, once, whatever is restarted or stopped.

Celery takes some seconds to end even when it has nothing to do: hence few tests, of much each.
"""

import subprocess
import sys
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]
import pytest

from support.eventually import eventually_now
from support.program import Program, Workplace, is_there, kill
from support.real_app import RealApp

CELERY = "celery --app shop.tasks worker --loglevel INFO --hostname {tag}-$PS@here --concurrency 2"
# Each with a queue of its own. The second leaves a shell standing, which passes no signal on.
TWO_WAYS = {"alone": f"{CELERY} -Q alone", "below": f"cd . ; {CELERY} -Q below; true"}


class Shop(RealApp):
    """The shop with its workers alone; orders come from outside."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, "shop")
        self.packed = self.folder / "var" / "packed"

    def begin(self, *options: str, **commands: str) -> Program:
        """Start these workers; return when they take jobs."""
        types = {name: command.format(tag=self.tag) for name, command in commands.items()}
        self.place.procfile(**types)
        program = self.start(*options)
        for _ in types:
            program.until(" ready.")
        return program

    def order(self, *numbers: int, seconds: float = 3, queues: tuple[str, ...] = ()) -> None:
        """Queue an order for each number, each in the next of the queues."""
        words = (
            "from shop.tasks import pack\nimport itertools\n"
            f"for n, queue in zip({numbers}, itertools.cycle({queues or ('celery',)})):\n"
            f"    pack.apply_async((n, {seconds}), queue=queue)"
        )
        subprocess.run([sys.executable, "-c", words], cwd=self.folder, check=True, timeout=30)

    def until(self, *lines: str) -> None:
        """Wait until the workers have noted so many lines; they are these, in any order."""
        eventually_now(lambda: len(self.lines()) >= len(lines), within=30)
        assert sorted(self.lines()) == sorted(lines)

    def lines(self) -> list[str]:
        """What the workers have noted of their orders."""
        return self.packed.read_text().splitlines() if self.packed.exists() else []


@pytest.fixture
def shop(place: Workplace) -> Iterator[Shop]:
    yield Shop(place)
    place.type("quit", "--now", "--wait")


def done(*numbers: int) -> list[str]:
    """The lines of orders that were begun once and packed once."""
    return [f"{what} {number}" for number in numbers for what in ("begun", "packed")]


def assert_no_pool_was_signalled(program: Program) -> None:
    """Of Celery's own processes, none but the first was told to end."""
    for words in ("exited with signal", "signal 15", "WorkerLostError"):
        assert words not in program.output


def test_jobs_in_flight_are_done_once_when_their_workers_are_restarted(shop: Shop) -> None:
    program = shop.begin(**TWO_WAYS)
    shop.order(1, 2, queues=("alone", "below"))
    shop.until("begun 1", "begun 2")
    shop.steer("restart", "--wait")
    shop.until(*done(1, 2))
    assert program.output.count("succeeded in") == 2
    assert {row["run"] for row in shop.place.rows().values()} == {2}
    for _ in TWO_WAYS:
        program.until(" ready.")
    shop.order(3, seconds=0, queues=("below",))
    program.until("succeeded in")
    shop.until(*done(1, 2, 3))
    assert_no_pool_was_signalled(program)


def test_jobs_in_flight_are_done_once_when_the_app_is_quit(shop: Shop) -> None:
    program = shop.begin(**TWO_WAYS)
    shop.order(1, 2, queues=("alone", "below"))
    shop.until("begun 1", "begun 2")
    shop.steer("quit")
    assert program.wait() == 0
    assert sorted(shop.lines()) == sorted(done(1, 2))
    assert program.output.count("succeeded in") == 2
    assert not shop.place.oracle.survivors()
    assert_no_pool_was_signalled(program)


def test_no_job_is_lost_or_done_twice_when_workers_come_and_go(shop: Shop) -> None:
    program = shop.begin(worker=CELERY)
    shop.steer("scale", "worker=3", "--wait")
    for _ in "worker.2", "worker.3":
        program.until(" ready.")
    orders = range(1, 16)
    shop.order(*orders, seconds=0.5)
    shop.steer("scale", "worker=1", "--wait")
    assert shop.place.states() == {"worker.1": "up"}
    shop.until(*done(*orders))
    assert_no_pool_was_signalled(program)


def test_after_a_kill_of_its_leader_the_pool_is_gone_before_the_next_run(shop: Shop) -> None:
    program = shop.begin(worker=CELERY)
    leader = shop.row("worker.1")["pid"]
    pool = [child.pid for child in psutil.Process(leader).children(recursive=True)]
    assert len(pool) == 2
    kill(leader)
    program.until("Process was ended by SIGKILL")
    program.until("Starting process with command")
    assert not any(is_there(pid) for pid in pool)
    program.until(" ready.")
    shop.order(1, seconds=0)
    shop.until(*done(1))


def test_a_save_restarts_it_once_after_the_job_in_flight_and_the_job_s_own_files_do_not(
    shop: Shop,
) -> None:
    program = shop.begin("--watch", worker=CELERY)
    shop.order(1)
    shop.until("begun 1")
    tasks = shop.folder / "shop" / "tasks.py"
    tasks.write_text(tasks.read_text().replace("packed {order}", "{order} is packed"))
    program.until(" ready.")
    shop.until(*done(1))
    shop.order(2, seconds=0)
    shop.until(*done(1), "begun 2", "2 is packed")
    assert shop.row("worker.1")["run"] == 2
    assert program.output.count("shop/tasks.py") == 1
    assert_no_pool_was_signalled(program)
