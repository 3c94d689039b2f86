import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor.importing.shell_words import (
    env_file_value,
    in_folder,
    one_line,
    plain_text,
    quoted_word,
    shell_word,
    with_variables,
)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def told(command: str, **variables: str) -> str:
    """What bash prints for it, on one line as in a Procfile."""
    assert "\n" not in command
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, check=True, timeout=20,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **variables}, cwd="/",
    )  # fmt: skip
    return done.stdout.decode()


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_a_quoted_word_is_exactly_its_text(text: str) -> None:
    assert told(f"printf %s {quoted_word(text)}") == text


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_a_text_with_its_dollars_doubled_is_exactly_itself(text: str) -> None:
    written = text.replace("$", "$$")
    assert plain_text(written) == text
    assert told(f"printf %s {shell_word(written)}") == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a $X b", "a x y b"),
        ("${X}\"'`\\", "x y\"'`\\"),
        ("${NO:-de fault}", "de fault"),
        ("${X:+set}$$X", "set$X"),
        ('${NO:-"`\\}', '"`\\'),
        ("$$ $ 1", "$ $ 1"),
    ],
)
def test_variables_are_left_to_the_shell(value: str, expected: str) -> None:
    assert told(f"printf %s {shell_word(value)}", X="x y") == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("$X/${Y}", "${X}/${Y}"),
        ("${X-d}", "${X:-d}"),
        ("${X:-d e}", "${X:-d e}"),
        ("${X:?needed}", None),
        ("${X:-${Y}}", None),
        ("$${X}", None),
        ("$$X", "$X"),
        ("ends\\", None),
    ],
)
def test_env_files_have_the_variables_that_they_can(value: str, written: str | None) -> None:
    assert env_file_value(value) == written


@pytest.mark.parametrize(
    "script",
    [
        "echo one\necho 'two  three'\n",
        "for x in 1 2; do\n  echo $x  # a comment\ndone\n",
        'cat <<END\nit\'s \\ "here"\nEND\n',
        "echo a \\\n  b\n",
        "echo 'a\\\nb'\n",
        "\n\n  echo only\n",
    ],
)
def test_a_script_of_several_lines_does_the_same_on_one(script: str) -> None:
    expected = subprocess.run(["/bin/bash", "-c", script], capture_output=True, check=True)
    assert told(one_line(script)) == expected.stdout.decode()


@pytest.mark.parametrize("command", ["pwd", "false; pwd", "pwd # here", "pwd | cat", "(pwd)"])
def test_a_command_runs_in_its_folder(command: str) -> None:
    assert told(in_folder("/usr", command)) == "/usr\n"


def test_no_part_of_a_command_runs_where_its_folder_is_missing() -> None:
    command = in_folder("/not/there", "echo first; echo second")
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_plain_variables_are_settings_and_others_stand_before_the_command() -> None:
    values = {"A": "b c", "PORT": "1", "GONE": None, "FROM": "${X}!"}
    own, command = with_variables(values, 'echo "$PORT|$GONE|$FROM"')
    assert own == {"A": "b c"}
    assert told(command, GONE="x", X="it's") == "1||it's!\n"
