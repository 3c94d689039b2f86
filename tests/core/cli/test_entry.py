"""The program as a shell starts it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from proctor.cli import entry
from proctor.control import lock
from proctor.control.places import Places
from proctor.model.commands import Start
from support.fakes import FakeSession

SO_MANY = "'proctor start web=2'."
HELP = "Try 'proctor --help'."
PROCTOR = str(Path(sys.executable).with_name("proctor"))


@pytest.fixture
def here(app_folder: Path, own_places: None) -> Path:
    return app_folder


def proctor(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [PROCTOR, *words],
        check=False,
        timeout=20,
        capture_output=True,
        **{"text": True, **more},  # type: ignore[call-overload]  # what `run` takes
    )
    return done


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line.replace("proctor", PROCTOR)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["version"]])
def test_version_is_one_line(here: Path, words: list[str]) -> None:
    assert proctor(*words).stdout.startswith("proctor 0.")


def test_help_lists_every_command_with_a_sentence(here: Path) -> None:
    text = proctor("--help").stdout
    for name in ("start", "ps", "scale", "logs", "run", "quit"):
        assert f"\n  {name}" in text
    assert "next-step" not in text
    assert proctor("help", "scale").stdout == proctor("scale", "--help").stdout


def test_a_mistyped_command_is_answered_with_the_nearest(here: Path) -> None:
    outcome = proctor("lgos")
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("proctor: there is no command 'lgos'. The nearest is 'logs'.")
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("quux", "there is no command 'quux'. 'proctor --help' lists them."),
        (
            "web=2",
            f"there is no command 'web=2'. To start so many processes: {SO_MANY} {HELP}",
        ),
        (
            "start --frob",
            "no such option '--frob'. Did you mean '--root'? Try 'proctor start --help'.",
        ),
        (
            "watch",
            "missing argument '{on|off}'. Choose from: on, off. Try 'proctor watch --help'.",
        ),
    ],
)
def test_a_wrong_word_is_answered_in_plain_sentences(here: Path, words: str, sentence: str) -> None:
    outcome = proctor(*words.split())
    assert outcome.returncode == 2
    assert outcome.stderr == f"proctor: {sentence}\n"


def test_in_a_folder_without_a_procfile_one_sentence_says_what_to_do(
    here: Path, tmp_path: Path
) -> None:
    outcome = proctor(cwd=tmp_path)
    assert outcome.returncode == 2
    assert "there is no Procfile in this folder" in outcome.stderr
    assert "proctor demo" in outcome.stderr


def test_a_reader_that_has_gone_is_no_traceback(here: Path) -> None:
    outcome = in_shell("proctor --help | head -1; proctor --help | true; echo ${PIPESTATUS[0]}")
    assert outcome.stderr == ""
    assert outcome.stdout.splitlines()[-1] in ("0", "141")


@pytest.mark.may_skip(reason="needs /dev/full")
def test_a_full_disk_is_a_sentence(here: Path) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("no /dev/full here")
    outcome = in_shell("proctor --help > /dev/full")
    assert outcome.returncode == 70
    sentence = "what was printed could not be written: No space left on device."
    assert outcome.stderr == f"proctor: {sentence}\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_descriptors_are_no_fault(here: Path, closed: str) -> None:
    assert in_shell(f"proctor check {closed}").returncode == 0
    assert in_shell(f"proctor run true {closed}").returncode == 0
    assert in_shell(f"proctor ps {closed}").returncode == 3


def test_closed_descriptors_are_the_null_device_for_what_is_started(here: Path) -> None:
    outcome = in_shell("proctor run 'readlink /proc/self/fd/0 /proc/self/fd/2' <&- 2>&-")
    assert outcome.stdout == "/dev/null\n/dev/null\n"


def test_an_app_s_own_modules_are_not_taken_for_ours(here: Path, tmp_path: Path) -> None:
    for name in ("click.py", "select.py", "msgspec.py", "json.py"):
        (here / name).write_text("raise SystemExit('taken for ours')\n")
    broken = tmp_path / "lib"
    broken.mkdir()
    (broken / "msgspec.py").write_text("raise SystemExit('taken for ours')\n")
    environment = {**os.environ, "PYTHONPATH": f"{broken}:."}
    assert proctor("check", env=environment).returncode == 0
    outcome = proctor("ps", env=environment)
    assert outcome.returncode == 3
    assert "not running" in outcome.stderr
    kept = proctor("run", "echo $PYTHONPATH", env=environment).stdout
    assert kept == f"{broken}:.\n"


def test_a_locale_that_cannot_show_a_name_is_no_fault(here: Path) -> None:
    (here / "Procfile").write_text("web: echo ‖ café\n")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    outcome = proctor("check", env=environment, encoding="latin-1")
    assert outcome.returncode == 0
    assert "\\u2016 caf" in outcome.stdout


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_a_home_that_is_not_there_is_no_fault(here: Path, home: str | None) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    del environment["HOME"]
    if home is not None:
        environment["HOME"] = home
    assert proctor("ps", env=environment).returncode == 3


def test_an_interrupt_is_130_and_no_traceback(here: Path) -> None:
    fifo = here / "Procfile.slow"
    os.mkfifo(fifo)
    waiting = subprocess.Popen(
        [PROCTOR, "check", "-f", "Procfile.slow"], stderr=subprocess.PIPE, text=True
    )
    with fifo.open("w"):  # returns when it is being read
        waiting.send_signal(signal.SIGINT)
        _, problem = waiting.communicate(timeout=20)
    assert problem == ""
    assert waiting.returncode == 130


@pytest.mark.parametrize("step", ["_take_names_as_bytes", "_fill_closed_descriptors"])
def test_an_interrupt_before_anything_is_done_is_130_as_well(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, step, interrupt)
    monkeypatch.setattr("os._exit", sys.exit)
    monkeypatch.setattr("gc.disable", lambda: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 130


def test_a_fault_of_ours_is_one_line_that_names_a_file_with_the_traceback(
    here: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from proctor.cli import entry, main\n"
        "main.CommandGroup.get_command = lambda *_: 1 / 0\n"
        "sys.argv[1:] = ['ps']; entry.main()"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=20
    )
    assert outcome.returncode == 70
    start = "proctor: a fault of proctor's own: ZeroDivisionError: division by zero. The details "
    assert outcome.stderr.startswith(start)
    assert outcome.stderr.count("\n") == 1
    path = Path(outcome.stderr.split("are in ")[1].rstrip(".\n"))
    assert "ZeroDivisionError" in path.read_text()
    assert path.is_relative_to(tmp_path)
    for private in (path, path.parent, path.parent.parent):  # the last is what a start checks
        assert private.stat().st_mode & 0o077 == 0


def _read_to_the_end(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # nobody has its other side open any more
        while data := os.read(terminal, 10_000):
            yield data


async def test_start_with_targets_of_a_running_app_opens_no_screen_on_a_terminal(
    here: Path, running: FakeSession
) -> None:
    main, other = os.openpty()
    typed = await asyncio.create_subprocess_exec(
        PROCTOR, "start", "web", "--wait", "0.1", stdin=other, stdout=other, stderr=other,
        env={**os.environ, "TERM": "xterm"}, start_new_session=True,
    )  # fmt: skip
    code = await typed.wait()
    os.close(other)
    said = b"".join(_read_to_the_end(main))
    os.close(main)
    assert running.sent == [Start(target="web", by="cli")]
    assert code == 1
    assert b"after 0.1 s web.4 is starting" in said
    assert b"\x1b" not in said


async def test_start_with_options_for_a_start_is_refused_while_the_app_runs(
    here: Path, running: FakeSession, places: Places
) -> None:
    held = lock.take(places, say=pytest.fail)
    outcome = await asyncio.to_thread(proctor, "start", "web", "--no-tui")
    held.close()
    assert outcome.returncode == 3
    assert f"already runs: process {os.getpid()}, socket {places.socket}" in outcome.stderr
    assert running.sent == []


@pytest.mark.parametrize(
    ("words", "about_it"),
    [
        ([], False),
        (["web"], True),
        (["--watch", "web"], True),
        (["web.1", "--wait"], True),
        (["--wait", "worker"], True),
        (["web=2"], False),
        (["-f", "Procfile"], False),
        (["-p", "3000", "--no-tui"], False),
        (["-m", "web=2", "-e", ".env"], False),
    ],
)
def test_only_words_that_may_be_targets_are_worth_a_look(words: list[str], about_it: bool) -> None:
    assert entry._names_processes(words) is about_it
