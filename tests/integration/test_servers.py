"""Servers that others wrote, under proctor: no request in flight is lost, and nothing is left."""

import os
import shutil
import signal
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]
import pytest

from support.program import Program, Workplace, is_there, kill
from support.real_app import RealApp


@dataclass(frozen=True)
class Server:
    """How a server is started, on which app, with which options of proctor's; how it is ended."""

    app: str
    command: str
    options: tuple[str, ...] = ()
    ended_by: str = "quit"


GUNICORN = "gunicorn --bind 127.0.0.1:$PORT --workers 2 --name {tag}"
SERVERS = {
    "gunicorn": Server("shop", f"{GUNICORN} shop:app", ended_by="TERM"),
    "gunicorn-pipes": Server("shop", f"{GUNICORN} shop:app", ("--no-pty",), ended_by="INT"),
    "gunicorn-threads": Server("shop", f"{GUNICORN} --worker-class gthread --threads 4 shop:app"),
    "uvicorn": Server("feed", "uvicorn --port $PORT --header tag:{tag} asgi:app", ended_by="TERM"),
    "npm": Server("shop", "npm start -- {tag}", ended_by="INT"),
}
NEEDS_NPM = (
    pytest.mark.may_skip(reason="Node is no part of Python"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on this machine"),
)


def with_servers(*names: str) -> pytest.MarkDecorator:
    """Run the test with each of these servers."""
    parameters = [pytest.param(name, marks=NEEDS_NPM if name == "npm" else ()) for name in names]
    return pytest.mark.parametrize("server", parameters, indirect=True)


with_all_servers = with_servers(*SERVERS)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    return SERVERS[request.param]


@pytest.fixture
def app(place: Workplace, server: Server) -> RealApp:
    app = RealApp(place, server.app)
    place.procfile(web=server.command.format(tag=app.tag))
    return app


@with_all_servers
def test_a_request_in_flight_is_answered_when_its_server_is_restarted(
    app: RealApp, server: Server
) -> None:
    program = app.start(*server.options)
    before, first = app.row(), app.ask()
    request = app.in_flight(program)
    app.steer("restart", "web", "--wait")
    assert request.answer() == {**first, "pid": request.answer()["pid"]}
    after = app.row()
    assert (after["run"], after["port"]) == (2, before["port"])
    assert app.ask()["pid"] not in (first["pid"], request.answer()["pid"])
    assert not is_there(before["pid"])
    assert after["exit"] != {"signal": "SIGKILL"}


@with_servers("gunicorn", "uvicorn", "npm")
def test_it_is_scaled_up_and_down_while_it_answers(app: RealApp, server: Server) -> None:
    program = app.start(*server.options)
    app.steer("scale", "web=3", "--wait")
    names = [f"web.{number}" for number in (1, 2, 3)]
    rows = app.place.rows()
    answers = [app.ask(name) for name in names]
    assert [answer["process"] for answer in answers] == names
    assert [answer["port"] for answer in answers] == [rows[name]["port"] for name in names]
    assert len({answer["port"] for answer in answers}) == 3
    requests = [app.in_flight(program, name, seconds=1) for name in names]
    app.steer("scale", "web=1", "--wait")
    assert [request.answer()["process"] for request in requests] == names
    assert app.place.states() == {"web.1": "up"}
    assert rows["web.1"]["run"] == app.row()["run"] == 1
    assert not any(is_there(rows[name]["pid"]) for name in names[1:])


@with_servers("gunicorn", "gunicorn-pipes", "uvicorn", "npm")
def test_after_a_kill_of_its_leader_the_rest_is_gone_before_the_next_one_listens(
    app: RealApp, server: Server
) -> None:
    program = app.start(*server.options)
    app.ask()
    before = app.row()
    tree = [child.pid for child in psutil.Process(before["pid"]).children(recursive=True)]
    kill(before["pid"])
    program.until("Process was ended by SIGKILL")
    program.until("Starting process with command")
    assert not any(is_there(pid) for pid in tree)
    app.until_up_again(run=2)
    after = app.row()
    assert after["port"] == before["port"]
    assert after["restarts"] == 1
    assert app.ask()["pid"] not in tree
    said = program.output.lower()
    assert "already in use" not in said
    assert "eaddrinuse" not in said


@with_servers("gunicorn", "uvicorn", "npm")
def test_a_burst_of_saves_restarts_it_once_and_its_new_version_answers(
    app: RealApp, server: Server
) -> None:
    program = app.start("--watch", *server.options)
    request = app.in_flight(program, seconds=1)
    for version in ("two", "three", "four"):
        app.save("version.json", f'{{ "version": "{version}" }}')
    assert request.answer()["version"] == "one"
    app.until_up_again(run=2)
    assert app.ask()["version"] == "four"
    app.steer("restart", "web", "--wait")  # whatever was still to come has come before this
    assert app.row()["run"] == 3
    assert program.output.count("version.json") == 1


@with_all_servers
def test_a_request_in_flight_is_answered_when_the_app_is_ended(
    app: RealApp, server: Server
) -> None:
    program = app.start(*server.options)
    request = app.in_flight(program)
    code = end(app, program, server.ended_by)
    assert code == {"quit": 0, "TERM": 143, "INT": 130}[server.ended_by]
    assert request.answer()["process"] == "web.1"
    assert not app.place.oracle.survivors()


def end(app: RealApp, program: Program, way: str) -> int:
    """End the app so; its exit code, which it has within three seconds."""
    if way == "quit":
        app.steer("quit")
    else:
        os.kill(program.pid, signal.Signals[f"SIG{way}"])
    return program.wait(within=3)
