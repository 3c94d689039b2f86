"""Spellings of other tools: what they become, and what they are answered."""

import pytest

from proctor.cli import entry
from proctor.cli.aliases import ALIASES, OPTION_ALIASES, Alias, answer_to_option, find, translated
from proctor.cli.main import COMMANDS
from proctor.cli.spellings import page
from support.shell import Shell

WORKING = [alias for alias in ALIASES if alias.ours]
ANSWERED = [alias for alias in ALIASES if not alias.ours]
NAMES = {entry.name for entry in COMMANDS}


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("ps:scale web=2 worker=1:Standard-1X", "scale web=2 worker=1:Standard-1X"),
        ("ps:restart -d web.1", "restart web.1"),
        ("ps:restart --process-type=web", "restart web"),
        ("ps:stop --dyno-name worker.1", "stop worker.1"),
        ("ps:wait -t web", "wait web"),
        ("run:detached rake db:migrate", "run --detach rake db:migrate"),
        ("config:get FOO", "config FOO"),
        ("local web=2 -p 3000", "start web=2 -p 3000"),
        ("local:run env", "run env"),
        ("connect web", "attach web"),
        ("echo", "logs -f"),
        ("status", "ps"),
        ("up -t=false -D web", "start --no-tui -D web"),
        ("down", "quit"),
        ("process list", "ps"),
        ("process restart web.1", "restart web.1"),
        ("process logs web -f --tail 10", "logs --ps web -f --num=10"),
        ("start -l web,worker", "start web worker"),
        ("start -x worker,clock", "start worker=0 clock=0"),
        ("start --ignored-processes=worker", "start worker=0"),
        ("start -r all --any-can-die", "start --on-exit=stay"),
        ("start -T -D", "start -D"),
    ],
)
def test_what_other_tools_call_it_becomes_what_it_is_called_here(typed: str, ours: str) -> None:
    assert translated(typed.split()) == ours.split()


@pytest.mark.parametrize(
    "typed",
    ["ps", "restart web", "process", "run cmd -l x", "run -- start -l web", "start -- -l web",
     "start --can-die=web", "ps:exec", "start --any-can-die=x", ""],
)  # fmt: skip
def test_all_else_stays_as_it_was_typed(typed: str) -> None:
    assert translated(typed.split()) == typed.split()


def test_a_command_that_is_run_keeps_its_own_options() -> None:
    typed = ["run:detached", "rake", "-l", "-T"]
    assert translated(typed) == ["run", "--detach", "rake", "-l", "-T"]


@pytest.mark.parametrize("alias", WORKING, ids=lambda alias: alias.spelling)
def test_an_alias_hides_no_command_and_means_one(alias: Alias) -> None:
    assert alias.spelling not in NAMES
    assert alias.ours.split()[0] in NAMES


def test_each_spelling_is_there_once() -> None:
    assert len({alias.spelling for alias in ALIASES}) == len(ALIASES)


def test_the_first_lines_that_run_know_the_options_that_are_rewritten() -> None:
    rewritten = [
        name
        for each in OPTION_ALIASES
        if each.command == "start" and each.ours is not None
        for name in each.names
    ]
    assert sorted(entry._OF_OTHER_TOOLS) == sorted(rewritten)


@pytest.mark.parametrize("alias", ANSWERED, ids=lambda alias: alias.spelling)
async def test_what_has_no_counterpart_is_answered_by_one_sentence(
    proctor: Shell, alias: Alias
) -> None:
    outcome = await proctor(*alias.spelling.split(), "web")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"proctor: '{alias.spelling}' is of {alias.tool}: {alias.differs}.\n"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("start", "--can-die", "web"), "[types.NAME]"),
        (("start", "-N"), "PORT=3000"),
        (("start", "-q", "web"), "proctor logs -f --ps web"),
        (("start", "--no-colour"), "NO_COLOR=1"),
        (("start", "--npm"), "proctor init"),
    ],
)
async def test_an_option_without_counterpart_is_answered_by_one_sentence(
    proctor: Shell, words: tuple[str, ...], answer: str
) -> None:
    outcome = await proctor(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"proctor: {words[1]} is of ")
    assert answer in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "alias",
    [alias for alias in WORKING if " " not in alias.spelling],  # two: the help of what they mean
    ids=lambda alias: alias.spelling,
)
async def test_the_help_of_an_alias_says_what_it_is_and_what_differs(
    proctor: Shell, alias: Alias
) -> None:
    text = " ".join((await proctor(alias.spelling, "--help")).out.split())
    assert text.startswith(f"Usage: proctor {alias.spelling} ")
    assert f"Does what 'proctor {alias.ours}' does" in text
    assert alias.differs in text


async def test_the_help_names_the_tools_and_the_page_lists_every_spelling(proctor: Shell) -> None:
    help_ = (await proctor("--help")).out
    assert "Spellings of other tools" in help_
    assert "overmind" in help_
    listed = (await proctor("aliases")).out
    assert listed == page() + "\n"
    assert all(alias.spelling in listed for alias in ALIASES)


def test_nothing_is_known_of_options_that_nobody_has() -> None:
    assert answer_to_option("start", "--apples") is None
    assert find(["apples"]) is None
