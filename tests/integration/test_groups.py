"""Types of one group, steered by its name from the command line."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import Workplace

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime:
        workplace = Workplace(tmp_path, Path(runtime))
        try:
            yield workplace
        finally:
            workplace.end()


def test_a_group_is_shown_and_steered_by_its_name(place: Workplace) -> None:
    command = "echo begun as $PS; exec sleep 60"
    place.procfile(front=command, worker=command, clock=command)
    (place.folder / "proctor.toml").write_text(
        '[types.worker]\ngroup = "backend"\n[types.clock]\ngroup = "backend"\n'
    )
    app = place.start()
    app.until("begun as clock.1")
    eventually_now(lambda: set(place.states().values()) == {"up"})
    shown = place.type("ps").stdout.splitlines()
    assert [line.split()[:2] for line in shown] == [
        ["PROCESS", "GROUP"], ["front.1", "-"], ["worker.1", "backend"], ["clock.1", "backend"],
    ]  # fmt: skip

    assert place.type("restart", "backend", "--wait").returncode == 0
    rows = place.rows()
    assert {name: row["run"] for name, row in rows.items()} == {
        "front.1": 1, "worker.1": 2, "clock.1": 2,
    }  # fmt: skip
    assert place.type("wait", "backend").returncode == 0
    assert [row["group"] for row in rows.values()] == [None, "backend", "backend"]
    printed = place.type("logs", "--ps", "backend").stdout
    assert printed.count("begun as worker.1") == printed.count("begun as clock.1") == 2
    assert "begun as front.1" not in printed

    assert place.type("stop", "backend", "--wait").returncode == 0
    assert place.states() == {"front.1": "up", "worker.1": "down", "clock.1": "down"}
    assert place.type("quit", "--wait").returncode == 0
    app.wait()
    printed = place.type("logs", "backend").stdout
    assert printed.count("begun as worker.1") == printed.count("begun as clock.1") == 2
    assert "begun as front.1" not in printed


def test_a_groups_name_that_is_a_types_is_refused_at_the_start(place: Workplace) -> None:
    place.procfile(web="exec sleep 60", worker="exec sleep 60")
    (place.folder / "proctor.toml").write_text('[types.worker]\ngroup = "web"\n')
    refused = place.start()
    refused.until("'web' is the name of a process type, and cannot be a group's (proctor.toml:2)")
    assert refused.wait() == 2
