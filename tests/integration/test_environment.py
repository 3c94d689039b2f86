"""What a server is given, and what is noticed of a server that does not take it."""

import time
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import Workplace
from support.real_app import RealApp, ask, base_port


@pytest.fixture
def feed(place: Workplace) -> RealApp:
    return RealApp(place, "feed")


def test_each_process_has_its_name_and_a_port_of_its_own(feed: RealApp) -> None:
    base = int(base_port())
    feed.place.procfile(
        web="uvicorn --port $PORT asgi:app",
        admin="uvicorn --port ${PORT:-3000} asgi:app",
        clock="while true; do echo $PS has $PORT as $PROCTOR_PROCESS; sleep 0.1; done",
    )
    program = feed.start("-p", str(base), "-m", "web=2")
    program.until(f"clock.1 has {base + 200} as clock.1")
    answers = {name: feed.ask(name) for name in ("web.1", "web.2", "admin.1")}
    assert {name: (each["process"], each["port"]) for name, each in answers.items()} == {
        "web.1": ("web.1", base), "web.2": ("web.2", base + 1), "admin.1": ("admin.1", base + 100),
    }  # fmt: skip


def test_nothing_makes_an_app_think_that_it_is_on_the_platform(feed: RealApp) -> None:
    feed.place.procfile(clock="env; echo that is all; exec sleep 100")
    said = feed.start().until("| that is all")
    names = {line.partition("| ")[2].partition("=")[0] for line in said.splitlines()}
    assert {"PORT", "PS", "PROCTOR_PROCESS", "BEATS"} <= names
    assert not {name for name in names if name == "DYNO" or name.startswith("HEROKU")}
    assert {name for name in names if name.startswith("PROCTOR")} == {
        "PROCTOR_PROCESS", "PROCTOR_TEST_RUN",
    }  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--no-pty",)], ids=["pty", "pipes"])
def test_what_python_prints_is_seen_at_once(feed: RealApp, options: tuple[str, ...]) -> None:
    words = "import time; print('half a line', end=''); time.sleep(100)"
    feed.place.procfile(clock=f"python3 -c \"print('a line'); {words}\"")
    began = time.monotonic()
    program = feed.place.start(*options)
    program.until("a line")
    eventually_now(lambda: "half a line" in feed.place.type("logs").stdout)
    assert time.monotonic() - began < 10


def test_a_python_that_asks_for_buffers_has_them(feed: RealApp) -> None:
    feed.set(PYTHONUNBUFFERED="")
    feed.place.procfile(
        clock="echo begins; python3 -c \"import time; print('late'); time.sleep(100)\""
    )
    program = feed.start("--no-pty")
    program.until("| begins")
    assert "| late" not in program.output


def test_errors_are_marked_where_there_are_pipes(feed: RealApp) -> None:
    feed.place.procfile(clock="echo fine; echo broken >&2; exec sleep 100")
    program = feed.start("--no-pty")
    program.until("clock.1 | fine")
    assert "clock.1 ! broken" in program.output + program.until("broken")


def test_a_web_that_listens_on_a_port_of_its_own_choice_is_noticed_after_three_seconds(
    feed: RealApp,
) -> None:
    base = int(base_port())
    feed.place.procfile(web=f"uvicorn --port {base + 50} asgi:app")
    began = time.monotonic()
    program = feed.start("-p", str(base))
    assert 2.5 < time.monotonic() - began < 6
    assert feed.row()["port"] == base + 50
    assert feed.place.info()["address"] == f"http://localhost:{base + 50}"
    assert ask(base + 50, "/")["port"] == base
    assert f"up on port {base + 50} (not on PORT, which is {base})" in program.output
    assert "not on PORT" in feed.row()["why"]


def test_a_web_whose_child_listens_is_up_as_well(feed: RealApp) -> None:
    feed.place.procfile(web="uvicorn --port $PORT --workers 2 asgi:app; true")
    feed.start()
    assert feed.ask()["process"] == "web.1"
    assert feed.row()["state"] == "up"


def test_an_app_in_a_folder_with_blanks_and_quotes_in_its_name_runs(place: Workplace) -> None:
    place.folder = place.base / 'it\'s "my" shop'
    place.folder.mkdir()
    feed = RealApp(place, "feed")
    feed.start()
    assert feed.ask()["process"] == "web.1"
    assert Path(place.info()["root"]) == place.folder
