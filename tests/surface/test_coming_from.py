"""Each row of "Coming from another tool" is typed: their spelling where it works, and ours."""

import os
import re
import shlex
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from proctor.cli.aliases import translated
from support.eventually import eventually_now
from support.program import PROCTOR, Workplace, child, is_there
from support.real_app import base_port

PAGE = (Path(__file__).parents[2] / "docs" / "coming-from.md").read_text()
TOOLS = ("foreman", "honcho", "overmind", "heroku", "mprocs", "process-compose")
SERVER = (
    "import os, socket, time; s = socket.create_server(('', int(os.environ['PORT']))); "
    "print('web is ready', flush=True)\nwhile True: s.accept()[0].close()"
)
FILES = {
    "package.json": '{"scripts": {"dev": "node server.js"}}',
    "mprocs.yaml": "procs:\n  web:\n    shell: npm start\n",
    "process-compose.yaml": "processes:\n  web:\n    command: npm start\n",
}
HELD = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """One row: what is typed there, whether that works here as it is, and what is ours."""

    tool: str
    theirs: str | None
    same: bool
    ours: tuple[str, ...]
    settings: tuple[str, ...]

    def __str__(self) -> str:
        return self.theirs or " ".join([self.tool, *self.ours, *self.settings])


def rows() -> Iterator[Row]:
    tool = ""
    for cells in re.findall(r"^\| (.*?) \| (.*?) \| .*\|$", PAGE, re.MULTILINE):
        left, right = cells
        if left in TOOLS:
            tool = left
        elif right != "here" and not left.startswith("---"):
            spans = HELD.findall(right)
            typed = next((each for each in HELD.findall(left) if each.startswith(f"{tool} ")), None)
            commands = tuple(each for each in spans if "proctor " in each)
            settings = tuple(each for each in spans if each not in commands)
            yield Row(tool, typed, right.startswith("the same"), commands, settings)


ROWS = list(rows())
TYPED = [
    (row, line)
    for row in ROWS
    for line in ((*([f"proctor {row.theirs.split(' ', 1)[1]}"] if row.theirs and row.same else []),
                  *row.ours))
]  # fmt: skip
ANSWERED = [row for row in ROWS if row.theirs and not row.same]
SETTINGS = [(row, text) for row in ROWS for text in row.settings]


class Desk:
    """A workplace with an app in it, where command lines are typed."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        place.environment["PATH"] = f"{Path(PROCTOR).parent}:{os.environ['PATH']}"
        (place.folder / "server.py").write_text(SERVER)
        python = child("x.py").split()[0]
        text = f"web: exec {python} server.py\nworker: echo worker is ready; exec sleep 1000\n"
        for name in ("Procfile", "Procfile.dev"):
            (place.folder / name).write_text(f"{text}release: echo released\n")
        for name in (".env", ".env.local"):
            (place.folder / name).write_text("FOO=bar\n")
            (place.folder / name).chmod(0o600)

    def succeeds(self, line: str) -> str:
        """A command line that ends by itself, and well."""
        variables, words = _split(line)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setitem(self.place.environment, name, value)
            outcome = self.place.type(*words)
        assert outcome.returncode == 0, (line, outcome.stdout, outcome.stderr)
        return outcome.stdout

    def starts(self, line: str) -> None:
        """A start, which is made to detach; and its end."""
        words = line if {"-D", "--detach"} & set(line.split()) else f"{line} --detach"
        try:
            self.succeeds(words if "-p" in line.split() else f"{words} -p {base_port()}")
            named = re.findall(r"(-[af] \S+)", line)
            assert '"up"' in self.succeeds(f"proctor ps --json {' '.join(named)}") or not named
        finally:
            for each in (*re.findall(r"(-a \S+)", line), ""):
                self.place.type("quit", "--now", "--wait", "20", *each.split())

    def follows(self, line: str) -> None:
        """A command that goes on until ^C."""
        program = self.place.run(PROCTOR, *_split(line)[1])
        program.until("ready")
        program.signal(signal.SIGINT)
        assert program.wait() == 130

    def attaches(self, line: str) -> None:
        """A terminal on a process, and the key that leaves it."""
        terminal = self.place.on_terminal(PROCTOR, *_split(line)[1])
        terminal.until("attached to web.1")
        terminal.press("\x1d")
        assert terminal.wait() == 0


def _split(line: str) -> tuple[dict[str, str], list[str]]:
    words = shlex.split(line)
    first = words.index("proctor")
    return dict(word.split("=") for word in words[:first]), [*words[first + 1 :]]


def _word(line: str) -> str:
    """The command of ours that a line calls; a start where it begins with an option."""
    words = translated(_split(line)[1])
    return "start" if words[0].startswith("-") else words[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from _desk(tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One with an app that runs, for all that steers it; it is seen here that nothing is left."""
    for desk in _desk(tmp_path_factory.mktemp("running")):
        # Its processes outlive the tests that restart them.
        desk.place.environment["PROCTOR_TEST_RUN"] = "the module's"
        desk.succeeds(f"proctor start --detach -p {base_port()}")
        desk.succeeds("proctor wait --timeout 30")
        yield desk
        pids = [row["pid"] for row in desk.place.rows().values() if row["pid"]]
        desk.succeeds("proctor quit --now --wait 20")
        assert not any(map(is_there, pids))


