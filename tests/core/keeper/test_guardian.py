import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from proctor.keeper import guardian
from support.eventually import eventually_now

CORE = Path(guardian.__file__).parents[2]
HEAVY = {"asyncio", "ctypes", "json", "logging", "re", "select", "socket", "subprocess", "typing"}


def modules_after(program: str) -> set[str]:
    code = f"import sys; sys.path.insert(0, {str(CORE)!r}); {program}; print(*sys.modules)"
    words = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True
    )
    return set(words.stdout.split())


def test_next_to_nothing_is_loaded_before_the_guardian_is_forked() -> None:
    assert not modules_after("import proctor.keeper.guardian") & HEAVY


def test_a_guardian_never_loads_what_is_heavy() -> None:
    heavy = HEAVY - {"select"}
    assert not modules_after("import proctor.keeper.guarding, proctor.keeper.settling") & heavy


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_a_spawned_guardian_leads_a_session_and_holds_nothing_of_its_maker() -> None:
    held = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(held, True)
    control, pid = guardian.spawn()
    process = Path(f"/proc/{pid}")
    try:
        eventually_now(lambda: (process / "cmdline").read_bytes().startswith(b"proctor:guardian"))
        assert os.getsid(pid) == pid
        assert (process / "cwd").readlink() == Path("/")
        kinds = {fd.readlink().name.partition(":")[0] for fd in (process / "fd").iterdir()}
        assert kinds <= {"null", "socket", "anon_inode"}
    finally:
        os.close(held)
        control.close()
        assert os.waitpid(pid, 0) == (pid, 0)


def test_a_guardian_ends_with_its_maker_also_when_somebody_holds_the_socket() -> None:
    code = (
        "import json, os, signal, sys\n"
        f"sys.path.insert(0, {str(CORE)!r})\n"
        "from proctor.keeper import guardian\n"
        "_, pid = guardian.launch()\n"
        "copy = os.fork()\n"
        "if copy == 0: signal.pause()\n"
        "print(json.dumps([pid, copy]), flush=True)\n"
        "signal.pause()\n"
    )
    maker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with maker:
        assert maker.stdout is not None
        pid, copy = json.loads(maker.stdout.readline())
        maker.kill()
        maker.wait()
        try:
            eventually_now(lambda: not _lives(pid))
            assert _lives(copy)
        finally:
            os.kill(copy, signal.SIGKILL)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
