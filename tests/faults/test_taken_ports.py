"""A port that somebody else has: named, evaded or refused; and who does not start at all."""

import os
import re
import socket
from collections.abc import Iterator

import pytest

from support.program import Workplace

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_owner_and_the_next_free_one_is_used(
    place: Workplace, taken: int
) -> None:
    place.procfile(worker="echo given $PORT.; exec sleep 1000")
    program = place.start("-p", str(taken))
    program.until(f"port {taken} is taken by process {os.getpid()}")
    program.until("to up")
    program.end()
    given = re.search(r"given (\d+)\.", program.output)
    assert given is not None
    assert int(given[1]) > taken


def test_with_fixed_ports_the_start_is_refused_before_anything_runs(
    place: Workplace, taken: int
) -> None:
    place.procfile(first="touch began; exec sleep 1000", worker="exec sleep 1000")
    program = place.start("--fixed-ports", "-p", str(taken))
    assert program.wait() == 2
    assert f"port {taken} of first.1 is taken by process {os.getpid()}" in program.output
    assert not (place.folder / "began").exists()
    place.assert_nothing_left()


def test_types_without_a_process_are_listed_and_not_started(place: Workplace) -> None:
    place.procfile(worker="exec sleep 1000", release="touch began", idle="touch began")
    program = place.start("-m", "idle=0")
    program.until("Not started: release (proctor run release), idle (proctor scale idle=1)")
    program.until("to up")
    program.end()
    assert not (place.folder / "began").exists()