def _desk(folder: Path) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime:
        place = Workplace(folder, Path(runtime))
        try:
            yield Desk(place)
        finally:
            place.end()


def _of(*words: str) -> list[object]:
    return [pytest.param(line, id=line) for _, line in TYPED if _word(line) in words]


_ALONE = ("start", "quit", "init", "export", "check", "attach")
_FOLLOWS = re.compile(r"logs .*(-f|--tail)|echo$|attach$")
STEERING = [
    pytest.param(line, id=line)
    for _, line in TYPED
    if _word(line) not in _ALONE and not _FOLLOWS.search(" ".join(translated(_split(line)[1])))
]


def test_the_page_has_a_table_for_each_tool_and_most_of_what_is_typed_there() -> None:
    assert {row.tool for row in ROWS} == set(TOOLS)
    assert len(TYPED) > 80
    assert len(ANSWERED) > 10
    assert len(SETTINGS) > 15


@pytest.mark.parametrize("line", _of("start"))
def test_a_start_starts(desk: Desk, line: str) -> None:
    desk.starts(line)


@pytest.mark.parametrize("line", _of("quit"))
def test_what_ends_the_app_ends_it(desk: Desk, line: str) -> None:
    desk.succeeds(f"proctor start --detach -p {base_port()}")
    desk.succeeds(line)
    eventually_now(lambda: desk.place.type("ps").returncode == 3, within=20)


@pytest.mark.parametrize("line", _of("init"))
def test_a_draft_is_written(desk: Desk, line: str) -> None:
    (desk.place.folder / "Procfile").unlink()
    for name, text in FILES.items():
        if "--from" not in line or name in line:
            (desk.place.folder / name).write_text(text)
    desk.succeeds(line)
    assert "web:" in (desk.place.folder / "Procfile").read_text()


@pytest.mark.parametrize("line", _of("export", "check"))
def test_what_needs_no_app_that_runs_is_done(desk: Desk, line: str) -> None:
    desk.succeeds(line)


@pytest.mark.parametrize("line", _of("attach"))
def test_what_attaches_shows_the_process(running: Desk, line: str) -> None:
    running.attaches(line)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, id=line)
        for _, line in TYPED
        if re.search(r"logs .*(-f|--tail)|echo$", " ".join(translated(_split(line)[1])))
    ],
)
def test_what_follows_goes_on_until_it_is_interrupted(running: Desk, line: str) -> None:
    running.follows(line)


@pytest.mark.parametrize("line", STEERING)
def test_what_looks_at_the_app_or_steers_it_succeeds(running: Desk, line: str) -> None:
    running.succeeds(line)
    running.succeeds("proctor scale web=1 worker=1")
    running.succeeds("proctor start all")


@pytest.mark.parametrize("row", ANSWERED, ids=str)
def test_what_has_another_spelling_is_answered_by_one_sentence(running: Desk, row: Row) -> None:
    assert row.theirs is not None
    outcome = running.place.type(*shlex.split(row.theirs)[1:])
    assert outcome.returncode in (2, 3), outcome
    assert outcome.stderr.startswith("proctor: ")
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize("text", [pytest.param(text, id=text) for _, text in SETTINGS])
def test_a_setting_is_one(desk: Desk, text: str) -> None:
    (desk.place.folder / "proctor.toml").write_text(f"{text}\n")
    outcome = desk.place.type("settings", "--json")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert "proctor.toml" in outcome.stdout
