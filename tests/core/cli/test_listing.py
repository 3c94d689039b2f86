import json
from datetime import datetime

import pytest

from proctor.model.events import ExitView
from support import histories
from support.fakes import FakeSession
from support.shell import Shell

PS_FIELDS = [
    "name", "type", "run", "state", "wanted", "leaving", "pid", "port", "restarts", "since", "exit",
    "cpu_percent", "memory_bytes", "processes_in_tree", "release", "group", "prompt", "why",
]  # fmt: skip
INFO_FIELDS = [
    "app", "root", "supervisor_pid", "guardian_pid", "socket", "state_dir", "address", "formation",
    "watch", "release", "read_at", "files", "environment",
]  # fmt: skip


async def test_ps_as_json_has_the_documented_fields(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("ps", "--json")
    rows = json.loads(outcome.out)
    assert [list(row) for row in rows] == [PS_FIELDS] * 7
    assert all(row["why"] for row in rows)
    assert rows[5]["exit"] == {"status": 3}
    assert rows[0] == {
        "name": "web.1", "type": "web", "run": 1, "state": "up", "wanted": True, "leaving": 0,
        "pid": 5101, "port": 5006, "restarts": 0, "since": "2026-01-01T11:58:00.000Z",
        "exit": None, "cpu_percent": 1.2, "memory_bytes": 38 * 1024 * 1024,
        "processes_in_tree": 1, "release": None, "group": None, "prompt": None,
        "why": rows[0]["why"],
    }  # fmt: skip


async def test_times_are_rfc_3339_with_milliseconds(proctor: Shell, running: FakeSession) -> None:
    running.tell(running.state_changed("web.1", "up"))
    running.now = lambda: histories.NOON + 0.1234
    running.tell(running.state_changed("web.2", "up"))
    rows = json.loads((await proctor("ps", "--json")).out)
    assert [row["since"] for row in rows[:2]] == [
        "2026-01-01T12:00:00.000Z",
        "2026-01-01T12:00:00.123Z",
    ]
    assert datetime.fromisoformat(rows[0]["since"]).timestamp() == histories.NOON


async def test_the_port_is_where_it_listens_in_both_forms(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.1", "up", listens_on=3000))
    assert json.loads((await proctor("ps", "--json")).out)[0]["port"] == 3000
    assert " 3000 " in (await proctor("ps")).out.splitlines()[1]


async def test_an_exit_by_a_signal_is_told_by_its_name(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.1", "crashed", exit=ExitView(signal="SIGKILL"), why=""))
    row = json.loads((await proctor("ps", "--json")).out)[0]
    assert row["exit"] == {"signal": "SIGKILL"}
    assert row["why"] == "it is crashed"


async def test_the_table_is_aligned_and_names_states_by_glyph_and_word(
    proctor: Shell, running: FakeSession
) -> None:
    lines = (await proctor("ps")).out.splitlines()
    start = lines[0].index("STATE")
    assert [line[start:].split("  ")[0].strip() for line in lines[1:8]] == [
        "● up", "● up", "● up", "◐ starting", "● up", "✕ crashed", "● up",
    ]  # fmt: skip
    assert lines[8] == "release: not kept running; 'proctor run release' runs it once"
    assert "\x1b" not in "".join(lines)


async def test_ps_lists_the_processes_alone_that_are_named(
    proctor: Shell, running: FakeSession
) -> None:
    lines = (await proctor("ps", "release", "worker", "web.2")).out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "PROCESS", "web.2", "worker.1", "worker.2", "release:",
    ]  # fmt: skip
    rows = json.loads((await proctor("ps", "clock", "--json")).out)
    assert [row["name"] for row in rows] == ["clock.1"]
    outcome = await proctor("ps", "wrker")
    assert (outcome.code, outcome.out) == (2, "")
    assert "The nearest name is 'worker'" in outcome.err


async def test_the_table_is_coloured_where_that_is_wanted(
    proctor: Shell, running: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = (await proctor("ps")).out
    assert "\x1b[31m✕ crashed\x1b[0m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in (await proctor("ps")).out


async def test_names_and_reasons_cannot_steer_the_terminal(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.1", "crashed", why="it said \x1b]0;owned\x07\n"))
    assert "\x1b" not in (await proctor("ps")).out


async def test_info_as_json_has_the_documented_fields(proctor: Shell, running: FakeSession) -> None:
    described = json.loads((await proctor("info", "--json")).out)
    assert list(described) == INFO_FIELDS
    assert described["formation"] == {"web": 4, "worker": 2, "clock": 1, "release": 0}
    assert described["watch"] is True
    assert described["address"] == "http://localhost:5006"
    assert described["supervisor_pid"] == 4711


async def test_info_for_people_says_whom_the_app_ends_with(
    proctor: Shell, running: FakeSession
) -> None:
    lines = (await proctor("info")).out.splitlines()
    assert "ends with   this screen" in lines
    assert "formation   web=4 worker=2 clock=1 release=0" in lines


async def test_info_of_an_app_that_does_not_run_prints_nothing_on_stdout(proctor: Shell) -> None:
    outcome = await proctor("info", "--json")
    assert (outcome.code, outcome.out) == (3, "")
