import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from proctor.control.places import (
    LONGEST_SOCKET_PATH,
    Places,
    SupervisorRecord,
    check_private,
    places_of,
    socket_to_try,
)
from proctor.errors import UserError


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is as short as a real one for sockets."""
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def home(tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, with a temporary folder of its own."""
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(short))
    return home


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "my shop"
    folder.mkdir()
    return folder


def private_folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_symlinked_path_means_the_same_app(home: Path, app: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(app)
    assert places_of(link) == places_of(app)


def test_two_folders_of_one_name_are_two_apps(home: Path, tmp_path: Path) -> None:
    assert places_of(tmp_path / "a" / "shop").state != places_of(tmp_path / "b" / "shop").state


def test_a_name_makes_a_second_app_of_one_folder(home: Path, app: Path) -> None:
    first, second = places_of(app), places_of(app, "tests")
    assert first.lock != second.lock
    assert first.socket != second.socket
    assert second.app == "tests"


def test_names_of_two_apps_that_begin_alike_do_not_meet(home: Path, app: Path) -> None:
    long = "a-name-of-more-than-sixteen-letters"
    assert places_of(app, long + "1").state != places_of(app, long + "2").state


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "_x", "x" * 64, "a/b"])
def test_a_name_that_is_none_is_refused(home: Path, app: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of an app"):
        places_of(app, name)


def test_looking_makes_nothing(home: Path, app: Path) -> None:
    places_of(app)
    assert list(home.iterdir()) == []


def test_what_is_made_is_for_the_user_alone(home: Path, app: Path) -> None:
    places = places_of(app)
    places.create()
    for folder in (places.state, places.state.parent, places.state.parent.parent, places.logs,
                   places.runtime):  # fmt: skip
        assert mode_of(folder) == 0o700, folder
    assert places.state.is_relative_to(home)


def test_nothing_is_written_into_the_project(home: Path, app: Path) -> None:
    places_of(app).create()
    assert list(app.iterdir()) == []


def test_the_socket_is_in_the_runtime_folder_of_the_session(
    home: Path, app: Path, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = private_folder(short / "r")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    assert places_of(app).socket.parent == runtime / "proctor"


@pytest.mark.parametrize("value", ["", "relative", "/nonexistent/runtime"])
def test_a_runtime_folder_that_is_not_there_is_not_used(
    home: Path, app: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", value)
    assert places_of(app).runtime.name == f"proctor-{os.geteuid()}"


def test_a_long_path_to_the_socket_is_replaced_by_a_short_one(
    home: Path, app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(deep))
    socket = places_of(app, "a-name-of-more-than-sixteen-letters").socket
    assert len(os.fsencode(socket)) < LONGEST_SOCKET_PATH


def test_a_folder_that_others_may_enter_is_refused_with_the_way_to_mend_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(UserError, match=f"Say: chmod 700 {tmp_path}"):
        check_private(tmp_path)


def test_a_link_in_the_place_of_the_socket_folder_is_refused(home: Path, app: Path) -> None:
    places = places_of(app)
    places.runtime.symlink_to(app)
    with pytest.raises(UserError, match="is a symbolic link"):
        places.create()


def test_a_file_in_the_place_of_the_socket_folder_is_refused(home: Path, app: Path) -> None:
    places = places_of(app)
    places.runtime.write_text("in the way")
    with pytest.raises(UserError, match="cannot be made"):
        places.create()


@pytest.mark.may_skip(reason="needs root")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_of_somebody_else_is_refused(home: Path, app: Path) -> None:
    places = places_of(app)
    os.chown(private_folder(places.runtime), 65534, 65534)
    with pytest.raises(UserError, match="belongs to user 65534, not to you"):
        places.create()


@pytest.mark.parametrize("value", ["/nonexistent/home", "/proc"])
def test_a_home_that_cannot_be_written_to_is_replaced_by_a_temporary_folder(
    home: Path, app: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", value)
    # As for anyone who is not root
    monkeypatch.setattr(os, "access", lambda path, _: str(path).startswith("/tmp"))
    places = places_of(app)
    places.create()
    assert places.state.is_dir()
    assert places.state.parents[2].name == f"proctor-{os.geteuid()}"
    assert mode_of(places.state.parents[2]) == 0o700


def test_a_client_with_another_environment_finds_the_socket(
    home: Path, app: Path, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = private_folder(short / "r")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    started = places_of(app)
    started.create()
    SupervisorRecord(pid=4711, socket=started.socket).write(started)
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert socket_to_try(places_of(app)) == started.socket
    assert mode_of(started.record) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "socket": "y"}', '{"pid": 1}'])
def test_a_broken_record_is_none(home: Path, app: Path, text: str) -> None:
    places = places_of(app)
    places.create()
    places.record.write_text(text)
    assert SupervisorRecord.read(places) is None
    assert socket_to_try(places) == places.socket


def test_a_folder_with_bytes_that_are_no_text_has_its_places(home: Path, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    odd.mkdir()
    places = places_of(odd)
    places.create()
    assert isinstance(places, Places)
    assert str(places.socket).isascii()
