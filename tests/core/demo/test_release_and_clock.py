from signal import SIGTERM

from support.demo_app import DemoApp
from support.eventually import eventually_now


def test_the_release_may_run_again_and_keeps_the_jobs(demo: DemoApp) -> None:
    demo.release()
    demo.queue(3)

    again = demo.start("release.1")

    assert again.end() == 0
    assert "3 jobs waiting" in again.text
    assert demo.rows("SELECT COUNT(*) FROM jobs") == [(3,)]


def test_all_programs_may_start_at_once_without_a_release(demo: DemoApp) -> None:
    programs = [demo.start(f"worker.{number}") for number in range(1, 5)]
    programs += [demo.start("clock.1"), demo.start("release.1")]
    web, _ = demo.start_web()

    for program in programs[:4]:
        program.wait_for("ready")
    programs[4].wait_for("a job every")
    assert programs[5].end() == 0
    assert web.popen.poll() is None


def test_the_clock_queues_a_job_at_each_tick_and_stops_at_once(demo: DemoApp) -> None:
    clock = demo.start("clock.1", CLOCK_SECONDS="0.05")
    clock.wait_for("tick job 3 ")

    clock.signal(SIGTERM)

    assert clock.end(within=1) == 0
    jobs = demo.rows("SELECT queued_by FROM jobs")
    assert len(jobs) == clock.text.count("tick")
    assert set(jobs) == {("clock.1",)}


def test_the_clock_does_not_pile_up_jobs_that_nobody_does(demo: DemoApp) -> None:
    demo.release()
    demo.queue(19)
    clock = demo.start("clock.1", CLOCK_SECONDS="0.05")

    clock.wait_for("warning 20 jobs wait: is there a worker?")

    eventually_now(lambda: clock.text.count("warning") > 2)
    assert demo.rows("SELECT COUNT(*) FROM jobs") == [(20,)]


def test_a_clock_without_sense_is_refused_in_one_line(demo: DemoApp) -> None:
    clock = demo.start("clock.1", CLOCK_SECONDS="often")

    assert clock.end() == 1
    assert clock.text == "CLOCK_SECONDS is 'often'; write a number of seconds, as in 5\n"
