"""Start order and ready rules, of real processes: who waits, for what, and who stops first."""

import re
import signal
import time

import pytest

from support.eventually import eventually_now
from support.program import Program, Workplace, free_port

SERVER = "exec python3 -u -m http.server --bind 127.0.0.1"
RESTING = "exec sleep 1000"


def settings(place: Workplace, text: str) -> None:
    (place.folder / "proctor.toml").write_text(text)


def moves(program: Program) -> list[str]:
    """Who came up and who went down, in order."""
    found = re.findall(r"(\w+)\.\d+ +\S* ?State changed from \w+ to (up|down)", program.output)
    return [f"{name} {state}" for name, state in found]


def until_why(place: Workplace, process: str, words: str) -> None:
    """Wait until this is a reason why the process is as it is."""

    def is_so() -> bool:
        row = place.rows().get(process)
        return row is not None and words in row["why"]

    eventually_now(is_so)


@pytest.fixture
def chain(place: Workplace) -> Workplace:
    """A worker after a web after a database that says when it is ready."""
    place.procfile(
        worker=RESTING,
        web=f"{SERVER} $PORT",
        db="sleep 0.3; printf '\\033[32mready to accept\\033[0m connections\\n'; sleep 1000",
    )
    settings(
        place,
        """
        [types.web]
        after = ["db"]
        [types.worker]
        after = ["web"]
        [types.db]
        ready = {log = "^ready to accept connections$"}
        """,
    )
    return place


def end(program: Program, *, code: int = 143) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == code
    assert "a fault of proctor's own" not in program.output


def test_each_starts_when_the_one_before_is_up_and_stops_before_it(chain: Workplace) -> None:
    program = chain.start()
    program.until("worker.1")
    eventually_now(lambda: moves(program)[-1:] == ["worker up"])
    assert moves(program) == ["db up", "web up", "worker up"]
    assert "Waits until db is up (it is starting)" in program.output
    end(program)
    assert moves(program)[3:] == ["worker down", "web down", "db down"]
    chain.assert_nothing_left()


def test_a_rule_that_never_comes_true_leaves_it_starting_and_says_so(place: Workplace) -> None:
    place.procfile(app=RESTING, db=RESTING)
    settings(place, '[types.app]\nafter = "db"\n[types.db]\nready = {log = "no such line"}\n')
    program = place.start()
    program.until("Waits until db is up")
    until_why(place, "db.1", "not ready yet")
    rows = place.rows()
    assert (rows["db.1"]["state"], rows["app.1"]["state"]) == ("starting", "waiting")
    assert rows["db.1"]["why"].endswith("not ready yet: no line matches /no such line/")
    assert rows["app.1"]["why"] == "waits until db is up (it is starting)"
    waited = place.type("start", "--wait", "0.2", "app")
    assert waited.returncode == 1
    assert "app.1 is waiting (waits until db is up (it is starting))" in waited.stderr
    end(program)


@pytest.mark.parametrize("rule", ["{tcp = true}", '{http = "/"}'])
def test_a_server_is_up_when_it_accepts_or_answers(place: Workplace, rule: str) -> None:
    place.procfile(app=RESTING, db=f"sleep 0.5; {SERVER} $PORT")
    settings(place, f'[types.app]\nafter = "db"\n[types.db]\nready = {rule}\n')
    program = place.start("-p", str(free_port()))
    program.until("State changed from starting to up on port")
    program.until("State changed from starting to up")
    assert moves(program) == ["db up", "app up"]
    end(program)


def test_who_does_not_answer_well_is_told_by_its_last_answer(place: Workplace) -> None:
    place.procfile(db=f"{SERVER} $PORT")
    settings(place, '[types.db]\nready = {http = "/ready"}\n')
    program = place.start()
    until_why(place, "db.1", "it answered 404")
    (place.folder / "ready").write_text("")
    program.until("State changed from starting to up")
    end(program)


