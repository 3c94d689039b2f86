import asyncio
import json
import re
from collections.abc import Sequence

import msgspec
import pytest

from proctor.control.places import Places
from proctor.control.server import ControlServer
from proctor.control.session import WindowRequest
from proctor.logs.spill import Spill
from proctor.logs.store import LogStore
from proctor.logs.window import Window
from proctor.model.events import AppChanged, AppStopped
from proctor.model.names import RunId
from support.eventually import eventually
from support.fakes import FakeSession
from support.histories import NOON
from support.platform_logs import parse
from support.shell import Shell

LINE = re.compile(r"\d\d:\d\d:\d\d (\S+) +([|!*]) (.*)")


def parsed(out: str) -> list[tuple[str, str]]:
    matches = [LINE.fullmatch(line) for line in out.splitlines()]
    return [(match[1], match[3]) for match in matches if match]


async def test_the_latest_lines_of_all_processes_in_the_order_of_arrival(
    proctor: Shell, running: FakeSession
) -> None:
    running.output("web.1", "one")
    running.output("worker.1", "two")
    running.output("web.1", "three")
    outcome = await proctor("logs")
    assert parsed(outcome.out) == [("web.1", "one"), ("worker.1", "two"), ("web.1", "three")]
    assert outcome.code == 0


async def test_n_counts_lines_from_the_end(proctor: Shell, running: FakeSession) -> None:
    running.output("web.1", *(f"line {number}" for number in range(10)))
    assert parsed((await proctor("logs", "-n", "2")).out) == [
        ("web.1", "line 8"),
        ("web.1", "line 9"),
    ]
    assert (await proctor("logs", "-n", "0")).out == ""
    assert len(parsed((await proctor("logs", "-n", "99")).out)) == 10


