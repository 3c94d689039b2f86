"""The demo app under proctor, as a workshop sees it: no request and no job is lost."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Workplace, kill
from support.real_app import InFlight, RealApp, ask, base_port


class Demo(RealApp):
    """The folder that `proctor demo` makes."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, "feed")
        shutil.rmtree(self.folder)
        outcome = place.type("demo", str(self.folder), "--no-run", cwd=place.base)
        assert outcome.returncode == 0, outcome
        self.set(STEP_SECONDS="0.4")

    def queue(self, count: int) -> None:
        """Queue so many jobs by way of its web."""
        answer = ask(self.row()["port"], f"/jobs?count={count}", method="POST")
        assert len(answer["queued"]) == count

    def number(self, statement: str) -> int:
        """Ask its database for a number."""
        with closing(sqlite3.connect(self.folder / "demo.db", timeout=10)) as connection:
            return int(connection.execute(statement).fetchone()[0])

    def until_all_jobs_are_done(self) -> None:
        """Wait for the jobs; each has come out once."""
        left = "SELECT count(*) FROM jobs WHERE done_at IS NULL"
        eventually_now(lambda: self.number(left) == 0, within=40)
        jobs, results, different = map(self.number, (
            "SELECT count(*) FROM jobs",
            "SELECT count(*) FROM results",
            "SELECT count(DISTINCT job) FROM results",
        ))  # fmt: skip
        assert jobs == results == different


@pytest.fixture
def demo(place: Workplace) -> Demo:
    return Demo(place)


def test_no_request_and_no_job_is_lost_when_processes_come_and_go(demo: Demo) -> None:
    program = demo.start("web=1", "worker=1")
    demo.steer("scale", "web=3", "worker=3", "--wait")
    ports = [demo.row(f"web.{number}")["port"] for number in (1, 2, 3)]
    assert [ask(port, "/who")["process"] for port in ports] == ["web.1", "web.2", "web.3"]
    demo.queue(8)
    program.until("job 1")
    requests = [InFlight(port, "/slow?seconds=2") for port in ports]
    eventually_now(lambda: demo.number("SELECT count(*) FROM jobs WHERE step > 0") > 0)
    demo.steer("restart", "--wait")
    assert [request.text() for request in requests] == [
        f"web.{number} took 2 s over this.\n" for number in (1, 2, 3)
    ]
    kill(demo.row("worker.2")["pid"], demo.row("web.2")["pid"])
    program.until("was ended by SIGKILL")
    program.until("was ended by SIGKILL")
    demo.until_all_up()
    assert {ask(port, "/who")["process"] for port in ports} == {"web.1", "web.2", "web.3"}
    demo.steer("scale", "web=1", "worker=1", "--wait")
    demo.until_all_jobs_are_done()
    demo.steer("quit")
    assert program.wait(within=3) == 0


def test_what_is_printed_into_its_folder_restarts_nothing(demo: Demo) -> None:
    words = f"exec {PROCTOR} start --no-tui --watch -p {base_port()} > out.txt 2> errors.txt"
    demo.place.run("bash", "-c", words)
    demo.until_all_up()
    demo.queue(1)
    demo.until_all_jobs_are_done()
    (demo.folder / "page.html").write_text("new")
    demo.until_up_again(run=2)
    said = (demo.folder / "out.txt").read_text()
    assert said.count("changed: restarting") == said.count("page.html changed") == 1


def test_a_save_brings_the_new_page_and_the_database_restarts_nothing(demo: Demo) -> None:
    program = demo.start("--watch", "web=1", "worker=1")
    page = demo.folder / "page.html"
    demo.queue(2)
    demo.until_all_jobs_are_done()
    page.write_text(page.read_text() + "<!-- new -->\n")
    demo.until_up_again(run=2)
    assert program.output.count("page.html") == 1
    assert "demo.db" not in program.output
