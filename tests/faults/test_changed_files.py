"""Files that change while the app runs: each change once, garbage never ends it."""

import signal
import subprocess
import time

import pytest

from support.program import Program, Workplace

pytestmark = pytest.mark.timeout(60)

FILES = 10_000


def end(program: Program) -> None:
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    assert "Traceback" not in program.output
    assert "a fault of proctor's own" not in program.output


def starts(program: Program) -> int:
    return program.output.count("Starting process with command")


def git(place: Workplace, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "gc.auto=0", *words],
        cwd=place.folder, env=place.environment, check=True, capture_output=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "garbage",
    [b"web python\n", b"\x00\xff\xfe", b"", b"../x: y\n", b"web:\n"],
    ids=["no colon", "bytes", "empty", "path", "no command"],
)
def test_a_procfile_that_becomes_garbage_is_told_and_the_app_goes_on(
    place: Workplace, garbage: bytes
) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start("--watch")
    program.until("| ready")
    program.until("to up")
    (place.folder / "Procfile").write_bytes(garbage)
    program.until("The app goes on as it is.")
    assert place.states() == {"worker.1": "up"}
    assert starts(program) == 1
    place.procfile(worker="echo mended; exec sleep 1000")
    program.until("| mended")
    end(program)


def test_env_files_that_become_garbage_or_go_away_are_survived(place: Workplace) -> None:
    place.procfile(worker="echo value $VALUE; exec sleep 1000")
    env = place.folder / ".env"
    env.write_text("VALUE=one\n")
    program = place.start("--watch")
    program.until("| value one")
    program.until("to up")
    env.write_bytes(b"VALUE=\x00\n")
    program.until("The app goes on as it is.")
    env.write_text("VALUE=two\n")
    program.until("| value two")
    env.unlink()
    program.until("| value\n")
    (place.folder / "Procfile").unlink()
    program.until("The app goes on as it is.")
    assert set(place.states()) == {"worker.1"}
    end(program)


def test_without_a_watch_a_change_is_told_and_applied_when_asked(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start()
    program.until("to up")
    place.procfile(worker="echo changed; exec sleep 1000")
    program.until("changed command of worker; apply it with: proctor reload")
    assert starts(program) == 1
    assert place.type("reload", "--wait").returncode == 0
    assert "| changed" in program.output
    end(program)


def test_a_branch_switch_of_ten_thousand_files_is_one_restart(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    git(place, "init", "-q", "-b", "main")
    for number in range(100):
        part = place.folder / f"part{number}"
        part.mkdir()
        for other in range(FILES // 100):
            (part / f"{other}.py").write_text(f"{number} {other} one\n")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "one")
    git(place, "checkout", "-q", "-b", "two")
    for path in place.folder.glob("part*/*.py"):
        path.write_text(path.read_text().replace("one", "two"))
    git(place, "commit", "-q", "-a", "-m", "two")
    program = place.start("--watch")
    program.until("to up")
    time.sleep(1)  # a watch that is still being set up would see nothing
    git(place, "checkout", "-q", "main")
    quiet = time.monotonic()
    program.until("changed: restarting")
    assert time.monotonic() - quiet < 1.5
    program.until("| ready")
    program.until("to up")
    time.sleep(1)  # in which a second one would come
    assert starts(program) == 2
    end(program)


def test_saves_in_all_ways_are_one_restart_each_and_a_touch_is_none(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    source = place.folder / "app.py"
    source.write_text("0\n")
    program = place.start("--watch")
    program.until("to up")
    time.sleep(0.5)  # the watch is set up after the first start
    subprocess.run(["touch", str(source)], check=True)
    ways = [
        "echo 1 > app.py",
        "echo 2 > .new; mv .new app.py",
        "sed -i s/2/3/ app.py",
        (
            "cp app.py app.py~; echo 4 > .app.py.swp; mv app.py~ app.py; rm .app.py.swp; "
            "echo 4 >> app.py"
        ),
    ]
    for number, way in enumerate(ways, start=2):
        subprocess.run(["bash", "-c", way], cwd=place.folder, check=True)
        program.until("app.py changed: restarting")
        program.until("to up")
        assert starts(program) == number
    end(program)


def test_an_app_that_writes_into_its_own_tree_does_not_restart_for_ever(place: Workplace) -> None:
    # Until somebody looks at its files, nothing comes of it: so it writes again and again.
    place.procfile(worker="echo ready; while sleep 0.2; do date +%N > state.txt; done")
    program = place.start("--watch")
    program.until("The watch pauses: 5 restarts in 10 seconds, by state.txt")
    program.until("to up")
    assert starts(program) == 6
    assert place.type("watch", "on").returncode == 0
    (place.folder / "Procfile").write_text("worker: echo mended; exec sleep 1000\n")
    program.until("| mended")
    end(program)
