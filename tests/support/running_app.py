"""Fixtures: an app's folder, and a supervisor that the test plays on its control socket."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proctor.control.places import Places, SupervisorRecord, places_of
from proctor.control.server import ControlServer
from support import histories
from support.fakes import FakeSession
from support.shell import Shell


@pytest.fixture
def app_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app's folder, where the test stands."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Procfile").write_text("web: python web.py\nworker: python worker.py\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """State and sockets of the test's own, at paths as short as real ones."""
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield


@pytest.fixture
def places(app_folder: Path, own_places: None) -> Places:
    places = places_of(app_folder)
    places.create()
    return places


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(histories.shop())


@pytest.fixture
async def server(session: FakeSession, places: Places) -> AsyncIterator[ControlServer]:
    server = ControlServer(session)
    await server.listen(places.socket)
    SupervisorRecord(pid=4711, socket=places.socket).write(places)
    yield server
    session.end()
    await server.close()


@pytest.fixture
def running(session: FakeSession, server: ControlServer) -> FakeSession:
    """The app runs: a supervisor that the test plays answers on the app's socket."""
    return session


@pytest.fixture
def proctor(app_folder: Path, own_places: None, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Types command lines in the app's folder."""
    return Shell(capsys)
