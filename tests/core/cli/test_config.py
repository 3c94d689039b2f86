"""`proctor config`: what env files and settings say."""

import json
from pathlib import Path

import pytest

from support.shell import Shell


@pytest.fixture(autouse=True)
def env_file(app_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (app_folder / ".env").write_text("NAME=Ada Lovelace\nKEY='its'\n")
    (app_folder / ".env").chmod(0o600)
    monkeypatch.setenv("INHERITED", "from the shell")


async def test_the_config_is_what_the_env_files_say(proctor: Shell) -> None:
    outcome = await proctor("config")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "NAME: Ada Lovelace\nKEY:  its\n"


async def test_for_a_shell_it_is_quoted(proctor: Shell) -> None:
    assert (await proctor("config", "-s")).out == "NAME='Ada Lovelace'\nKEY=its\n"


async def test_as_json_it_is_one_object(proctor: Shell) -> None:
    outcome = await proctor("config", "--json")
    assert json.loads(outcome.out) == {"NAME": "Ada Lovelace", "KEY": "its"}


async def test_of_a_name_the_value_alone_is_printed_also_of_an_inherited_one(
    proctor: Shell,
) -> None:
    assert (await proctor("config", "NAME", "INHERITED")).out == "Ada Lovelace\nfrom the shell\n"


async def test_a_name_that_is_not_set_is_told_and_the_exit_code_is_1(proctor: Shell) -> None:
    outcome = await proctor("config", "NAME", "NOTHING")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "proctor: 'NOTHING' is not set.\n")
