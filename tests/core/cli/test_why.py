import json
import re

from proctor.model.explanation import Explanation, LastWords, Step
from support.fakes import FakeSession
from support.histories import NOON
from support.shell import Shell

STEPS = (
    Step(at=NOON, before="up", after="crashed", run=2, reason="exited with status 3", cause="app"),
    Step(
        at=NOON - 60, before="starting", after="up", run=2, reason="restarted by cli", cause="c1",
        because="c1: 'proctor restart' by cli",
    ),
)  # fmt: skip


def explains(running: FakeSession) -> None:
    async def explain(process: str) -> Explanation:
        words = LastWords(run=2, lines=("Traceback", "KeyError"))
        return Explanation(process=running.process(process), steps=STEPS, last_words=words)

    running.explain = explain  # type: ignore[method-assign]  # this test's own answer


async def test_it_is_a_chain_of_sentences_and_the_last_words(
    proctor: Shell, running: FakeSession
) -> None:
    explains(running)
    outcome = await proctor("why", "worker.1")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("worker.1 ")
    assert re.sub(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d", "TIME", "\n".join(lines[1:])) == (
        "  TIME  up → crashed: exited with status 3\n"
        "  TIME  starting → up: restarted by cli  (c1: 'proctor restart' by cli)\n"
        "  last printed by run 2, before it crashed:\n"
        "    Traceback\n"
        "    KeyError"
    )
    assert "  … 1 earlier moves" in (await proctor("why", "worker.1", "-n", "1")).out


async def test_without_a_process_it_explains_all_that_are_not_up(
    proctor: Shell, running: FakeSession
) -> None:
    rows = json.loads((await proctor("why", "--json")).out)
    others = [view.name for view in running.now_is.processes if view.state != "up"]
    assert [row["process"]["name"] for row in rows] == others
    for name in others:
        running.tell(running.state_changed(name, "up"))
    assert (await proctor("why")).out == "all processes are up\n"


async def test_json_has_the_documented_fields(proctor: Shell, running: FakeSession) -> None:
    explains(running)
    (row,) = json.loads((await proctor("why", "worker.1", "--json")).out)
    assert list(row) == ["process", "next_try", "moves", "last_words"]
    assert row["moves"][1] == {
        "at": "2026-01-01T11:59:00.000Z", "before": "starting", "after": "up", "run": 2,
        "reason": "restarted by cli", "cause": "c1", "because": "c1: 'proctor restart' by cli",
    }  # fmt: skip
    assert row["last_words"] == {"run": 2, "lines": ["Traceback", "KeyError"]}


async def test_a_process_that_there_is_not_is_told_with_the_nearest_name(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("why", "wrker")
    assert outcome.code == 2
    assert "there is no process 'wrker'. The nearest name is 'worker'." in outcome.err
