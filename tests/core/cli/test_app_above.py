"""`proctor start`, and `proctor` alone, in a subfolder of an app."""

import os
from pathlib import Path

import pytest

from support.fakes import FakeSession
from support.shell import Shell


@pytest.fixture(params=["start", "start -m web=2", "next-step"])
def words(request: pytest.FixtureRequest) -> list[str]:
    """What is typed; `next-step` is what `proctor` alone means without a Procfile."""
    return str(request.param).split()


@pytest.fixture
def subfolder(app_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the app, where the test stands now."""
    folder = app_folder / "src" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


async def test_below_an_app_that_runs_it_is_said_that_it_does_and_how_it_is_steered(
    proctor: Shell, running: FakeSession, app_folder: Path, subfolder: Path, words: list[str]
) -> None:
    outcome = await proctor(*words)
    assert outcome.code == 3
    assert outcome.err == (
        f"proctor: there is no Procfile here, and the app of {app_folder} already runs: "
        f"process {os.getpid()}. See it with 'proctor ps', start one of its processes with "
        "'proctor start web.1'.\n"
    )
    assert running.sent == []


async def test_below_an_app_that_does_not_run_it_is_said_how_it_is_run_from_here(
    proctor: Shell, app_folder: Path, subfolder: Path, words: list[str]
) -> None:
    outcome = await proctor(*words)
    assert outcome.code == 2
    assert outcome.err == (
        f"proctor: there is no Procfile here, but in {app_folder}. "
        "Run it with 'proctor start -d ../..'.\n"
    )


async def test_where_a_folder_was_named_no_other_one_is_offered(
    proctor: Shell, subfolder: Path
) -> None:
    outcome = await proctor("start", "-d", ".")
    assert outcome.code == 2
    assert f"there is no Procfile in {subfolder}" in outcome.err
