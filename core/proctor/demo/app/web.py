"""Serves the app's page on PORT, streams what happens to it, and queues jobs.

Nothing is kept here between two requests: what the page shows comes from the database, so any
web process may answer any request. Asked to stop, it stops listening, finishes the requests it
has, ends the event streams (browsers come back by themselves), and leaves.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import select
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from jobs import Busy, Jobs
from kinds import any_kind
from log import paint, say, warn
from process import StopRequest, name_of_this_process

PAGE = Path(__file__).with_name("page.html")
LOOK_EVERY_SECONDS = 0.2
SELF_CHECK_SECONDS = 30.0
IDLE_SECONDS = 15.0  # how long a connection without a request is kept
HIGHEST_PORT = 65535
MOST_JOBS = 50
MOST_SECONDS = 600.0


def main() -> None:
    """Serve until a stop is asked."""
    stop = StopRequest()
    web = Web(listening_address(), stop)
    say(f"listening on {paint(f'http://{web.host}:{web.port}', 'cyan')}")
    threading.Thread(target=web.serve_forever, args=(LOOK_EVERY_SECONDS / 2,)).start()
    next_check = time.monotonic() + SELF_CHECK_SECONDS
    while not stop.wait(LOOK_EVERY_SECONDS):
        web.news.look()
        if time.monotonic() >= next_check:
            next_check += SELF_CHECK_SECONDS
            web.check_itself()
    web.leave()
    say(paint(f"stopped after {web.answered} requests", "dim"))


def listening_address() -> tuple[str, int]:
    """Return the address to listen on: PORT, on this machine alone unless BIND says otherwise."""
    port = os.environ.get("PORT") or "5006"
    if not port.isdecimal() or int(port) > HIGHEST_PORT:
        sys.exit(f"PORT is {port!r}; write a number, as in PORT=5006")
    return os.environ.get("BIND") or "127.0.0.1", int(port)


class News:
    """The newest picture of the queue, for all event streams of this process."""

    def __init__(self, jobs: Jobs) -> None:
        self.streams = 0
        self.picture: dict[str, object] = {}
        self.ended = False
        self._jobs = jobs
        self._seen: object = None
        self._changed = threading.Condition()

    def look(self) -> None:
        """Look for changes, if anybody wants to know."""
        if not self.streams:
            return
        with contextlib.suppress(Busy):  # the next look is soon
            # A lease runs out without a write: so look again each second whatever was written.
            version = (self._jobs.version(), int(time.monotonic()))
            if version != self._seen:
                self._seen = version
                self._show(self._jobs.picture())

    def _show(self, picture: dict[str, object]) -> None:
        with self._changed:
            if picture != self.picture:
                self.picture = picture
                self._changed.notify_all()

    def begin(self) -> None:
        """A stream begins: it is to see the queue as it is now."""
        with self._changed:
            self.streams += 1
        self.look()

    def leave(self) -> None:
        """A stream has ended."""
        with self._changed:
            self.streams -= 1

    def wait_for_other(self, than: object, seconds: float) -> None:
        """Wait until there is another picture than this, or the end."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.picture is not than, seconds)

    def end(self) -> None:
        """End all streams."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()


class Web(socketserver.ThreadingTCPServer):
    """A server with a thread a connection, which waits for its threads when it leaves."""

    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False
    timeout = 0

    def __init__(self, address: tuple[str, int], stop: StopRequest) -> None:
        self.stop = stop
        self.name = name_of_this_process("web")
        self.since = time.time()
        self.answered = 0
        self.busy = 0
        self.count_lock = threading.Lock()
        try:
            super().__init__(address, Answer)
        except OSError as error:
            sys.exit(f"cannot listen on {address[0]}:{address[1]}: {error.strerror}")
        self.host, self.port = self.server_address[:2]
        self.jobs = Jobs()
        self.news = News(self.jobs)

    def leave(self) -> None:
        """Stop listening; return when all requests are answered and all streams are ended."""
        unanswered = self.busy - self.news.streams
        if unanswered:
            say(f"stopping, requests to finish: {paint(unanswered, 'bold')}")
        self.shutdown()
        while select.select([self], [], [], 0)[0]:  # who has connected already is answered
            self.handle_request()
        self.socket.close()
        self.news.end()
        self.server_close()
        self.jobs.close()

    def check_itself(self) -> None:
        """Say how this process is, also when nobody asks it anything."""
        began = time.perf_counter()
        try:
            self.jobs.waiting()
        except Busy as error:
            warn(f"self-check: {error}")
            return
        milliseconds = (time.perf_counter() - began) * 1000
        say(
            f"{paint('self-check', 'dim')} {paint('ok', 'green')}"
            f" {self.answered} requests, database {milliseconds:.1f} ms"
        )

    def introduction(self) -> dict[str, object]:
        """Return who is answering."""
        return {
            "process": self.name,
            "pid": os.getpid(),
            "port": self.port,
            "since": self.since,
            "answered": self.answered,
        }


class Answer(BaseHTTPRequestHandler):
    """One connection, and the requests that come over it, one after the other."""

    server: Web
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    timeout = 10  # seconds for a client to send what it began, or to take what it asked for
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer requests until the client leaves or this process is asked to stop."""
        stop = self.server.stop
        self.close_connection = False
        with contextlib.suppress(ConnectionError):
            while not self.close_connection:
                if not stop.wait_for_input(self.connection, IDLE_SECONDS):
                    return
                with self.server.count_lock:
                    self.server.busy += 1
                try:
                    self.handle_one_request()
                finally:
                    with self.server.count_lock:
                        self.server.busy -= 1

    def do_GET(self) -> None:
        """Answer pages and streams."""
        self.answer({"/": self.page, "/slow": self.slow, "/events": self.events, "/who": self.who})

    def do_HEAD(self) -> None:
        """Answer like GET, without the body."""
        self.answer({"/": self.page, "/who": self.who})

    def do_POST(self) -> None:
        """Queue jobs."""
        self.answer({"/jobs": self.queue_jobs})

    def answer(self, places: dict[str, object]) -> None:
        """Answer by the function for the path; write the request's line in the log."""
        self.began = time.perf_counter()
        self.status = 0
        url = urlsplit(self.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.values = {**parse_qs(url.query), **parse_qs(self.body)}
        try:
            place = places.get(url.path)
            if callable(place):
                place()
            else:
                self.send("There is nothing here.\n", status=404)
        except Busy:
            self.send("The database is busy; try again.\n", status=503)
        except ValueError as error:
            self.send(f"{error}\n", status=400)
        except ConnectionError:
            self.close_connection = True
        finally:
            with self.server.count_lock:
                self.server.answered += 1
            self.log_answer()

    # Places ------------------------------------------------------------------------------------

    def page(self) -> None:
        """Answer the page, with the picture of this moment in it."""
        state = {"me": self.server.introduction(), **self.server.jobs.picture()}
        page = PAGE.read_text(encoding="utf-8")
        page = page.replace("{{process}}", html.escape(self.server.name))
        page = page.replace("{{state}}", json.dumps(state).replace("<", "\\u003c"))
        self.send(page, "text/html")

    def who(self) -> None:
        """Answer which process this is."""
        self.send(json.dumps(self.server.introduction()), "application/json")

    def slow(self) -> None:
        """Answer after `seconds`: a request that is in flight when something happens."""
        seconds = self.number("seconds", default=3, most=MOST_SECONDS)
        time.sleep(seconds)
        self.send(f"{self.server.name} took {seconds:g} s over this.\n")

    def queue_jobs(self) -> None:
        """Queue `count` jobs; a form is sent back to the page, a program gets their numbers."""
        count = int(self.number("count", default=1, most=MOST_JOBS))
        numbers = [
            self.server.jobs.queue(*any_kind(), queued_by=self.server.name) for _ in range(count)
        ]
        if "text/html" in self.headers.get("Accept", ""):
            self.send("", status=303, location="/")
        else:
            self.send(
                json.dumps({"queued": numbers, "process": self.server.name}) + "\n",
                "application/json",
                status=202,
            )

    def events(self) -> None:
        """Stream pictures as they change, until the client leaves or this process stops."""
        self.close_connection = True
        self.start_answer(200, "text/event-stream", {"Connection": "close"})
        self.log_answer("open")
        news = self.server.news
        news.begin()
        try:
            self.event("hello", self.server.introduction(), first="retry: 500\n")
            told: object = None
            while not news.ended:
                picture = news.picture
                if picture is told:
                    self.wfile.write(b": still here\n\n")  # finds out who has left
                else:
                    self.event("picture", picture)
                told = picture
                news.wait_for_other(told, seconds=5)
            self.event("bye", self.server.introduction())
        finally:
            news.leave()

    # How it is written ---------------------------------------------------------------------------

    def event(self, name: str, data: object, first: str = "") -> None:
        """Send one event."""
        self.wfile.write(f"{first}event: {name}\ndata: {json.dumps(data)}\n\n".encode())

    def number(self, name: str, default: float, most: float) -> float:
        """Return a number that the client has sent.

        Raises:
            ValueError: it is none, or out of bounds.
        """
        given = self.values.get(name, [str(default)])[-1]
        try:
            value = float(given)
        except ValueError:
            value = -1
        if not 0 <= value <= most:
            raise ValueError(f"{name} is {given!r}; write a number from 0 to {most:g}")
        return value

    def send(
        self, text: str, kind: str = "text/plain", status: int = 200, location: str = ""
    ) -> None:
        """Send a whole answer."""
        body = text.encode()
        headers = {"Content-Length": str(len(body))}
        if location:
            headers["Location"] = location
        if self.server.stop.asked:
            headers["Connection"] = "close"
        self.start_answer(status, f"{kind}; charset=utf-8", headers)
        if self.command != "HEAD":
            self.wfile.write(body)

    def start_answer(self, status: int, kind: str, headers: dict[str, str]) -> None:
        """Send the head of an answer; it says which process answered."""
        self.status = status
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Answered-By", self.server.name)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_answer(self, note: str = "") -> None:
        """Write the request's line."""
        style = {2: "green", 3: "cyan", 4: "yellow"}.get(self.status // 100, "red")
        milliseconds = (time.perf_counter() - self.began) * 1000
        say(
            f"{paint(f'{self.command:4}', 'cyan')} {self.path[:80]:9} {paint(self.status, style)}"
            f" {paint(note or f'{milliseconds:.0f} ms', 'dim')}"
        )

    def log_message(self, form: str, *values: object) -> None:
        """Leave out http.server's own lines, except for what it could not read."""

    def log_error(self, form: str, *values: object) -> None:
        """Say what was wrong with a request that could not be read."""
        warn(ascii(form % values)[1:-1])


if __name__ == "__main__":
    main()
