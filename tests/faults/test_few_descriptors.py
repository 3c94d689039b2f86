"""A shell that lets programs open few files, as those of macOS do: 256, here fewer still."""

import re

import pytest

from support.program import Workplace

pytestmark = pytest.mark.timeout(60)

FEW = 64
COUNT = 30  # each takes some three, and a moment's more while it starts
SHELL = ("/bin/sh", "-c", f'ulimit -S -n {FEW}; exec "$@"', "sh")


def test_many_processes_run_and_are_given_the_limit_that_we_were_given(place: Workplace) -> None:
    place.procfile(worker="echo may open `ulimit -n`.; exec sleep 1000")
    program = place.start("-m", f"worker={COUNT}", through=SHELL)
    program.until(f"worker.{COUNT} | may open")
    while (found := re.findall(r"may open (\d+)\.", program.output)) and len(found) < COUNT:
        program.until("may open")
    program.end()
    assert found == [str(FEW)] * COUNT
    place.assert_nothing_left()


def test_a_limit_that_may_not_be_raised_is_named_and_nothing_is_left(place: Workplace) -> None:
    place.procfile(worker="echo runs; exec sleep 1000")
    hard = ("/bin/sh", "-c", f'ulimit -n {FEW}; exec "$@"', "sh")
    program = place.start("-m", f"worker={COUNT}", through=hard)
    program.until("Raise the limit of open files: `ulimit -n`")
    program.end()
    place.assert_nothing_left()
