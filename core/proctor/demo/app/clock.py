"""Queues a job now and then (CLOCK_SECONDS, 5). Does no work itself: that is for workers."""

from __future__ import annotations

import os
import sys

from jobs import Busy, Jobs
from kinds import any_kind
from log import paint, say, warn
from process import StopRequest, name_of_this_process

ENOUGH = 20  # jobs waiting: more would only make the queue longer


def main() -> None:
    """Tick until a stop is asked."""
    stop = StopRequest()
    name = name_of_this_process("clock")
    seconds = seconds_between_ticks()
    jobs = Jobs()
    say(f"a job every {paint(f'{seconds:g} s', 'bold')}")
    while not stop.wait(seconds):
        try:
            tick(jobs, name)
        except Busy as error:
            warn(f"no job this time: {error}")
    jobs.close()
    say(paint("the clock stops", "dim"))


def tick(jobs: Jobs, name: str) -> None:
    """Queue one job, unless nobody seems to do them."""
    waiting = jobs.waiting()
    if waiting >= ENOUGH:
        warn(f"{waiting} jobs wait: is there a worker?")
        return
    kind, subject, steps = any_kind()
    number = jobs.queue(kind, subject, steps, name)
    say(f"{paint('tick', 'yellow')} job {number} {paint(kind, 'bold')} {paint(subject, 'dim')}")


def seconds_between_ticks() -> float:
    """Return CLOCK_SECONDS."""
    given = os.environ.get("CLOCK_SECONDS") or "5"
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        sys.exit(f"CLOCK_SECONDS is {given!r}; write a number of seconds, as in 5")
    return seconds


if __name__ == "__main__":
    main()