def test_a_command_is_tried_until_it_succeeds_and_its_last_words_are_kept(
    place: Workplace,
) -> None:
    place.procfile(db=RESTING)
    command = "echo port $PORT of $PS; echo not yet >&2; test -e ready"
    settings(place, f"[types.db]\nready = {{command = '{command}'}}\n")
    program = place.start()
    until_why(place, "db.1", "not yet")
    assert "has not succeeded (exited with status 1: not yet)" in place.rows()["db.1"]["why"]
    (place.folder / "ready").write_text("")
    program.until("State changed from starting to up")
    assert "not yet" not in program.output
    end(program)


def test_a_command_that_hangs_ends_with_what_it_asks_for(place: Workplace) -> None:
    place.procfile(db=RESTING, app=RESTING)
    command = place.tree("forker.py", "setsid")
    settings(place, f"[types.db]\nready = {{command = '{command}'}}\n")
    program = place.start()
    eventually_now(lambda: len(place.oracle.survivors()) > 1)
    place.type("stop", "--wait", "db")
    place.assert_nothing_left(within=1)
    place.type("start", "db")
    eventually_now(lambda: len(place.oracle.survivors()) > 1)
    end(program)
    place.assert_nothing_left(within=1)


def test_a_cycle_is_one_sentence_that_draws_it(place: Workplace) -> None:
    place.procfile(app=RESTING, worker=RESTING, db=RESTING)
    settings(
        place,
        "[types.app]\nafter = 'worker'\n[types.worker]\nafter = 'db'\n[types.db]\nafter = 'app'\n",
    )
    program = place.start()
    assert program.wait() == 2
    drawn = "process types wait for each other: app → worker → db → app (proctor.toml:2)"
    assert drawn in program.output


def test_a_crash_leaves_dependants_alone_unless_they_restart_with_it(place: Workplace) -> None:
    place.procfile(db=RESTING, app=RESTING, worker=RESTING)
    settings(
        place,
        '[types.app]\nafter = [{type = "db", restart = true}]\n[types.worker]\nafter = "db"\n',
    )
    program = place.start()
    eventually_now(lambda: set(moves(program)) == {"db up", "app up", "worker up"})
    place.type("kill", "db.1")
    eventually_now(lambda: place.rows()["app.1"]["run"] == 2)
    rows = place.rows()
    assert (rows["db.1"]["run"], rows["worker.1"]["run"]) == (2, 1)
    end(program)


def test_whoever_does_not_heed_all_is_over_by_one_deadline(place: Workplace) -> None:
    deaf = "trap '' TERM; while :; do sleep 1000; done"
    place.procfile(db=deaf, app=deaf, worker=deaf)
    settings(place, '[types.app]\nafter = "db"\n[types.worker]\nafter = "app"\n')
    program = place.start("-t", "3")
    eventually_now(lambda: len(moves(program)) == 3)
    began = time.monotonic()
    end(program)
    assert 2.7 < time.monotonic() - began < 5
    told = re.findall(r"(\w+)\.1 .*Stopping all processes with SIGTERM", program.output)
    assert told == ["worker", "app", "db"]


@pytest.mark.timeout(90)
def test_two_hundred_are_stopped_in_order_within_the_grace(place: Workplace) -> None:
    place.procfile(db=RESTING, app="trap '' TERM; while :; do sleep 1000; done", worker=RESTING)
    settings(place, '[types.app]\nafter = "db"\n[types.worker]\nafter = "app"\n')
    program = place.start("-t", "5", "-m", "db=80,app=40,worker=80")
    eventually_now(lambda: len(moves(program)) == 200, within=60)
    began = time.monotonic()
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert time.monotonic() - began < 7
    told = re.findall(r"(\w+)\.\d+ .*Stopping all processes with SIGTERM", program.output)
    assert [told.count(each) for each in ("worker", "app", "db")] == [80, 40, 80]
    assert told == sorted(told, key=["worker", "app", "db"].index)
