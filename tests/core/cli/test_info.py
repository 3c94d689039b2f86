import json
import re

from support.fakes import FakeSession
from support.shell import Shell


async def test_it_says_which_files_were_read_and_how_many_variables_come_from_where(
    proctor: Shell, running: FakeSession
) -> None:
    lines = dict(line.split(None, 1) for line in (await proctor("info")).out.splitlines())
    assert re.fullmatch(r"Procfile, \.env \(changed since\); read at .*", lines["files"])
    assert lines["variables"].startswith("1 .env, 2 inherited; listed by")


async def test_the_variables_of_the_app_or_of_a_process_are_listed(
    proctor: Shell, running: FakeSession
) -> None:
    out = (await proctor("info", "--variables")).out
    assert out.startswith("what processes are given that start now; read at ")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["VARIABLE", "FROM"], ["API_KEY", ".env"], ["HOME", "inherited"], ["PATH", "inherited"],
    ]  # fmt: skip
    out = (await proctor("info", "web.1")).out
    assert out.startswith("what web.1 was given by run 1, started at ")
    assert "secret" not in out


async def test_values_are_shown_only_where_that_is_asked_for(
    proctor: Shell, running: FakeSession
) -> None:
    assert "secret" in (await proctor("info", "--show-values")).out
    found = json.loads((await proctor("info", "web.1", "--json")).out)
    assert found["variables"][0] == {"name": "API_KEY", "origin": ".env"}
    found = json.loads((await proctor("info", "web.1", "--show-values", "--json")).out)
    assert found["variables"][0] == {"name": "API_KEY", "origin": ".env", "value": "secret"}
    assert (found["process"], found["run"]) == ("web.1", 1)


async def test_what_is_no_process_is_told_with_the_nearest_name(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("info", "wbe.1")
    assert outcome.code == 2
    assert "there is no process 'wbe.1'. The nearest name is 'web.1'." in outcome.err
    assert "'web' is no process. Say one, as 'web.1'." in (await proctor("info", "web")).err
