import fcntl
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proctor.control.places import Places, places_of
from proctor.control.registry import Registration, register, running_apps
from proctor.model.configuration import AppConfiguration
from proctor.model.procfile import read_procfile
from proctor.model.settings import Settings

_HOLD = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def app(name: str = "shop", **more: object) -> AppConfiguration:
    fields = {
        "root": f"/home/ada/{name}", "name": name, "procfile_path": "",
        "procfile": read_procfile("web: w\nworker: w\n", name="Procfile"),
        "base_port_is_default": True, **more,
    }  # fmt: skip
    return AppConfiguration(**fields)  # type: ignore[arg-type]  # fields are checked where they are read


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Places]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("proctor.control.places.LONGEST_SOCKET_PATH", 1000)
    found = {}
    for name in ("shop", "forum", "blog"):
        (tmp_path / name).mkdir()
        found[name] = places_of(tmp_path / name)
        found[name].create()
    return found


def started(places: Places, **more: object) -> Registration:
    return register(app(places.app, **more), places, pid=os.getpid())


def test_each_app_that_runs_has_a_block_of_its_own(places: dict[str, Places]) -> None:
    shop, forum = started(places["shop"]), started(places["forum"])
    assert (shop.base_port, forum.base_port) == (5006, 6006)
    assert shop.note is None
    assert f"shop ({places['shop'].root})" in (forum.note or "")
    assert [(each.app, each.base_port) for each in running_apps(places["shop"].runtime)] == [
        ("forum", 6006),
        ("shop", 5006),
    ]
    shop.close()
    forum.close()
    assert running_apps(places["shop"].runtime) == []


def test_an_app_keeps_its_block_over_its_starts(places: dict[str, Places]) -> None:
    shop, forum = started(places["shop"]), started(places["forum"])
    shop.close()
    forum.close()
    again = started(places["forum"])
    assert (again.base_port, again.note) == (6006, None)
    again.close()


def test_a_block_that_is_named_is_kept_and_counts_for_others(places: dict[str, Places]) -> None:
    named = started(places["shop"], base_port=6100, base_port_is_default=False)
    assert named.base_port == 6100
    others = [started(places["forum"]), started(places["blog"])]
    assert [each.base_port for each in others] == [5006, 7006]
    for each in (named, *others):
        each.close()


def test_fixed_ports_are_not_moved(places: dict[str, Places]) -> None:
    shop = started(places["shop"])
    fixed = started(places["forum"], settings=Settings(fixed_ports=True))
    assert fixed.base_port == 5006
    shop.close()
    fixed.close()


def test_what_is_read_again_has_the_block_unless_it_names_a_port(places: dict[str, Places]) -> None:
    shop, forum = started(places["shop"]), started(places["forum"])
    assert forum.applied_to(app()).base_port == 6006
    assert forum.applied_to(app(base_port=80, base_port_is_default=False)).base_port == 80
    shop.close()
    forum.close()


def test_the_record_of_who_was_killed_is_dead_and_removed(places: dict[str, Places]) -> None:
    path = places["shop"].socket.with_suffix(".app")
    path.write_text('{"app":"shop","root":"/x","pid":1,"socket":"/y","base_port":5006,"ports":100}')
    holder = subprocess.Popen(
        [sys.executable, "-S", "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        first = started(places["forum"])
        assert first.base_port == 6006
        first.close()
        holder.send_signal(signal.SIGKILL)
    places["forum"].base_port.unlink()
    second = started(places["forum"])
    assert second.base_port == 5006
    assert not path.exists()
    second.close()


def test_starts_at_the_same_moment_get_blocks_of_their_own(places: dict[str, Places]) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(started, places.values()))
    assert sorted(each.base_port for each in found) == [5006, 6006, 7006]
    for each in found:
        each.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_record_that_is_none_is_passed_by(places: dict[str, Places], content: bytes) -> None:
    path = places["shop"].runtime / "odd.app"
    path.write_bytes(content)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        shop = started(places["shop"])
        assert shop.base_port == 5006
        shop.close()


def test_an_app_runs_also_where_no_record_can_be_written(places: dict[str, Places]) -> None:
    folder = places["shop"].socket.with_suffix(".app")
    folder.mkdir()
    shop = started(places["shop"])
    assert shop.base_port == 5006
    shop.close()
