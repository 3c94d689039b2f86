"""Tab in real shells, and what the program answers them."""

import os
import resource
import shutil
import sys
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import OnTerminal, Workplace
from support.real_app import base_port

PROCFILE = "wire: exec sleep 1000\nworker: exec sleep 1000\nrelease: true\n"
PROGRAMS = Path(sys.executable).parent
#: how each is started without anybody's own files, and made ready
SHELLS = {
    "bash": (("bash", "--norc", "--noprofile"), "PS1='ready> '; source <(proctor completion bash)"),
    "zsh": (
        ("zsh", "-f"),
        "PS1='ready> '; autoload -U compinit; compinit -u -D; source <(proctor completion zsh)",
    ),
    "fish": (
        ("fish", "--no-config", "--private"),
        "function fish_prompt; echo 'ready> '; end; proctor completion fish | source",
    ),
}


@pytest.fixture
def app(place: Workplace) -> Workplace:
    """An app that runs, and shells that find `proctor`."""
    (place.folder / "Procfile").write_text(PROCFILE)
    place.environment["PATH"] = f"{PROGRAMS}:{os.environ['PATH']}"
    place.start("-p", base_port())
    eventually_now(lambda: place.states() == {"wire.1": "up", "worker.1": "up"}, within=20)
    return place


def completed(place: Workplace, *words: str, bash: bool = False) -> list[str]:
    """What may become of the last word; to bash, of the end of a line."""
    said = (" ".join(["proctor", *words]), " \t\n\"'><=;|&(:") if bash else words
    outcome = place.type("complete-line", "bash" if bash else "zsh", *said)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    return [line.partition("\t")[0] for line in outcome.stdout.splitlines()]


def shell(place: Workplace, name: str) -> OnTerminal:
    arguments, first = SHELLS[name]
    if shutil.which(arguments[0]) is None:
        pytest.skip(f"{name} is not installed")
    terminal = place.on_terminal(*arguments, columns=100, rows=30)
    terminal.press(f"{first}; echo can be used\r")
    terminal.until("can be used\r\n", within=30)
    terminal.until("ready>", within=30)
    return terminal


@pytest.mark.may_skip
@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_commands_and_the_processes_of_the_running_app(
    app: Workplace, name: str
) -> None:
    terminal = shell(app, name)
    terminal.press("proctor rest\twork\t.\t\r")
    terminal.until("restarting worker.1", within=30)
    eventually_now(lambda: app.rows()["worker.1"]["run"] == 2, within=20)
    terminal.press("exit\r")


@pytest.mark.may_skip
@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_a_quantity_without_a_blank_behind_it(app: Workplace, name: str) -> None:
    terminal = shell(app, name)
    terminal.press("proctor scale wi\t2\r")
    terminal.until("scaled wire 1 → 2", within=30)
    terminal.press("exit\r")


@pytest.mark.may_skip
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_tab_completes_another_tools_spelling_behind_its_colon(app: Workplace, name: str) -> None:
    terminal = shell(app, name)
    terminal.press("proctor ps:resta\twire.\t\r")
    terminal.until("restarting wire.1", within=30)
    terminal.press("exit\r")


@pytest.mark.may_skip
@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_a_file_where_one_is_wanted(app: Workplace, name: str) -> None:
    (app.folder / "Procfile.other").write_text("another: true\n")
    terminal = shell(app, name)
    terminal.press("proctor check -f Procfile.o\t\r")
    terminal.until("another", within=30)
    terminal.press("exit\r")


def test_names_are_those_of_the_app_that_runs(app: Workplace) -> None:
    app.type("scale", "wire=2", "--wait")
    assert completed(app, "stop", "") == [
        "wire", "worker", "release", "wire.1", "wire.2", "worker.1", "all",
    ]  # fmt: skip
    assert completed(app, "kill", "wire") == ["wire.1", "wire.2"]
    assert completed(app, "logs", "-n", "5", "--ps", "wo") == ["worker", "worker.1"]
    assert completed(app, "start", "wire") == ["wire", "wire.1", "wire.2"]


def test_without_an_app_that_runs_the_procfile_is_asked_also_from_below(place: Workplace) -> None:
    (place.folder / "Procfile").write_text(PROCFILE)
    below = place.folder / "below"
    below.mkdir()
    assert completed(place, "start", "w") == ["wire", "worker", "wire=", "worker="]
    outcome = place.type("complete-line", "zsh", "run", "re", cwd=below)
    assert outcome.stdout == "release\ttrue\n"
    (place.folder / "other").mkdir()
    (place.folder / "other" / "Procfile").write_text("clock: true\n")
    assert completed(place, "start", "-d", "other", "") == ["clock", "clock="]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("res", ["restart"]),
        ("help res", ["restart"]),
        ("--ver", ["--version"]),
        ("start --on-exit ", ["restart", "restart-on-failure", "stay", "stop-all"]),
        ("start --on-exit=sta", ["--on-exit=stay"]),
        ("start -D --log-format p", ["platform"]),
        ("-D --log-format p", ["platform"]),
        ("local --on-ex", ["--on-exit"]),
        ("start -m wire=2,wo", ["wire=2,worker="]),
        ("start -f ", [":files"]),
        ("start -d ", [":folders"]),
        ("kill wire.1 U", ["USR1", "USR2", "URG"]),
        ("watch ", ["on", "off"]),
        ("completion z", ["zsh"]),
        ("export s", ["systemd"]),
        ("stat", ["status"]),
        ("process re", ["restart"]),
        ("process restart work", ["worker"]),
        ("ps:exec ", []),
        ("apples ", []),
        ("start 'wire", []),
    ],
)
def test_each_part_of_a_line_is_completed(place: Workplace, line: str, offered: list[str]) -> None:
    (place.folder / "Procfile").write_text(PROCFILE)
    assert completed(place, *line.split(" ")) == offered


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("restart w", ["wire ", "worker "]),
        ("ps:re", ["restart "]),
        ("scale w", ["wire=", "worker="]),
        ("start --on-exit=st", ["stay ", "stop-all "]),
        ("start 'wire", ["wire ", "wire="]),
    ],
)
def test_bash_is_given_what_follows_its_own_breaks(
    place: Workplace, line: str, offered: list[str]
) -> None:
    (place.folder / "Procfile").write_text(PROCFILE)
    assert completed(place, line, bash=True) == offered


@pytest.mark.parametrize("broken", ["wire python\n= 3\n", "\0", None])
def test_what_is_wrong_is_no_matter_of_completion(place: Workplace, broken: str | None) -> None:
    if broken is not None:
        (place.folder / "Procfile").write_text(broken)
    assert completed(place, "start", "--on-exit", "stay", "w") == []
    assert completed(place, "start", "-d", "/nowhere", "w") == []
    assert completed(place, "start", "--grace", "many", "--on-exit", "sto") == ["stop-all"]


def test_tab_takes_little_of_the_processor(app: Workplace) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert completed(app, "restart", "w") == ["wire", "worker", "wire.1", "worker.1"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 0.15, f"{spent:.3f} s"
