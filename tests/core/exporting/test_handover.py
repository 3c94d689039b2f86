import subprocess
import sys
from pathlib import Path

import pytest

from proctor.exporting.handover import hands_over

STAYS = (
    "cd /tmp; {}", "{} | cat", "({})", "! {}", "time {}", "{}; true", "{} && true", "true || {}",
    "if true; then {}; fi", "{{ {}; }}", "{} &\nwait", 'echo "not closed', "exec {} | cat", "",
)  # fmt: skip
HANDS_OVER = (
    "{}", "exec {}", "NAME=value {}", "cd /tmp && exec {}", "true; exec {} >/dev/null 2>&1",
)  # fmt: skip


@pytest.mark.parametrize("line", STAYS)
def test_a_shell_that_may_stay_above_the_command_is_not_taken_for_one_that_goes(line: str) -> None:
    assert not hands_over(line.format("server --port 1"))


@pytest.mark.parametrize("line", HANDS_OVER)
def test_bash_becomes_the_command_where_it_is_said_to(line: str, tmp_path: Path) -> None:
    program = tmp_path / "tells"
    program.write_text(f"#!{sys.executable}\nimport os, sys\nprint(os.getpid(), file=sys.stderr)\n")
    program.chmod(0o755)
    assert hands_over(line.format(program))
    told = line.replace(" 2>&1", "").format(program)
    shell = subprocess.Popen(["/bin/bash", "-c", told], stderr=subprocess.PIPE, text=True)
    _, said = shell.communicate(timeout=20)
    assert int(said) == shell.pid


def test_operators_in_quotes_are_words() -> None:
    assert hands_over("python -c 'import os; print(1 | 2)'")
