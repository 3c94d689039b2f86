import subprocess

import pytest

from proctor.errors import UserError
from proctor.exporting.unit_syntax import (
    assignment,
    command_word,
    environment_file,
    impossible_names,
    unit_name,
    whole_line,
)
from support.systemd import can_load, loaded_words

COMMANDS = (
    "python web.py",
    "echo 100% %h %% $HOME ${HOME} $$ $",
    """sh -c 'echo "a"' && echo "it's" \\ \\n \\\\""",
    "printf 'a\tb'; echo \x01 é 漢 ; # [x] {y} *?",
    "a\\",
    '"',
    "-x @y +z !w :v",
)
VALUES = (
    "plain", "", " blanks ", "a\nb\n", 'q"q', "q'q", "$HOME ${HOME} `id`", "back\\slash\\", "# no",
    "é", "tab\there", "\r", "100%", "=",
)  # fmt: skip


@pytest.mark.may_skip(reason="systemd, and to be root, are not everywhere")
@pytest.mark.skipif(not can_load, reason="no systemd here that reads units for us")
@pytest.mark.parametrize("command", COMMANDS)
def test_systemd_reads_the_command_as_it_stands_in_the_procfile(command: str) -> None:
    unit = f"[Service]\nType=exec\nExecStart=/bin/bash -c {command_word(command)}\n"
    *before, word = loaded_words(unit)
    assert before == ["/bin/bash", "-c"]
    # What it has read here is before its last step, in which `$$` becomes `$`.
    assert word == command.replace("$", "$$")


@pytest.mark.parametrize("value", VALUES)
def test_an_environment_file_has_the_values_as_a_posix_shell_reads_them(value: str) -> None:
    text = environment_file({"ODD": value, "NEXT": "1"}, ["two", "comments"])
    done = subprocess.run(
        ["/bin/bash", "-c", f"{text}printf '%s|%s' \"$ODD\" \"$NEXT\""],
        capture_output=True, check=True, timeout=20, env={"HOME": "/wrong"},
    )  # fmt: skip
    assert done.stdout.decode() == f"{value}|1"
    assert done.stderr == b""


def test_a_variable_is_quoted_for_a_unit() -> None:
    assert assignment("A", 'b c % " \\ \n') == '"A=b c %% \\" \\\\ \\n"'
    assert assignment("A", "$HOME") == '"A=$HOME"'  # no variables are replaced there


def test_what_systemd_would_pass_over_is_known() -> None:
    values = {"GOOD_1": "x", "1ST": "x", "ODD-NAME": "x", "": "x", "BYTES": "\udcff"}
    assert impossible_names(values) == ("1ST", "ODD-NAME", "", "BYTES")


def test_a_path_is_a_whole_line() -> None:
    assert whole_line("/a b/50%", where="--root") == "/a b/50%%"


@pytest.mark.parametrize("path", ["/a\nb", "/a ", "/a\\", "/\udcff"])
def test_a_path_that_no_unit_can_name_is_an_error(path: str) -> None:
    with pytest.raises(UserError, match="no unit can name the path"):
        whole_line(path, where="--root")


def test_a_name_has_only_what_units_names_may_have() -> None:
    assert unit_name("my shop@2 é.x_y:z") == "my-shop-2--.x_y:z"
