"""What a user who is not root meets: processes out of reach, and no more of them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, Workplace, children_of, kill

USER = "64321"
BECOMES_ROOT = (
    "import os, signal, time; os.setresuid(0, 0, 0); signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    "os.write(1, b'beyond'); time.sleep(600)"  # its terminal hangs up in the end: nobody's order
)
#: Another user, who may still read root's own files: the interpreter may be among them.
AS_USER = [
    "setpriv", "--reuid", USER, "--regid", USER, "--clear-groups",
    "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search",
]  # fmt: skip
LIMITED = """\
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NPROC, (int(sys.argv[1]), 4096))
os.execvp(sys.argv[2], sys.argv[2:])
"""


def _can_be_another_user() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None:
        return False
    return subprocess.run([*AS_USER, sys.executable, "-c", ""], check=False).returncode == 0


pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not _can_be_another_user(), reason="only root may become another user"),
    pytest.mark.may_skip("not every machine runs its tests as root"),
]


def allow(pid: int, most: int) -> None:
    """Give a process of the user's another limit of processes."""
    code = f"""\
import resource
_, highest = resource.prlimit({pid}, resource.RLIMIT_NPROC)
resource.prlimit({pid}, resource.RLIMIT_NPROC, ({most}, highest))
"""
    subprocess.run([*AS_USER, sys.executable, "-c", code], check=True)


@pytest.fixture
def others_place() -> Iterator[Workplace]:
    """A place that another user may work in."""
    with (
        tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as base,
        tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime,
    ):
        workplace = Workplace(Path(base), Path(runtime))
        for path in (Path(runtime), Path(base), *Path(base).iterdir()):
            os.chown(path, int(USER), int(USER))
        try:
            yield workplace
        finally:
            workplace.end()


def test_who_may_not_be_signalled_is_named_and_left_while_the_others_are_stopped(
    others_place: Workplace,
) -> None:
    copy = others_place.base / "python"
    shutil.copy(os.path.realpath(sys.executable), copy)
    copy.chmod(0o4755)
    others_place.procfile(
        beyond=f'exec {copy} -S -E -c "{BECOMES_ROOT}"',
        stubborn=others_place.tree("stubborn.py"),
    )
    program = others_place.start("-t", "1", through=AS_USER)
    program.until("stubborn.1 | ready")
    eventually_now(lambda: "| beyond" in program.output)
    program.signal(signal.SIGTERM)
    said = program.until(" may not be signalled by this user; it is left, ")
    beyond = int(said.rpartition("Process ")[2].split()[0])
    assert program.wait() == 70
    others_place.assert_nothing_left(within=0.5)
    os.kill(beyond, 0)
    kill(beyond)


def test_no_more_processes_is_told_with_the_name_of_the_limit_and_tried_again(
    others_place: Workplace,
) -> None:
    others_place.procfile(worker="echo ready; exec sleep 1000")
    program = others_place.start(through=AS_USER)
    program.until("| ready")
    (guardian,) = children_of(program.pid)
    (keeper,) = children_of(guardian)
    allow(guardian, 1)
    kill(*children_of(keeper))
    program.until("no more processes may be started now (the limit is `ulimit -u`")
    allow(guardian, 4096)
    program.until("| ready")
    program.signal(signal.SIGTERM)
    assert program.wait() == 143


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_limit_that_leaves_no_room_for_ourselves_is_told(
    others_place: Workplace, most: int
) -> None:
    others_place.procfile(worker="exec sleep 1000")
    program = others_place.start(through=[*AS_USER, sys.executable, "-c", LIMITED, str(most)])
    program.until("no more processes may be started now (the limit is `ulimit -u`")
    program.signal(signal.SIGTERM)
    assert program.wait() in (70, 143)
    assert "Traceback" not in program.output


def test_a_signal_that_is_refused_ends_nobody(others_place: Workplace) -> None:
    copy = others_place.base / "python"
    shutil.copy(os.path.realpath(sys.executable), copy)
    copy.chmod(0o4755)
    others_place.procfile(beyond=f'exec {copy} -S -E -c "{BECOMES_ROOT}"')
    program = others_place.start("-t", "1", through=AS_USER)
    for words in ("| beyond", "State changed from starting to up"):  # in whichever order
        eventually_now(lambda words=words: words in program.output)  # type: ignore[misc]
    asked = others_place.run(*AS_USER, PROCTOR, "kill", "beyond.1", "USR1")
    assert asked.wait() == 0
    said = program.until(" may not be signalled by this user; it is left, ")
    beyond = int(said.rpartition("Process ")[2].split()[0])
    asked = others_place.run(*AS_USER, PROCTOR, "ps", "--json")
    assert asked.wait() == 0
    (row,) = json.loads(asked.output)
    assert (row["state"], row["pid"], row["run"]) == ("up", beyond, 1)
    program.signal(signal.SIGTERM)
    assert program.wait() == 70
    kill(beyond)
