from collections.abc import Iterable

import pytest

from proctor.model.facts import BecameReady
from proctor.model.names import RunId
from proctor.runtime.port_owner import Owner
from proctor.runtime.probe import Probes
from support.manual_timers import ManualTimers

WEB = RunId.parse("web.1#1")
OTHER = RunId.parse("web.2#1")
TREES = {WEB: (100, 101), OTHER: (200,)}


class Sockets:
    """A table of listening sockets in the test's hand: which pid listens on which ports."""

    def __init__(self) -> None:
        self.by_pid: dict[int, set[int]] = {}
        self.looks = 0
        self.searches = 0

    def listen(self, pid: int, *ports: int) -> None:
        self.by_pid.setdefault(pid, set()).update(ports)

    def look(self) -> "Sockets":
        self.looks += 1
        return self

    @property
    def sockets(self) -> frozenset[tuple[int, int]]:
        return frozenset((pid, port) for pid, ports in self.by_pid.items() for port in ports)

    def is_taken(self, port: int) -> bool:
        return any(port in ports for ports in self.by_pid.values())

    def owner(self, port: int) -> Owner | None:
        raise NotImplementedError(port)

    def ports_of(self, pids: Iterable[int]) -> frozenset[int]:
        self.searches += 1
        return frozenset(port for pid in pids for port in self.by_pid.get(pid, ()))

    def listens(self, pids: Iterable[int], port: int) -> bool:
        return port in self.ports_of(pids)


class Looking:
    def __init__(self) -> None:
        self.timers = ManualTimers()
        self.sockets = Sockets()
        self.told: list[BecameReady] = []
        self.probes = Probes(
            self.timers,
            members=lambda run: TREES[run],
            ready=self.told.append,
            look=self.sockets.look,
        )


@pytest.fixture
def looking() -> Looking:
    return Looking()


def test_it_is_ready_as_soon_as_its_tree_listens_on_its_port(looking: Looking) -> None:
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(1)
    assert looking.told == []
    looking.sockets.listen(101, 5006)
    looking.timers.advance(0.03)
    assert looking.told == [BecameReady(run=WEB, port=5006)]


def test_nobody_is_looked_for_any_more_when_all_are_ready(looking: Looking) -> None:
    looking.sockets.listen(100, 5006)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(1)
    assert looking.sockets.looks == 1
    assert looking.timers.pending == 0


def test_a_listener_outside_its_tree_counts_and_is_told(looking: Looking) -> None:
    looking.sockets.listen(9999, 5006)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(0.1)
    assert looking.told == [BecameReady(run=WEB, port=5006, outside=True)]


def test_another_port_counts_only_after_three_seconds(looking: Looking) -> None:
    looking.sockets.listen(100, 9229, 3000)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(2.95)
    assert looking.told == []
    looking.timers.advance(0.1)
    assert looking.told == [BecameReady(run=WEB, port=3000, instead_of=5006)]


def test_another_port_of_a_stranger_never_counts(looking: Looking) -> None:
    looking.sockets.listen(9999, 3000)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(60)
    assert looking.told == []


def test_a_tree_that_never_listens_is_searched_again_only_when_there_are_other_sockets(
    looking: Looking,
) -> None:
    looking.sockets.listen(9999, 3000)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(3.1)
    assert looking.sockets.searches == 1
    looking.timers.advance(1.5)
    assert looking.sockets.searches == 1
    looking.sockets.listen(101, 3001)
    looking.timers.advance(0.1)
    assert looking.told == [BecameReady(run=WEB, port=3001, instead_of=5006)]


def test_a_socket_that_was_there_and_was_handed_over_is_found_after_a_while(
    looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking.sockets.listen(9999, 3000)
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(4)
    monkeypatch.setitem(TREES, WEB, (100, 9999))
    looking.timers.advance(2.1)
    assert looking.told == [BecameReady(run=WEB, port=3000, instead_of=5006)]


def test_what_has_ended_is_never_told_ready(looking: Looking) -> None:
    looking.probes.begin(WEB, 5006)
    looking.probes.end(WEB)
    looking.sockets.listen(100, 5006)
    looking.timers.advance(10)
    assert looking.told == []
    assert looking.sockets.looks == 0


def test_the_end_of_what_nobody_looks_for_is_no_fault(looking: Looking) -> None:
    looking.probes.end(WEB)
    assert looking.timers.pending == 0


def test_all_that_start_are_found_by_one_look(looking: Looking) -> None:
    looking.sockets.listen(100, 5006)
    looking.sockets.listen(200, 5007)
    looking.probes.begin(WEB, 5006)
    looking.probes.begin(OTHER, 5007)
    looking.timers.advance(0.1)
    assert {fact.run for fact in looking.told} == {WEB, OTHER}
    assert looking.sockets.looks == 1


def test_after_five_seconds_it_looks_four_times_a_second_until_another_starts(
    looking: Looking,
) -> None:
    looking.probes.begin(WEB, 5006)
    looking.timers.advance(6)
    before = looking.sockets.looks
    looking.timers.advance(10)
    assert 38 <= looking.sockets.looks - before <= 41
    looking.timers.advance(0.1)
    looking.probes.begin(OTHER, 5007)
    looking.sockets.listen(200, 5007)
    looking.timers.advance(0.03)
    assert looking.told == [BecameReady(run=OTHER, port=5007)]


def test_many_starts_in_a_row_do_not_put_the_look_off(looking: Looking) -> None:
    looking.sockets.listen(100, 5006)
    for _ in range(100):
        looking.probes.begin(WEB, 5006)
        looking.timers.advance(0.01)
        if looking.told:
            break
    assert looking.timers.now() < 1000.1
