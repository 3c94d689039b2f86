"""Takes jobs from the queue and does them, one at a time, in small steps.

Asked to stop, it hands an unfinished job back with the steps done so far, and leaves. Killed, it
cannot: then its lease runs out, and another worker takes the job over.
"""

from __future__ import annotations

import os
import random
import time

from jobs import Busy, Job, Jobs, LeaseLost
from kinds import STEPS
from log import break_progress, facts, paint, progress, say, warn
from process import StopRequest, name_of_this_process

LOOK_EVERY_SECONDS = 0.25
LONG_STEPS = 8  # jobs with as many steps show a bar instead of a line a step
# A step takes about this long; well under the lease, which each step renews.
STEP_SECONDS = min(float(os.environ.get("STEP_SECONDS") or 0.6), 1.5)


def main() -> None:
    """Work until a stop is asked."""
    stop = StopRequest()
    name = name_of_this_process("worker")
    jobs = Jobs()
    say(f"ready, {paint(jobs.waiting(), 'bold')} jobs waiting")
    while not stop.asked:
        try:
            job = jobs.take(name)
            if job is None:
                stop.wait(LOOK_EVERY_SECONDS)
            else:
                work(jobs, job, name, stop)
        except LeaseLost as lost:
            warn(f"job {lost} was taken over: leaving it")
        except Busy as error:
            warn(f"{error}: trying again")
    jobs.close()
    say(paint("stopped", "dim"))


def work(jobs: Jobs, job: Job, name: str, stop: StopRequest) -> None:
    """Do a job to its end, or hand it back."""
    began = time.monotonic()
    label = paint(f"job {job.id}", "purple")
    introduce(job, label)
    long = job.steps >= LONG_STEPS
    for step in range(job.step, job.steps):
        if long:
            progress(label, step / job.steps)
        if stop.wait(length_of_step(job)):
            if long:
                break_progress()
            jobs.hand_back(job)
            say(f"{label} {paint('handed back', 'yellow')} after {step} of {job.steps} steps")
            return
        jobs.step_done(job, step + 1)
        if not long:
            say(f"{label} {paint(name_of_step(job, step), 'dim')}")
    if long:
        progress(label, 1)
    jobs.complete(job, name, result_of(job))
    seconds = time.monotonic() - began
    say(f"{label} {paint('✓ done', 'green')} {seconds:.1f} s")
    if job.kind == "import orders":
        facts(event="import", job=job.id, rows=rows_in(job), seconds=f"{seconds:.2f}")


def introduce(job: Job, label: str) -> None:
    """Say what begins, and why if it does not begin at the beginning."""
    if job.last_owner:
        warn(f"job {job.id}: {job.last_owner} is gone, taking over")
    if job.step:
        say(f"{label} {paint(job.kind, 'bold')} goes on at step {job.step + 1} of {job.steps}")
    else:
        say(f"{label} {paint(job.kind, 'bold')} {job.subject}")


def length_of_step(job: Job) -> float:
    """Return how many seconds the next step takes."""
    seconds = STEP_SECONDS / 2 if job.steps >= LONG_STEPS else STEP_SECONDS
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def name_of_step(job: Job, step: int) -> str:
    """Return the words for a step; the job may have been queued by another release."""
    steps = STEPS.get(job.kind, ())
    return steps[step] if step < len(steps) else f"step {step + 1}"


def rows_in(job: Job) -> int:
    """Return how many rows an import has: made up, but always the same."""
    return 200 + job.id * 37 % 900


def result_of(job: Job) -> str:
    """Return what came of a job."""
    return {
        "resize photo": "2 sizes stored",
        "send mail": "delivered",
        "render invoice": "1 page",
        "encode video": "10 parts",
        "import orders": f"{rows_in(job)} rows",
    }.get(job.kind, "done")


if __name__ == "__main__":
    main()
