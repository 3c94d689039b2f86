"""On a machine that has no bash, command lines are run by sh."""

import subprocess
import sys

import pytest

from support.program import Program, Workplace, free_port

HIDDEN = """\
for each in /bin/bash /usr/bin/bash /usr/local/bin/bash; do
  [ ! -e $each ] || mount --bind "$0" $each || exit
done
exec "$@"
"""
"""Puts a file that cannot be executed where bash is, for what follows alone."""


def can_be_hidden() -> bool:
    if sys.platform != "linux":
        return False
    words = ["unshare", "--map-root-user", "--mount", "mount", "--bind", "/dev/null", "/dev/null"]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.may_skip("not every machine lets its users have namespaces"),
    pytest.mark.skipif(not can_be_hidden(), reason="no namespace may be made"),
]


def started(place: Workplace, *options: str) -> Program:
    """`proctor start` in a world without bash."""
    nothing = place.base / "nothing"
    nothing.write_text("")
    through = ["unshare", "--map-root-user", "--mount", "sh", "-c", HIDDEN, str(nothing)]
    return place.start(*options, through=through)


def test_sh_runs_variables_quotes_lists_and_pipes(place: Workplace) -> None:
    port = free_port()
    place.procfile(
        worker='test -n "$PORT" && echo \'it is $PORT:\' "${PORT:-3000}" it\\\'s ${NOT_SET:-3000}'
        "; echo by $0 | tr a-z A-Z; echo ready; exec sleep 1000"
    )
    program = started(place, "-p", str(port))
    said = program.until("| ready")
    assert f"it is $PORT: {port} it's 3000" in said
    assert "BY /BIN/SH" in said
    program.until("to up")
    program.process.terminate()
    assert program.wait() == 143
    place.assert_nothing_left()


def test_a_server_is_up_and_stopped_in_order_under_sh(place: Workplace) -> None:
    port = free_port()
    place.procfile(web=f"cd . && {sys.executable} -m http.server --bind 127.0.0.1 $PORT")
    program = started(place, "-p", str(port))
    program.until("to up")
    assert place.rows()["web.1"]["port"] == port
    program.process.terminate()
    assert program.wait() == 143
    program.until("to down")


def test_what_only_bash_understands_is_said_by_sh(place: Workplace) -> None:
    place.procfile(worker="[[ -n $PORT ]]")
    program = started(place, "--on-exit", "stop-all")
    program.until("worker.1 | /bin/sh: ")
    program.until("exited with status 127")
    assert program.wait() == 127
