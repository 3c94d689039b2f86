import json
import re
import socket
import sqlite3
from contextlib import closing
from signal import SIGTERM

import pytest

from support.demo_app import DemoApp, ask
from support.eventually import eventually_now


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_until(connection: socket.socket, words: bytes) -> bytes:
    read = b""
    while words not in read:
        piece = connection.recv(65536)
        assert piece, read
        read += piece
    return read


def refuses(port: int) -> bool:
    try:
        connect(port).close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_page_says_which_process_answered_since_when_and_what_is_done(demo: DemoApp) -> None:
    demo.release()
    demo.queue(2)
    web, port = demo.start_web("web.2")

    response, page = ask(port, "/")

    assert response.status == 200
    assert response.headers["X-Answered-By"] == "web.2"
    assert '<h1 class="of" id="process">web.2</h1>' in page
    found = re.search(r'<script type="application/json" id="state">(.*)</script>', page)
    assert found is not None
    state = json.loads(found[1])
    assert state["me"]["pid"] == web.popen.pid
    assert state["me"]["port"] == port
    assert state["waiting"] == 2
    assert [job["id"] for job in state["queued"]] == [1, 2]
    web.wait_for(r"GET  / +200 \d+ ms\n")


def test_a_name_with_markup_stays_text(demo: DemoApp) -> None:
    _, port = demo.start_web("web.1", PROCTOR_PROCESS="</script><b>")

    _, page = ask(port, "/")

    assert "<b>" not in page


def test_a_program_gets_the_numbers_of_the_jobs_it_queues(demo: DemoApp) -> None:
    _, port = demo.start_web()

    response, text = ask(port, "/jobs", method="POST", body="count=3")

    assert response.status == 202
    assert json.loads(text) == {"queued": [1, 2, 3], "process": "web.1"}
    assert demo.rows("SELECT queued_by FROM jobs") == [("web.1",)] * 3


def test_the_button_works_without_scripts(demo: DemoApp) -> None:
    _, port = demo.start_web()

    response, _ = ask(port, "/jobs", method="POST", body="count=1", accept="text/html")

    assert (response.status, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/", 404),
        ("GET", "/slow?seconds=long", 400),
        ("GET", "/slow?seconds=-1", 400),
        ("GET", "/slow?seconds=nan", 400),
        ("POST", "/jobs?count=1000000", 400),
        ("HEAD", "/", 200),
        ("DELETE", "/", 501),
    ],
)
def test_each_request_gets_its_status(demo: DemoApp, method: str, path: str, status: int) -> None:
    web, port = demo.start_web()

    assert ask(port, path, method=method)[0].status == status
    assert "Traceback" not in web.text


def test_a_request_in_flight_is_answered_after_sigterm_and_nobody_else_is(demo: DemoApp) -> None:
    web, port = demo.start_web()
    with closing(connect(port)) as slow:
        slow.sendall(b"GET /slow?seconds=2 HTTP/1.1\r\nHost: demo\r\n\r\n")
        ask(port, "/who")  # has come after the slow request, so that one has begun

        web.signal(SIGTERM)

        eventually_now(lambda: refuses(port), within=1.5)
        assert web.popen.poll() is None
        answer = read_until(slow, b"took 2 s")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in answer
    assert web.end(within=2) == 0
    assert "stopping, requests to finish: 1" in web.text


def test_an_idle_connection_does_not_hold_the_stop_up(demo: DemoApp) -> None:
    web, port = demo.start_web()
    with closing(connect(port)) as idle, closing(connect(port)):
        idle.sendall(b"GET /who HTTP/1.1\r\nHost: demo\r\n\r\n")
        read_until(idle, b"answered")

        web.signal(SIGTERM)

        assert web.end(within=1) == 0
        assert idle.recv(1) == b""


def test_a_stream_shows_jobs_as_they_come_and_says_goodbye(demo: DemoApp) -> None:
    web, port = demo.start_web()
    with closing(connect(port)) as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: demo\r\n\r\n")
        beginning = read_until(stream, b'"waiting": 0')
        assert b"Content-Type: text/event-stream" in beginning
        assert b"event: hello" in beginning

        ask(port, "/jobs", method="POST")
        read_until(stream, b'"waiting": 1')
        demo.queue(1)
        read_until(stream, b'"waiting": 2')
        web.signal(SIGTERM)

        read_until(stream, b"event: bye")
        assert web.end(within=1) == 0


def test_a_browser_that_leaves_its_stream_leaves_no_mark(demo: DemoApp) -> None:
    web, port = demo.start_web()
    with closing(connect(port)) as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: demo\r\n\r\n")
        read_until(stream, b"picture")

    for _ in range(2):  # the first write is taken by the kernel, the second fails
        ask(port, "/jobs", method="POST")
        eventually_now(lambda: ask(port, "/who")[0].status == 200)

    web.wait_for(r"GET  /events +200 \d+ ms")
    assert "Traceback" not in web.text


def test_several_webs_queue_at_once_and_lose_nothing(demo: DemoApp) -> None:
    ports = [demo.start_web(f"web.{number}")[1] for number in (1, 2, 3)]
    demo.start("worker.1")

    for turn in range(30):
        assert ask(ports[turn % 3], "/jobs", method="POST")[0].status == 202

    assert demo.rows("SELECT COUNT(*), MAX(id) FROM jobs") == [(30, 30)]


def test_a_locked_database_is_waited_for(demo: DemoApp) -> None:
    _, port = demo.start_web()
    with closing(sqlite3.connect(demo.folder / "demo.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(connect(port)) as client:
            client.sendall(b"POST /jobs HTTP/1.1\r\nHost: demo\r\nContent-Length: 0\r\n\r\n")
            assert ask(port, "/who")[0].status == 200
            other.execute("COMMIT")

            assert b'"queued": [1]' in read_until(client, b"}")


def test_a_port_in_use_is_said_in_one_line(demo: DemoApp) -> None:
    _, port = demo.start_web()

    second = demo.start("web.2", PORT=str(port))

    assert second.end() == 1
    assert second.text == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_only_this_machine_is_served_unless_told_otherwise(demo: DemoApp) -> None:
    demo.start_web()
    other = demo.start("web.2", BIND="0.0.0.0")

    other.wait_for(r"listening on http://0\.0\.0\.0:\d+")
