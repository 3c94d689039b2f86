"""Starts that fail, and starts in odd places: a clear word, the others run on."""

import json
import os
import signal
import sys

import pytest

from support.eventually import eventually_now
from support.program import Program, Workplace, kill

pytestmark = pytest.mark.timeout(60)

LISTENS_ELSEWHERE = """\
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print("on", server.getsockname()[1], flush=True)
time.sleep(1000)
"""
LISTENS_FOR_ANOTHER = """\
import os, socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listens", flush=True)
time.sleep(1000)
"""
NAMES = {
    "blanks": "with blanks",
    "quotes": 'it\'s "quoted"',
    "shell": "$(touch forbidden)",
    "bytes": os.fsdecode(b"not\xfftext"),
    "letters": "ünïcödé",
}


def end(program: Program) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "Traceback" not in program.output


def test_commands_that_cannot_be_run_crash_with_a_word_and_the_others_run(
    place: Workplace,
) -> None:
    (place.folder / "plain.txt").write_text("no program\n")
    place.procfile(
        missing="no-such-program --flag",
        refused="./plain.txt",
        folder="cd nowhere && exec sleep 1000",
        good="echo ready; exec sleep 1000",
    )
    program = place.start()
    for name in ("missing", "refused", "folder"):
        eventually_now(lambda name=name: said(program, f"{name}.1", "(failure 2)"))  # type: ignore[misc]
    rows = place.rows()
    assert rows["missing.1"]["exit"] == {"status": 127}
    assert rows["refused.1"]["exit"] == {"status": 126}
    assert "no-such-program: command not found" in program.output
    assert "Permission denied" in program.output
    assert "nowhere: No such file or directory" in program.output
    eventually_now(lambda: place.states()["good.1"] == "up")
    end(program)


def test_a_folder_that_goes_away_is_named_and_its_processes_come_back_with_it(
    place: Workplace,
) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    elsewhere = place.base / "elsewhere"
    elsewhere.mkdir()
    words = ("-d", str(elsewhere), "-f", str(place.folder / "Procfile"))
    program = place.start(*words)
    program.until("| ready")
    (row,) = json.loads(place.type("ps", "--json", *words).stdout)
    elsewhere.rmdir()
    kill(row["pid"])
    program.until("elsewhere' cannot be entered: No such file or directory")
    elsewhere.mkdir()
    program.until("| ready")
    end(program)


def test_who_keeps_failing_is_tried_again_ever_later(place: Workplace) -> None:
    place.procfile(worker="exit 1")
    program = place.start()
    program.until("starting again")
    program.until("next try in 1 s (failure 2)")
    program.until("next try in 2 s (failure 3)")
    assert place.states() == {"worker.1": "crashed"}
    end(program)


@pytest.mark.parametrize(
    ("policy", "command", "state"),
    [("restart-on-failure", "exit 0", "complete"), ("stay", "exit 3", "crashed")],
)
def test_the_policy_lets_an_end_be_an_end(
    place: Workplace, policy: str, command: str, state: str
) -> None:
    place.procfile(worker=command, other="exec sleep 1000")
    program = place.start("--on-exit", policy)
    eventually_now(lambda: place.states().get("worker.1") == state)
    end(program)
    assert program.output.count("worker.1 * Starting process") == 1


@pytest.mark.parametrize(("command", "code"), [("exit 5", 5), ("kill -9 $$", 137), ("exit 0", 0)])
def test_the_policy_lets_the_first_end_be_the_apps(
    place: Workplace, command: str, code: int
) -> None:
    place.procfile(worker=f"sleep 0.2; {command}", tree=place.tree("forker.py", "setsid"))
    program = place.start("--on-exit", "stop-all")
    assert program.wait() == code
    place.assert_nothing_left(within=0.5)


def test_a_value_that_no_program_can_be_given_is_named_and_not_shown(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    (place.folder / ".env").write_text(f"SECRET={'s3cret' * 40_000}\n")
    program = place.start()
    assert program.wait() == 2
    assert "'SECRET'" in program.output
    assert "s3crets3cret" not in program.output


def test_who_listens_elsewhere_is_up_there(place: Workplace) -> None:
    (place.folder / "listens.py").write_text(LISTENS_ELSEWHERE)
    place.procfile(web=f"exec {sys.executable} listens.py")
    program = place.start()
    program.until("| on ")
    port = program.until("\n").strip()
    program.until(f"from starting to up on port {port}")
    end(program)


def test_a_listener_outside_the_tree_counts(place: Workplace) -> None:
    (place.folder / "listens.py").write_text(LISTENS_FOR_ANOTHER)
    place.procfile(web="echo $PORT > port; exec sleep 1000")
    program = place.start()
    port = place.folder / "port"
    eventually_now(lambda: port.exists() and port.read_text().strip() != "")
    proxy = place.run(sys.executable, "listens.py", port.read_text().strip())
    proxy.until("listens")
    program.until("web.1 * State changed from starting to up")
    end(program)


def test_who_has_seen_the_first_line_reaches_the_app(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start()
    program.until("worker.1 | ready")
    assert place.info()["supervisor_pid"] == program.pid
    end(program)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("locale", ["", "C", "another encoding"])
def test_a_folder_of_any_name_works_in_any_locale(place: Workplace, name: str, locale: str) -> None:
    folder = place.base / name
    folder.mkdir()
    (folder / "Procfile").write_text("worker: echo ready; echo é; exec sleep 1000\n")
    environment = {"LC_ALL": locale, "LANG": locale}
    if locale == "another encoding":
        environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    program = place.start(cwd=folder, environment=environment)
    program.until("| ready")
    program.until("| é")
    if locale != "C":
        place.environment |= environment
    assert place.type("ps", cwd=folder).returncode == 0
    end(program)
    assert not (folder / "forbidden").exists()


def test_a_command_that_is_no_text_reaches_the_shell_and_is_shown(place: Workplace) -> None:
    (place.folder / "Procfile").write_bytes(b"worker: echo ready > is\xff; exec sleep 1000\n")
    program = place.start()
    program.until("to up")
    assert place.states() == {"worker.1": "up"}
    assert (place.folder / os.fsdecode(b"is\xff")).exists()
    end(program)


def test_an_apps_own_modules_and_python_path_reach_the_app_and_not_proctor(
    place: Workplace,
) -> None:
    poison = "raise RuntimeError('this is the app's')\n"
    for name in ("click.py", "select.py", "msgspec.py", "signal.py", "socket.py"):
        (place.folder / name).write_text(poison)
    (place.folder / "asyncio").mkdir()
    (place.folder / "asyncio" / "__init__.py").write_text(poison)
    path = place.base / "path"
    path.mkdir()
    (path / "msgspec.py").write_text(poison)
    place.procfile(worker="echo $PYTHONPATH; exec sleep 1000")
    program = place.start(environment={"PYTHONPATH": str(path)})
    program.until(f"| {path}")
    program.until("to up")
    place.environment["PYTHONPATH"] = str(path)
    assert place.states() == {"worker.1": "up"}
    end(program)


def said(program: Program, process: str, words: str) -> bool:
    return any(line.count(process) and words in line for line in program.output.splitlines())
