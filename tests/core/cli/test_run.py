"""One-offs, by the real program in a process of its own."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest

from proctor.cli.run import one_off_environment
from proctor.model.type_settings import TypeSettings
from support.supervised import changed, configuration

PROCTOR = str(Path(sys.executable).with_name("proctor"))
PROCFILE = """\
release: echo releasing "$1"
web: python web.py --port $PORT
show: echo [$0] [$PORT] [$PS] [$COLOUR]
args: printf '<%s>'
"""


@pytest.fixture
def app(app_folder: Path, own_places: None) -> Path:
    (app_folder / "Procfile").write_text(PROCFILE)
    (app_folder / ".env").write_text("COLOUR=blue\nPORT=3000\n")
    (app_folder / ".env").chmod(0o600)
    return app_folder


def run(*words: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROCTOR, "run", *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=20,
    )


def on_a_terminal(words: Sequence[str]) -> str:
    """What the command prints when it has a terminal of its own."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROCTOR, [PROCTOR, "run", *words])
    seen = b""
    try:
        while piece := os.read(terminal, 4096):
            seen += piece
    except OSError:
        pass  # the terminal's way to say that nobody has it open any more
    os.waitpid(pid, 0)
    os.close(terminal)
    return seen.decode()


@pytest.mark.parametrize("status", [0, 1, 3, 42, 127, 255])
def test_the_exit_code_is_the_command_s_own(app: Path, status: int) -> None:
    assert run(f"exit {status}").returncode == status


def test_an_end_by_a_signal_is_an_end_by_that_signal(app: Path) -> None:
    assert run("kill -TERM $$").returncode == -signal.SIGTERM


def test_one_argument_is_text_for_the_shell(app: Path) -> None:
    assert run("echo $COLOUR | tr a-z A-Z; echo two").stdout == "BLUE\ntwo\n"


def test_several_arguments_are_a_program_and_its_arguments(app: Path) -> None:
    assert run("printf", "<%s>", "a b", "$COLOUR", "").stdout == "<a b><$COLOUR><>"


def test_options_after_the_command_are_the_command_s_own(app: Path) -> None:
    assert run("echo", "-n", "--json", "-f").stdout == "--json -f"


def test_two_dashes_end_our_own_options(app: Path) -> None:
    assert run("--", "printf", "%s", "--help").stdout == "--help"
    assert run("echo", "--", "x").stdout == "-- x\n"


def test_a_process_type_means_its_command_line(app: Path) -> None:
    assert run("release").stdout == "releasing \n"


def test_what_follows_a_process_type_is_added_to_its_command_line(app: Path) -> None:
    assert run("args", "a b", "$COLOUR", "it's").stdout == "<a b><$COLOUR><it's>"


def test_a_one_off_has_the_app_s_environment_a_port_and_a_name(app: Path) -> None:
    found = dict(line.split("=", 1) for line in run("env").stdout.splitlines() if "=" in line)
    assert found["COLOUR"] == "blue"
    assert found["PORT"] == "3400"
    assert found["PS"] == found["PROCTOR_PROCESS"]
    assert found["PS"].startswith("run.")
    assert "DYNO" not in found


def test_it_works_in_the_app_s_folder_from_below_it(app: Path) -> None:
    below = app / "a"
    below.mkdir()
    assert run("pwd", cwd=below).stdout == f"{app}\n"


def test_pipes_stay_pipes(app: Path) -> None:
    outcome = run("cat; echo problem >&2; test -t 0 || test -t 1 || echo plain", stdin="words\n")
    assert outcome.stdout == "words\nplain\n"
    assert outcome.stderr == "problem\n"


def test_a_terminal_stays_a_terminal(app: Path) -> None:
    assert "terminal\r\n" in on_a_terminal(["test -t 0 && test -t 1 && echo terminal"])


def test_a_pipe_that_ends_early_ends_the_command(app: Path) -> None:
    assert run("yes | head -1; echo ${PIPESTATUS[0]}").stdout == "y\n141\n"


def test_an_interrupt_is_the_command_s_affair(app: Path) -> None:
    script = "import signal,os; signal.signal(2, lambda *_: os._exit(7)); os.kill(os.getpid(), 2)"
    assert run(sys.executable, "-c", script).returncode == 7


def test_a_program_that_is_not_there_is_a_sentence_and_127(app: Path) -> None:
    outcome = run("no-such-program", "x")
    assert outcome.returncode == 127
    assert outcome.stderr == "proctor: there is no program 'no-such-program'.\n"


def test_a_file_that_is_no_program_is_a_sentence_and_126(app: Path) -> None:
    outcome = run("./Procfile", "x")
    assert outcome.returncode == 126
    assert outcome.stderr == "proctor: './Procfile' cannot be run: Permission denied.\n"


def test_nothing_to_run_is_a_sentence(app: Path) -> None:
    outcome = run()
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("proctor: nothing says what to run.")


def test_no_descriptor_of_ours_reaches_the_command(app: Path) -> None:
    assert run("ls /proc/self/fd | wc -l").stdout.strip() == "4"  # 0, 1, 2, and ls's own


def test_a_terminal_without_a_size_is_given_none(app: Path) -> None:
    """`run` sets no mode of the terminal: it is the user's own."""
    main, other = os.openpty()
    before = termios.tcgetattr(other)
    subprocess.run([PROCTOR, "run", "true"], stdin=other, stdout=other, stderr=other, check=True)
    assert termios.tcgetattr(other) == before
    assert fcntl.fcntl(other, fcntl.F_GETFL) & os.O_NONBLOCK == 0
    os.close(main)
    os.close(other)


def test_the_command_of_a_type_gets_what_that_types_processes_get() -> None:
    app = changed(
        configuration("web: ./web\njob: ./job\n", variables={"MODE": "fast", "NAME": "ada"}),
        types={"job": TypeSettings(environment={"MODE": "slow"}, platform_env=True)},
    )
    for_job = one_off_environment(app, "job", terminal=False)
    assert (for_job["MODE"], for_job["NAME"]) == ("slow", "ada")
    assert for_job["DYNO"] == for_job["PS"] == f"run.{os.getpid()}"
    for type_ in ("web", None):
        plain = one_off_environment(app, type_, terminal=False)
        assert plain["MODE"] == "fast"
        assert "DYNO" not in plain
