import random
import sqlite3
from contextlib import closing
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest

from support.demo_app import DemoApp
from support.eventually import eventually_now

ALL_DONE = "SELECT COUNT(*) FROM jobs WHERE done_at IS NULL"
RESULTS_PER_JOB = (
    "SELECT COUNT(results.id) FROM jobs LEFT JOIN results ON job = jobs.id GROUP BY jobs.id"
)


def test_every_job_is_done_exactly_once_while_workers_are_killed(demo: DemoApp) -> None:
    demo.release()
    demo.queue(60)
    dice = random.Random(7)
    workers = [demo.start(f"worker.{number}") for number in (1, 2, 3)]

    for kill in range(9):
        victim = dice.randrange(3)
        workers[victim].wait_for("job ")
        before = demo.rows("SELECT COUNT(*) FROM results")[0][0]
        eventually_now(lambda: demo.rows("SELECT COUNT(*) FROM results")[0][0] != before)  # noqa: B023 - called before the next turn
        workers[victim].signal(SIGKILL)
        assert workers[victim].end() == -SIGKILL
        workers[victim] = demo.start(f"worker.{victim + 1}.{kill}")

    eventually_now(lambda: demo.rows(ALL_DONE) == [(0,)], within=30)
    assert demo.rows(RESULTS_PER_JOB) == [(1,)] * 60
    assert demo.rows("SELECT MAX(lease) > 1 FROM jobs") == [(1,)], "no kill met a worker at work"


def test_a_worker_that_is_asked_to_stop_hands_its_job_back_with_the_steps_done(
    demo: DemoApp,
) -> None:
    demo.release()
    demo.queue(1, steps=7)
    first = demo.start("worker.1", STEP_SECONDS="1")
    first.wait_for("job 1 add up")

    first.signal(SIGTERM)

    assert first.end(within=2) == 0
    assert "job 1 handed back after 2 of 7 steps" in first.text
    assert demo.rows("SELECT step, owner, leased_until FROM jobs") == [(2, None, 0)]
    second = demo.start("worker.2")
    second.wait_for("job 1 render invoice goes on at step 3 of 7")
    second.wait_for("job 1 ✓ done")
    assert demo.rows("SELECT job, worker FROM results") == [(1, "worker.2")]


def test_the_job_of_a_killed_worker_is_taken_over_within_four_seconds(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1)
    first = demo.start("worker.1", STEP_SECONDS="1.5")
    first.wait_for("job 1 render invoice")
    first.signal(SIGKILL)
    first.end()

    second = demo.start("worker.2")

    eventually_now(lambda: "worker.1 is gone, taking over" in second.text, within=4)
    second.wait_for("job 1 ✓ done")
    assert demo.rows(RESULTS_PER_JOB) == [(1,)]


def test_a_worker_that_was_asleep_leaves_the_job_to_who_took_it_over(demo: DemoApp) -> None:
    demo.release()
    demo.queue(1, steps=7)
    sleeper = demo.start("worker.1", STEP_SECONDS="0.5")
    sleeper.wait_for("job 1 collect items")
    sleeper.signal(SIGSTOP)
    other = demo.start("worker.2")
    other.wait_for("job 1 ✓ done")

    sleeper.signal(SIGCONT)

    sleeper.wait_for("job 1 was taken over: leaving it")
    assert demo.rows("SELECT job, worker FROM results") == [(1, "worker.2")]
    sleeper.signal(SIGTERM)
    assert sleeper.end() == 0


def test_an_idle_worker_stops_at_once(demo: DemoApp) -> None:
    worker = demo.start("worker.1")
    worker.wait_for("ready")

    worker.signal(SIGTERM)

    assert worker.end(within=1) == 0


def test_a_locked_database_holds_a_worker_up_and_does_not_end_it(demo: DemoApp) -> None:
    demo.release()
    demo.queue(4)
    worker = demo.start("worker.1", STEP_SECONDS="0.3")
    worker.wait_for("job 1 collect items")
    with closing(sqlite3.connect(demo.folder / "demo.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE jobs SET subject = 'library'")
        # Started under the lock: this one has to wait for its first look.
        late = demo.start("worker.2")
        late.wait_for("ready")
        other.execute("COMMIT")

    eventually_now(lambda: demo.rows(ALL_DONE) == [(0,)])
    assert demo.rows(RESULTS_PER_JOB) == [(1,)] * 4
    assert "Traceback" not in worker.text + late.text


def test_a_worker_starts_anew_when_its_database_is_removed(demo: DemoApp) -> None:
    worker = demo.start("worker.1")
    worker.wait_for("ready")

    for file in demo.folder.glob("demo.db*"):
        file.unlink()

    assert worker.end() == 1
    assert "demo.db was removed: starting again" in worker.text
    successor = demo.start("worker.1")
    successor.wait_for("ready, 0 jobs waiting")


@pytest.mark.parametrize("url", ["sqlite:///shop.db", "shop.db", "sqlite:///{folder}/shop.db"])
def test_the_database_is_the_file_that_its_url_names(demo: DemoApp, url: str) -> None:
    release = demo.start("release.1", DATABASE_URL=url.format(folder=demo.folder))

    assert release.end() == 0
    assert (demo.folder / "shop.db").exists()


def test_a_database_of_another_kind_is_refused_in_one_line(demo: DemoApp) -> None:
    worker = demo.start("worker.1", DATABASE_URL="postgres://ada:secret@localhost/shop")

    assert worker.end() == 1
    assert worker.text == (
        "DATABASE_URL names a postgres service; this app knows sqlite:///path only\n"
    )
