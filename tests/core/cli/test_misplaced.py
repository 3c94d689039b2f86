"""A command that comes after options, where `start` is the command that was left away."""

from pathlib import Path

import pytest

from support.fakes import FakeSession
from support.shell import Shell


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("-d . ps", "proctor ps -d ."),
        ("-d . logs -f", "proctor logs -d . -f"),
        ("-d . logs --ps web.1", "proctor logs -d . --ps web.1"),
        ("-f Procfile scale web=2", "proctor scale -f Procfile web=2"),
        ("--app two quit --now", "proctor quit --app two --now"),
        ("-d . start web", "proctor start -d . web"),
    ],
)
async def test_options_before_a_command_are_told_with_the_line_that_was_meant(
    proctor: Shell, words: str, meant: str
) -> None:
    outcome = await proctor("start", *words.split())
    assert outcome.code == 2
    assert outcome.err == f"proctor: options come after the command, as in '{meant}'.\n"


async def test_the_same_is_told_of_an_app_that_runs(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("start", "-d", ".", "ps")
    assert outcome.err == "proctor: options come after the command, as in 'proctor ps -d .'.\n"
    assert running.sent == []


async def test_a_command_as_the_only_word_of_start_is_no_process_type(proctor: Shell) -> None:
    outcome = await proctor("start", "ps")
    assert outcome.err == "proctor: 'ps' is a command, and no process type. Say 'proctor ps'.\n"


async def test_a_process_type_may_have_the_name_of_a_command(
    proctor: Shell, running: FakeSession, app_folder: Path
) -> None:
    (app_folder / "Procfile").write_text("check: ./check\n")
    await proctor("start", "-d", ".", "check")
    (sent,) = running.sent
    assert sent.cli_word == "start"


async def test_a_value_of_an_option_is_no_command(
    proctor: Shell, running: FakeSession, app_folder: Path
) -> None:
    (app_folder / "watch").mkdir()
    outcome = await proctor("start", "-d", "watch", "web.1")
    assert "options come after" not in outcome.err
