import msgspec
import pytest

from proctor.model.events import ProcessState
from proctor.model.facts import (
    Announce,
    KeeperLost,
    LeaderSuspended,
    NotReady,
    PromptShown,
    Say,
    StartFailed,
    StopAsked,
    WaitsFor,
)
from proctor.model.why import why
from support.lives import Life, crashing, living


def reason(life: Life, *, port: int | None = None) -> str:
    return why(life.slot, port=port, now=life.now)


@pytest.mark.parametrize("state", ["down", "starting", "up", "stopping", "crashed", "complete"])
def test_it_is_never_empty(state: ProcessState) -> None:
    assert len(reason(living(state))) > 5


def test_down_says_who_did_not_want_it() -> None:
    life = living("up")
    life.ask_stop()
    life.end()
    assert reason(life) == "not wanted: stopped by a test"
    assert reason(Life()) == "not wanted: not started yet"


def test_starting_says_what_it_waits_for_once_it_runs() -> None:
    life = living("starting", listens=True)
    assert reason(life, port=5006) == "starting: started by a test"
    life.started()
    waits = "starting: started by a test; waiting until it listens on port 5006"
    assert reason(life, port=5006) == waits
    assert reason(life, port=None) == "starting: started by a test"


def test_up_says_where_it_listens_if_that_is_not_its_port() -> None:
    life = living("starting", listens=True)
    life.started()
    life.ready(port=3000)
    words = "up, but it listens on port 3000 and not on PORT, which is 5006"
    assert reason(life, port=5006) == words
    assert reason(life, port=3000) == "up: started by a test"


def test_stopping_says_how_far_it_has_come() -> None:
    life = living("up", grace_seconds=10)
    life.ask_stop()
    assert reason(life) == "being stopped: stopped by a test"
    life.wait(5)
    assert reason(life) == "being stopped, its shells' children too: stopped by a test"
    life.wait(5)
    assert reason(life) == "being stopped, now by SIGKILL: stopped by a test"


def test_stopping_after_a_lost_keeper_says_so() -> None:
    life = living("up")
    life.tell(KeeperLost(run=life.run))
    assert reason(life) == "being stopped: its keeper was killed"


def test_remnants_say_how_their_leader_ended() -> None:
    life = living("up")
    life.leader_left(status=3)
    life.wait(1)
    expected = "being stopped: its leader exited with status 3 and left others behind"
    assert reason(life) == expected


@pytest.mark.parametrize("state", ["starting", "up"])
def test_suspended_says_the_way_on(state: ProcessState) -> None:
    life = living(state, "web.1")
    life.tell(LeaderSuspended(run=life.run, signal="SIGTSTP"))
    assert reason(life).endswith("go on with: proctor kill web.1 CONT")


def test_crashed_says_how_often_and_when_it_is_tried_again() -> None:
    life = crashing(times=4)
    assert reason(life) == "it exited with status 1, 4 times in a row; next try in 4 s"
    life.now += 3
    assert reason(life).endswith("next try in 1 s")
    life.now += 3
    assert reason(life).endswith("next try in 0 s")


def test_a_crash_that_stays_says_so() -> None:
    life = living("up", on_exit="stay")
    life.end(signal=11)
    assert reason(life) == "it was ended by SIGSEGV; it stays so until it is started"


def test_what_could_not_be_started_says_the_problem() -> None:
    life = living("starting", on_exit="stay")
    life.tell(StartFailed(run=life.run, problem="bash was not found."))
    assert reason(life) == "bash was not found; it stays so until it is started"


def test_after_a_lost_keeper_a_crash_says_so() -> None:
    life = living("up")
    life.tell(KeeperLost(run=life.run))
    life.emptied()
    assert reason(life) == "its keeper was killed; next try in 0 s"


def test_a_later_run_says_why_it_was_started_again() -> None:
    life = crashing(times=1)
    life.wait(0)
    assert reason(life) == "starting: started again after it exited with status 1"
    life.tell(KeeperLost(run=life.run))
    life.emptied()
    life.wait(2)
    assert reason(life) == "starting: started again after its keeper was killed"


def test_complete_says_that_it_is_over() -> None:
    life = living("up", on_exit="stay")
    life.end(status=0)
    assert reason(life) == "it exited with status 0, and is not to be started again"


def test_waiting_says_for_what() -> None:
    slot = msgspec.structs.replace(Life().slot, resting="waiting", reason="the release phase")
    assert why(slot, port=None, now=0) == "the release phase"


def test_waiting_says_what_must_come_first() -> None:
    life = Life()
    life.tell(WaitsFor(words="waits until db is up (it is starting)"))
    life.ask_start()
    assert reason(life) == "waits until db is up (it is starting)"


def test_starting_by_a_rule_says_what_it_misses() -> None:
    life = living("starting", ready_when="no line matches /x/")
    assert reason(life) == "starting: started by a test"
    life.started()
    assert reason(life) == "starting: started by a test; not ready yet: no line matches /x/"
    life.tell(NotReady(run=life.run, problem="GET / is not answered"))
    assert reason(life).endswith("not ready yet: GET / is not answered")


def test_up_says_that_its_stop_is_held_for_others() -> None:
    life = living("up")
    life.tell(StopAsked(cause="c2", reason="quit by key", held=True))
    assert reason(life) == "up, and stopped when what starts after it has gone: quit by key"


def test_a_debuggers_prompt_says_the_way_there_and_is_said_once() -> None:
    life = living("up", "web.1")
    said = life.tell(PromptShown(run=life.run, prompt="(Pdb)"))
    assert [order.words for order in said if isinstance(order, Say)] == [
        "web.1 waits at a debugger's prompt, (Pdb): proctor attach web.1"
    ]
    assert reason(life) == "waits at a debugger's prompt, (Pdb); answer it: proctor attach web.1"
    said = life.tell(PromptShown(run=life.run, prompt=None))
    assert not any(isinstance(order, Say) for order in said)
    assert reason(life).startswith("up: ")


def test_who_is_attached_is_not_told_of_the_prompt_that_he_sees() -> None:
    life = living("up", "web.1")
    said = life.tell(PromptShown(run=life.run, prompt="(Pdb)", attended=True))
    assert [type(order) for order in said] == [Announce]
