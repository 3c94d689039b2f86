"""The demo app's programs as real processes, each with its output in a file."""

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from proctor.demo.copy import APP
from support.eventually import eventually_now


class Program:
    """One running program of the demo app."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.output = folder / f"{environment['PS']}.{len(list(folder.iterdir()))}.log"
        with self.output.open("wb") as file:
            self.popen = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the first match in the output, as soon as there is one."""

        def found() -> bool:
            assert self.popen.poll() is None or re.search(pattern, self.text), self.text
            return re.search(pattern, self.text) is not None

        eventually_now(found)
        match = re.search(pattern, self.text)
        assert match is not None
        return match

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def end(self, *, within: float = 10) -> int:
        """Return the exit status; a signal's number is negative."""
        return self.popen.wait(timeout=within)


class DemoApp:
    """The demo app in a folder of its own. What runs at the end is killed by `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs: list[Program] = []

    def environment(self, name: str, **more: str) -> dict[str, str]:
        base = {
            key: value
            for key, value in os.environ.items()
            if key not in ("DATABASE_URL", "FORCE_COLOR", "NO_COLOR", "PORT", "PROCTOR_PROCESS")
        }
        return {**base, "PS": name, "PORT": "0", "STEP_SECONDS": "0.02", **more}

    def start(self, name: str, **more: str) -> Program:
        """Start `worker.1`, and the like."""
        command = [sys.executable, str(APP / f"{name.partition('.')[0]}.py")]
        program = Program(command, self.folder, self.environment(name, **more))
        self.programs.append(program)
        return program

    def start_web(self, name: str = "web.1", **more: str) -> tuple[Program, int]:
        """Start a web process; return it with its port."""
        web = self.start(name, **more)
        return web, int(web.wait_for(r"listening on http://127\.0\.0\.1:(\d+)")[1])

    def release(self) -> None:
        """Set the schema up."""
        assert self.start("release.1").end() == 0

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self.folder / "demo.db", timeout=10)) as connection:
            return connection.execute(statement).fetchall()

    def queue(self, count: int, *, kind: str = "render invoice", steps: int = 4) -> None:
        """Put jobs into the queue."""
        with closing(sqlite3.connect(self.folder / "demo.db", timeout=10)) as connection:
            connection.executemany(
                "INSERT INTO jobs (kind, subject, steps, queued_by, queued_at)"
                " VALUES (?, 'bakery', ?, 'test', 0)",
                [(kind, steps)] * count,
            )
            connection.commit()

    def close(self) -> None:
        for program in self.programs:
            if program.popen.poll() is None:
                program.popen.kill()
            program.popen.wait()


def ask(
    port: int, path: str, *, method: str = "GET", body: str = "", accept: str = "*/*"
) -> tuple[http.client.HTTPResponse, str]:
    """Send one request; return the answer and its text."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body=body or None, headers={"Accept": accept})
        response = connection.getresponse()
        return response, response.read().decode()
