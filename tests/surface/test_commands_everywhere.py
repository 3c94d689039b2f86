"""One surface: what can be asked for can be asked for everywhere, by the same words."""

import re
import shlex
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from proctor.cli.main import COMMANDS
from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Restart,
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
    to_cli,
)
from proctor_tui.actions import ACTIONS
from proctor_tui.situation import Situation
from proctor_tui.view import from_snapshot
from support import histories
from support.fakes import FakeSession
from support.shell import Shell

DOCS = Path(__file__).parents[2] / "docs"
EVERY_COMMAND: tuple[AnyCommand, ...] = (
    Scale(quantities={"web": 3, "worker": 0}),
    Scale(steps={"web": 1, "worker": -1}),
    Scale(quantities={"web": 3}, steps={"worker": -2}),
    Restart(),
    Restart(target="web"),
    Restart(target="web.1"),
    Start(),
    Start(target="worker"),
    Start(target="worker.2"),
    Stop(),
    Stop(target="worker"),
    Stop(target="worker.2"),
    Kill(target="web.1"),
    Kill(target="web.1", signal="HUP"),
    RunOneOff(words=("release",)),
    RunOneOff(words=("echo $HOME | wc -c",)),
    RunOneOff(words=("python", "manage.py", "it's")),
    RunOneOff(words=("-f", "--all")),
    SetWatch(on=True),
    SetWatch(on=False),
    Reload(),
    Quit(),
    Quit(at_once=True),
)
TYPES: tuple[type[AnyCommand], ...] = get_args(AnyCommand)


def test_no_command_is_forgotten_here() -> None:
    assert {type(command) for command in EVERY_COMMAND} == set(TYPES)


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=to_cli)
async def test_the_command_line_that_is_shown_for_a_command_asks_for_it(
    proctor: Shell, running: FakeSession, command: AnyCommand
) -> None:
    program, *words = shlex.split(to_cli(command))
    outcome = await proctor(*words)
    assert program == "proctor"
    assert (outcome.code, outcome.err) == (0, "")
    assert running.sent == [msgspec.structs.replace(command, by="cli")]


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_the_screen_has_an_action_for_every_command(kind: type[AnyCommand]) -> None:
    view = from_snapshot(histories.shop())
    built = {
        type(action.builds(Situation(view=view, target=target, quantity=2)))
        for action in ACTIONS.values()
        if action.builds is not None
        for target in ("web", "web.1")
    }
    assert kind in built


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_the_command_line_lists_every_command(kind: type[AnyCommand]) -> None:
    assert kind.cli_word in {entry.name for entry in COMMANDS}


@pytest.mark.parametrize(
    "entry", [entry for entry in COMMANDS if not entry.hidden], ids=lambda entry: entry.name
)
def test_the_docs_have_a_heading_the_sentence_and_the_example_of_every_command(
    entry: object,
) -> None:
    text = (DOCS / "commands.md").read_text()
    name, sentence, example = (getattr(entry, field) for field in ("name", "sentence", "example"))
    section = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/commands.md has no section '{name}'"
    assert sentence in section[1]
    assert example in section[1]


@pytest.mark.parametrize(
    "entry", [entry for entry in COMMANDS if not entry.hidden], ids=lambda entry: entry.name
)
async def test_the_help_of_every_command_has_a_sentence_and_an_example(
    proctor: Shell, entry: object
) -> None:
    help_ = (await proctor(getattr(entry, "name"), "--help")).out  # noqa: B009 - any entry
    first = help_.split("\n\n")[1].strip()
    assert first.endswith(".")
    assert "Example: proctor" in help_
