"""Apps on servers that others wrote, run by the real `proctor`, with requests in flight."""

import http.client
import json
import os
import random
import shutil
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from support.eventually import eventually_now
from support.program import Program, Workplace

INTEGRATION = Path(__file__).parents[1] / "integration"
APPS = INTEGRATION / "apps"
BEATING = INTEGRATION / "beating"


class InFlight(threading.Thread):
    """A request that is sent, and not answered yet."""

    def __init__(self, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._path = path
        self._answer: str | BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._answer = fetch(self._port, self._path)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self._answer = error

    def text(self) -> str:
        """Wait for the whole answer."""
        self.join(timeout=20)
        assert isinstance(self._answer, str), f"not answered: {self._answer!r}"
        return self._answer

    def answer(self) -> dict[str, Any]:
        """Wait for the whole answer, which is JSON."""
        found: dict[str, Any] = json.loads(self.text())
        return found


class RealApp:
    """A copy of one of `tests/integration/apps` in a workplace; each process of it beats."""

    def __init__(self, place: Workplace, name: str) -> None:
        self.place = place
        self.folder = place.folder
        self.tag = place.oracle.tag
        shutil.copytree(APPS / name, self.folder, dirs_exist_ok=True)
        self.set()
        tools = Path(sys.executable).parent
        place.environment["PATH"] = f"{tools}:{os.environ['PATH']}"

    def set(self, **variables: str) -> None:
        """Write the `.env` file: what makes the processes beat, and these."""
        variables = {
            "BEATS": str(self.place.beats),
            "PYTHONPATH": str(BEATING),
            "NODE_OPTIONS": f"--require {BEATING}/beat.cjs",
            **variables,
        }
        lines = [f'{name}="{value}"\n' for name, value in variables.items()]
        (self.folder / ".env").write_text("".join(lines))

    def start(self, *options: str) -> Program:
        """Start the app; return when all its processes are up."""
        program = self.place.start(*(options if "-p" in options else ("-p", base_port(), *options)))
        # To read its words costs nothing, to run `proctor ps` again and again a good deal.
        eventually_now(lambda: "from starting to up" in program.output, within=30)
        self.until_all_up()
        return program

    def until_all_up(self) -> None:
        eventually_now(self._all_up, within=30)

    def until_up_again(self, *, run: int, process: str = "web.1") -> None:
        """Wait until a process is up, in this run of it."""

        def is_up() -> bool:
            row = self.row(process)
            return bool(row["run"] == run and row["state"] == "up")

        eventually_now(is_up, within=20)

    def row(self, process: str = "web.1") -> dict[str, Any]:
        return self.place.rows()[process]

    def ask(self, process: str = "web.1", path: str = "/") -> dict[str, Any]:
        """What a process answers."""
        return ask(self.row(process)["port"], path)

    def in_flight(
        self, program: Program, process: str = "web.1", *, seconds: float = 2
    ) -> InFlight:
        """Send a request that takes so long; return when the app has begun to answer it."""
        request = InFlight(self.row(process)["port"], f"/slow?seconds={seconds}")
        program.until("begun: /slow")
        return request

    def steer(self, *words: str) -> str:
        """Run a command line of proctor's that is to succeed."""
        outcome = self.place.type(*words)
        assert outcome.returncode == 0, outcome
        return outcome.stdout

    def save(self, name: str, text: str) -> None:
        """Save a file, as an editor does."""
        draft = self.folder / f".{name}.draft~"
        draft.write_text(text)
        draft.replace(self.folder / name)

    def _all_up(self) -> bool:
        states = self.place.states()
        return bool(states) and set(states.values()) == {"up"}


def base_port() -> str:
    """A base port of one's own: whoever else runs an app here is not to get in between."""
    return str(random.randrange(20_000, 30_000, 500))  # below those that systems give away


def ask(port: int, path: str, *, method: str = "GET") -> dict[str, Any]:
    """Send one request to this machine; its answer, which is JSON."""
    found: dict[str, Any] = json.loads(fetch(port, path, method=method))
    return found


def fetch(port: int, path: str, *, method: str = "GET") -> str:
    """Send one request to this machine; its answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path)
        response = connection.getresponse()
        assert response.status in (http.client.OK, http.client.ACCEPTED), response.status
        return response.read().decode()