async def test_what_is_printed_while_they_are_read_is_left_to_the_next_reading(
    proctor: Shell, running: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.output("web.1", *(f"{number}" for number in range(1500)))
    answered = running.windows

    async def flooding(requests: Sequence[WindowRequest]) -> Sequence[Window]:
        found = await answered(requests)
        running.output("web.1", *["a flood"] * 1500)
        return found

    monkeypatch.setattr(running, "windows", flooding)
    lines = parsed((await proctor("logs", "-n", "1200")).out)
    assert [text for _, text in lines] == [str(number) for number in range(300, 1500)]
    assert len(parsed((await proctor("logs", "-n", "1", "--ps", "web")).out)) == 1


async def test_a_look_back_ends_where_memory_has_forgotten(
    proctor: Shell, running: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.output("web.1", *(f"{number}" for number in range(50_000)))
    answered = running.windows
    asked = 0

    async def forgetting(requests: Sequence[WindowRequest]) -> Sequence[Window]:
        nonlocal asked
        asked += 1
        found = await answered(requests)
        running.output("web.1", "a flood")
        running.forget("*", 49_990 + asked)
        return found

    monkeypatch.setattr(running, "windows", forgetting)
    assert (await proctor("logs", "--source", "proctor", "-n", "5")).code == 0
    assert asked < 20


async def test_more_lines_than_one_answer_holds_come_all_of_them(
    proctor: Shell, running: FakeSession
) -> None:
    running.output("web.1", *(f"{number}" for number in range(3500)))
    lines = parsed((await proctor("logs", "-n", "3000")).out)
    assert [int(text) for _, text in lines] == list(range(500, 3500))


@pytest.mark.parametrize(("target", "expected"), [("web", ["one", "three"]), ("web.2", ["three"])])
async def test_only_a_type_or_a_process(
    proctor: Shell, running: FakeSession, target: str, expected: list[str]
) -> None:
    running.output("web.1", "one")
    running.output("worker.1", "two")
    running.output("web.2", "three")
    lines = parsed((await proctor("logs", "--ps", target)).out)
    assert [text for _, text in lines] == expected


async def test_a_process_that_there_is_not_is_told_with_the_nearest_name(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("logs", "--ps", "wrker.1")
    assert outcome.code == 2
    assert "there is no process 'wrker.1' (--ps). The nearest name is 'worker.1'." in outcome.err


async def test_json_is_an_object_a_line(proctor: Shell, running: FakeSession) -> None:
    running.output("web.1", b"caf\xc3\xa9 \xff")
    (line,) = (await proctor("logs", "--json")).out.splitlines()
    fields = json.loads(line)
    assert set(fields) >= {"at", "source", "process", "run", "stream", "message"}
    assert fields["process"] == "web.1"
    assert fields["message"] == "café \ufffd"
    assert fields["at"].endswith("Z")


async def test_each_form_of_the_stream_can_be_chosen(proctor: Shell, running: FakeSession) -> None:
    running.output("web.1", "GET /")
    (line,) = parse((await proctor("logs", "--log-format", "platform")).out)
    assert (line.source, line.process, line.message) == ("app", "web.1", "GET /")
    as_json = (await proctor("logs", "--log-format", "json")).out
    assert as_json == (await proctor("logs", "--json")).out
    assert as_json == (await proctor("logs", "--json", "--log-format", "json")).out
    assert parsed((await proctor("logs", "--log-format", "human")).out) == [("web.1", "GET /")]


async def test_two_forms_at_once_are_refused(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("logs", "--json", "--log-format", "platform")
    assert outcome.code == 2
    assert outcome.err == "proctor: --json and --log-format platform exclude each other.\n"
    assert (await proctor("logs", "--log-format", "xml")).code == 2


async def test_following_goes_on_until_the_app_ends(proctor: Shell, running: FakeSession) -> None:
    running.output("web.1", "before")
    typing = asyncio.create_task(proctor("logs", "-f"))
    await eventually(lambda: len(running._subscribers) == 1)
    for number in range(50):
        running.output("web.1", f"{number}")
        await asyncio.sleep(0)
    running.end()
    outcome = await typing
    assert [text for _, text in parsed(outcome.out)] == ["before", *map(str, range(50))]
    assert outcome.code == 0


async def test_following_one_process_leaves_out_the_others(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("logs", "-f", "--ps", "web.2"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.output("web.1", "not this")
    running.output("web.2", "but this")
    running.end()
    assert parsed((await typing).out) == [("web.2", "but this")]


async def test_lines_that_were_lost_before_they_were_read_are_counted(
    proctor: Shell, running: FakeSession
) -> None:
    running.output("web.1", "first")
    typing = asyncio.create_task(proctor("logs", "-f", "--ps", "web.1"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.output("web.1", *(f"{number}" for number in range(1000)))
    running.forget("web.1", 990)
    running.end()
    out = (await typing).out
    assert "… 989 lines skipped (kept: proctor logs --path)" in out
    assert parsed(out)[-1] == ("web.1", "999")


async def test_path_says_where_the_files_are(proctor: Shell, running: FakeSession) -> None:
    assert (await proctor("logs", "--path")).out == running.now_is.app.log_dir + "\n"


async def test_the_death_of_the_supervisor_is_told_to_who_follows(
    proctor: Shell, running: FakeSession, server: ControlServer
) -> None:
    typing = asyncio.create_task(proctor("logs", "-f"))
    await eventually(lambda: len(running._subscribers) == 1)
    await server.close(within_seconds=0)
    outcome = await typing
    assert outcome.code == 70
    assert outcome.err == "proctor: the supervisor of this app has gone.\n"


async def test_the_last_lines_of_an_app_that_is_quit_are_printed(
    proctor: Shell, running: FakeSession, server: ControlServer
) -> None:
    typing = asyncio.create_task(proctor("logs", "-f"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.output("web.1", "bye")
    running.tell(AppStopped(sequence=running.next_sequence, at=0.0, cause="c1", exit_code=0))
    running.end()
    await server.close()
    outcome = await typing
    assert parsed(outcome.out) == [("web.1", "bye")]
    assert outcome.code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["web"], ["one", "two", "three"]),
        (["web.1", "--ps", "worker.1"], ["one", "two", "four"]),
        (["--err"], ["two"]),
        (["--source", "proctor"], ["three"]),
        (["--source", "app", "-n", "2"], ["two", "four"]),
        (["--since", "2026-01-01T12:00:02Z"], ["three", "four"]),
        (["--until", "2026-01-01T12:00:01Z"], ["one", "two"]),
        (["-n", "1", "--dyno", "web.1"], ["two"]),
    ],
)
async def test_lines_are_selected_by_process_source_stream_and_time(
    proctor: Shell, running: FakeSession, words: list[str], expected: list[str]
) -> None:
    running.output("web.1", "one", at=NOON)
    running.output("web.1", "two", at=NOON + 1, stream="err")
    running.output("web.2", "three", at=NOON + 2, stream="proctor")
    running.output("worker.1", "four", at=NOON + 3)
    assert [text for _, text in parsed((await proctor("logs", *words)).out)] == expected


async def test_the_latest_of_few_lines_among_many_are_found(
    proctor: Shell, running: FakeSession
) -> None:
    running.output("web.1", "first", "second", stream="err")
    running.output("web.1", *(f"{number}" for number in range(3500)))
    lines = parsed((await proctor("logs", "--err", "-n", "1")).out)
    assert lines == [("web.1", "second")]


async def test_after_the_end_the_lines_of_the_last_run_are_printed(
    proctor: Shell, places: Places
) -> None:
    spill = Spill(places.logs, post=lambda callback: callback())
    store = LogStore(spill=spill)
    store.open(RunId.parse("web.1#1"), terminal=False).append(b"one\ntwo\n", NOON)
    store.close()
    outcome = await proctor("logs", "-n", "1")
    assert (outcome.code, parsed(outcome.out)) == (0, [("web.1", "two")])
    assert re.fullmatch(r"proctor: shop is not running: it ended at \d\d:\d\d:\d\d\n", outcome.err)
    assert (await proctor("logs", "--path")).out.strip() == str(places.logs)
    followed = await proctor("logs", "-f")
    assert (followed.code, len(parsed(followed.out))) == (3, 2)


async def test_what_memory_has_forgotten_comes_from_the_files(
    proctor: Shell, running: FakeSession, places: Places
) -> None:
    running.tell(
        AppChanged(
            cause="app",
            sequence=running.next_sequence,
            app=msgspec.structs.replace(running.now_is.app, log_dir=str(places.logs)),
        )
    )
    spill = Spill(places.logs, post=lambda callback: callback())
    track = LogStore(spill=spill).open(RunId.parse("web.1#1"), terminal=False)
    for number in range(20):
        track.append(f"{number}\n".encode(), NOON + number)
        running.output("web.1", f"{number}", at=NOON + number)
    spill.close()
    running.forget("*", 15)
    lines = parsed((await proctor("logs", "-n", "12")).out)
    assert [text for _, text in lines] == [str(number) for number in range(8, 20)]


async def test_an_app_that_never_ran_has_no_lines(proctor: Shell, places: Places) -> None:
    outcome = await proctor("logs")
    assert outcome.code == 3
    assert "shop is not running" in outcome.err


async def test_what_is_forgotten_while_it_is_printed_comes_from_the_files(
    proctor: Shell, running: FakeSession, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.tell(
        AppChanged(
            cause="app",
            sequence=running.next_sequence,
            app=msgspec.structs.replace(running.now_is.app, log_dir=str(places.logs)),
        )
    )
    spill = Spill(places.logs, post=lambda callback: callback())
    track = LogStore(spill=spill).open(RunId.parse("web.1#1"), terminal=False)
    for number in range(3000):
        track.append(f"{number}\n".encode(), NOON + number)
        running.output("web.1", f"{number}", at=NOON + number)
    spill.close()
    answered = running.windows

    async def forgetting(requests: Sequence[WindowRequest]) -> Sequence[Window]:
        """The lines after the first thousand are forgotten before they are asked for."""
        if any(request.first == 1000 for request in requests):
            running.forget("*", 2500)
        return await answered(requests)

    monkeypatch.setattr(running, "windows", forgetting)
    lines = parsed((await proctor("logs", "-n", "3000")).out)
    assert [text for _, text in lines] == [str(number) for number in range(3000)]
