import msgspec
import pytest

from proctor.model.events import ExitView, ProcessView
from proctor.model.exits import Exit
from proctor.model.facts import LeaderSuspended
from proctor.model.views import exit_view, process_view
from support.lives import Life, crashing, living

WALL = 1_767_268_800.0


def view(life: Life, *, port: int | None = None) -> ProcessView:
    return process_view(life.slot, port=port, now=life.now, at=WALL)


def test_an_end_is_told_by_status_or_by_the_signals_name() -> None:
    assert exit_view(None) is None
    assert exit_view(Exit(status=3)) == ExitView(status=3)
    assert exit_view(Exit(signal=9)) == ExitView(signal="SIGKILL")
    assert msgspec.json.encode(exit_view(Exit(status=0))) == b'{"status":0}'


def test_a_process_that_never_ran_has_no_run_and_no_pid() -> None:
    found = view(Life())
    assert (found.name, found.type, found.state, found.wanted) == (
        "worker.1",
        "worker",
        "down",
        False,
    )
    assert (found.run, found.pid, found.exit) == (0, None, None)


def test_times_are_wall_times_of_the_same_moments() -> None:
    life = living("up")
    life.wait(12)
    assert view(life).since == WALL - 12
    life = crashing(times=3)
    life.now += 0.5
    assert view(life).retry_at == pytest.approx(WALL + 1.5)


def test_what_runs_shows_its_run_its_leader_and_its_port() -> None:
    life = living("starting")
    life.started(leader=4711)
    found = view(life, port=5006)
    assert (found.run, found.pid, found.port) == (1, 4711, 5006)
    assert found.wanted


def test_where_it_listens_is_shown_only_if_that_is_not_its_port() -> None:
    life = living("starting", listens=True)
    life.started()
    life.ready(port=3000)
    assert view(life, port=5006).listens_on == 3000
    assert view(life, port=3000).listens_on is None


def test_only_what_is_being_stopped_has_a_deadline() -> None:
    life = living("up", grace_seconds=10)
    assert view(life).deadline_at is None
    life.ask_stop()
    life.wait(4)
    assert view(life).deadline_at == WALL + 6
    life.emptied()
    assert view(life).deadline_at is None


def test_a_crash_shows_the_exit_and_the_failures_in_a_row() -> None:
    found = view(crashing(times=3))
    assert found.exit == ExitView(status=1)
    assert (found.failures, found.restarts, found.run) == (3, 2, 3)


def test_a_later_run_still_shows_how_the_last_one_ended() -> None:
    life = crashing(times=1)
    life.wait(0)
    found = view(life)
    assert found.state == "starting"
    assert found.exit == ExitView(status=1)


def test_suspended_is_shown() -> None:
    life = living("up")
    life.tell(LeaderSuspended(run=life.run, signal="SIGTSTP"))
    assert view(life).suspended


def test_why_names_the_port_only_of_what_listens() -> None:
    for listens in (False, True):
        life = living("starting", listens=listens)
        life.started()
        assert ("5006" in view(life, port=5006).why) == listens
