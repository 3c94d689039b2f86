import json
import re

import msgspec
import pytest

from proctor.logs.search import SearchHit
from proctor.model.events import FormationChanged
from support.fakes import FakeSession
from support.histories import NOON
from support.shell import Shell

HIT = SearchHit("web.1", 2, "out", NOON, 7, "GET /slow 500", [(10, 13)])
SAID = SearchHit("web.1", None, "proctor", NOON, None, "Process exited", [(8, 14)])


async def test_hits_are_printed_as_logs_prints_lines(proctor: Shell, running: FakeSession) -> None:
    running.finds = [SAID, HIT]
    outcome = await proctor("search", "500|exit")
    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in outcome.out.splitlines()]
    assert lines == ["web.1    * Process exited", "web.1    | GET /slow 500"]
    assert (outcome.code, outcome.err) == (0, "")


async def test_nothing_found_is_exit_1_as_of_grep(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("search", "nothing")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "")


async def test_a_pattern_is_an_expression_with_smart_case_the_newest_line_first(
    proctor: Shell, running: FakeSession
) -> None:
    await proctor("search", "a+")
    (query,) = running.searches
    assert (query.text, query.regex, query.ignore_case) == ("a+", True, None)
    assert (query.targets, query.source, query.limit) == ((), None, None)
    assert (query.since, query.until) == (None, None)
    assert query.newest_first


async def test_options_say_what_is_looked_for_and_where(
    proctor: Shell, running: FakeSession
) -> None:
    words = ("-F", "-i", "-p", "web", "-s", "app", "-n", "5", "--oldest-first", "a+")
    await proctor("search", *words)
    await proctor("search", "--case-sensitive", "--ps", "all", "a")
    first, second = running.searches
    assert (first.text, first.regex, first.ignore_case) == ("a+", False, True)
    assert (first.targets, first.source, first.limit) == (("web",), "app", 5)
    assert not first.newest_first
    assert (second.ignore_case, second.targets) == (False, ())


async def test_several_targets_groups_and_times_mean_what_they_mean_in_logs(
    proctor: Shell, running: FakeSession
) -> None:
    web, worker, *others = running.now_is.types
    worker = msgspec.structs.replace(worker, group="back")
    sequence, now = running.next_sequence, running.now()
    types = (web, worker, *others)
    running.tell(FormationChanged(sequence=sequence, at=now, cause="app", types=types))
    words = ("--since", "2026-01-01T11:00Z", "--until", "2026-01-01T12:00:00Z", "-s", "heroku")
    await proctor("search", "a", "--ps", "back", "--ps", "web.1", *words)
    (query,) = running.searches
    assert query.targets == ("worker", "web.1")
    assert (query.since, query.until, query.source) == (NOON - 3600, NOON, "proctor")


async def test_a_pattern_may_begin_with_a_dash_after_two(
    proctor: Shell, running: FakeSession
) -> None:
    await proctor("search", "--", "-v")
    assert running.searches[0].text == "-v"


async def test_a_process_that_is_not_there_is_named_with_the_nearest(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("search", "a", "--ps", "wbe")
    assert outcome.code == 2
    assert "there is no process 'wbe' (--ps). The nearest name is 'web'" in outcome.err


async def test_json_is_that_of_logs_with_the_places_that_match(
    proctor: Shell, running: FakeSession
) -> None:
    running.finds = [HIT, SAID]
    outcome = await proctor("search", "--json", "500")
    first, second = map(json.loads, outcome.out.splitlines())
    assert first == {
        "at": "2026-01-01T12:00:00.000Z", "source": "app", "process": "web.1", "run": 2,
        "stream": "out", "message": "GET /slow 500", "spans": [[10, 13]],
    }  # fmt: skip
    assert (second["source"], second["stream"], second["run"]) == ("proctor", None, None)


async def test_what_matches_stands_out_where_there_are_colours(
    proctor: Shell, running: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    running.finds = [HIT]
    outcome = await proctor("search", "500")
    assert outcome.out.endswith("GET /slow \x1b[1;31m500\x1b[0m\n")


async def test_nothing_runs(proctor: Shell) -> None:
    assert (await proctor("search", "a")).code == 3
