"""Spellings of other tools: what each becomes here, or the sentence that answers it. One table.

What works is rewritten before anything else looks at the command line; what does not is answered
with the spelling that does. Pure: words in, words out.
"""

from collections.abc import Iterator
from typing import NamedTuple

HEROKU = "the Heroku CLI"
FOREMAN = "foreman"
HONCHO = "honcho"
OVERMIND = "overmind"
MPROCS = "mprocs"
COMPOSE = "process-compose"
_HELP = ("-h", "--help")


class Alias(NamedTuple):
    """A command as another tool spells it.

    `ours` are the words that take its place; empty where it is only answered, by `differs`.
    """

    tool: str
    spelling: str  #: one word or two, as "process list"
    ours: str
    differs: str


class OptionAlias(NamedTuple):
    """An option as another tool spells it, after `command`, which is a word of ours or an alias.

    `ours` takes its place, with "{}" for each part of its value; "" where it is needless. None
    where it is only answered, by `differs`.
    """

    tool: str
    command: str
    names: tuple[str, ...]
    takes_value: bool
    ours: str | None
    differs: str


_NO_RELEASES = "no releases are kept here: 'proctor reload' takes up what has changed in the files"
_NO_SIZES = "sizes mean nothing on this machine: 'proctor scale web=2' sets how many run"
_IN_ENV_FILES = (
    "the app's config is in its env files: write FOO=bar into .env, or take the line away, and say "
    "'proctor reload'"
)
_NO_MAINTENANCE = (
    "there is no maintenance page here: 'proctor stop web' takes the web processes down"
)
_A_SHELL = (
    "processes live on this machine, so nothing is to be entered: 'proctor run bash' opens a shell "
    "with the app's environment"
)

ALIASES: tuple[Alias, ...] = (
    Alias(HEROKU, "local", "start", "All types run but 'release', as there."),
    Alias(HEROKU, "local:start", "start", "All types run but 'release', as there."),
    Alias(HEROKU, "local:run", "run", "The same."),
    Alias(HEROKU, "ps:scale", "scale", "A size, as in web=2:Standard-1X, means nothing."),
    Alias(HEROKU, "ps:restart", "restart", "The processes of a type go one after the other."),
    Alias(HEROKU, "ps:stop", "stop", "What is stopped stays down until 'proctor start'."),
    Alias(HEROKU, "ps:kill", "stop", "What is stopped stays down until 'proctor start'."),
    Alias(HEROKU, "ps:wait", "wait", "It gives up after 60 seconds, or --timeout; exit code 1."),
    Alias(HEROKU, "run:detached", "run --detach", "It runs under the app's supervisor."),
    Alias(HEROKU, "config:get", "config", "Exit code 1 where it is not set."),
    Alias(HEROKU, "config:set", "", _IN_ENV_FILES),
    Alias(HEROKU, "config:unset", "", _IN_ENV_FILES),
    Alias(HEROKU, "config:edit", "", _IN_ENV_FILES),
    Alias(HEROKU, "releases", "", _NO_RELEASES),
    Alias(HEROKU, "releases:info", "", _NO_RELEASES),
    Alias(HEROKU, "releases:rollback", "", _NO_RELEASES),
    Alias(HEROKU, "rollback", "", _NO_RELEASES),
    Alias(HEROKU, "ps:exec", "", _A_SHELL),
    Alias(HEROKU, "ps:type", "", _NO_SIZES),
    Alias(HEROKU, "ps:resize", "", _NO_SIZES),
    Alias(HEROKU, "maintenance", "", _NO_MAINTENANCE),
    Alias(HEROKU, "maintenance:on", "", _NO_MAINTENANCE),
    Alias(
        HEROKU, "maintenance:off", "",
        "there is no maintenance page here: 'proctor start web' brings the web processes back",
    ),
    Alias(
        HEROKU, "open", "",
        "'proctor info' says the app's address; in the screen, the key 'o' opens it in the browser",
    ),
    Alias(OVERMIND, "s", "start", "The same."),
    Alias(OVERMIND, "r", "restart", "The processes of a type go one after the other."),
    Alias(OVERMIND, "c", "attach", "See 'proctor attach --help' for the key that leaves."),
    Alias(
        OVERMIND, "k", "", "'proctor quit --now' kills everything, 'proctor kill web.1' a process"
    ),
    Alias(OVERMIND, "connect", "attach", "See 'proctor attach --help' for the key that leaves."),
    Alias(OVERMIND, "echo", "logs -f", "The latest 100 lines come first; -n 0 leaves them away."),
    Alias(OVERMIND, "status", "ps", "A table, or --json."),
    Alias(OVERMIND, "interrupt", "stop", "What is stopped stays down until 'proctor start'."),
    Alias(
        COMPOSE, "up", "start",
        "It reads a Procfile; 'proctor init' drafts one from process-compose.yaml.",
    ),
    Alias(COMPOSE, "down", "quit", "The same."),
    Alias(COMPOSE, "list", "ps", "A table, or --json."),
    Alias(COMPOSE, "process list", "ps", "A table, or --json."),
    Alias(COMPOSE, "process ls", "ps", "A table, or --json."),
    Alias(COMPOSE, "process ports", "ps", "Of all processes, in the column PORT."),
    Alias(COMPOSE, "process start", "start", "The same."),
    Alias(COMPOSE, "process stop", "stop", "The same."),
    Alias(COMPOSE, "process restart", "restart", "The processes of a type go one after the other."),
    Alias(COMPOSE, "process logs", "logs --ps", "A type or one process."),
    Alias(COMPOSE, "process scale", "", "write it as in 'proctor scale web=3'"),
    Alias(COMPOSE, "process get", "", "'proctor ps --json' says all of each process"),
    Alias(COMPOSE, "project state", "info", "Of one app."),
    Alias(COMPOSE, "project update", "reload", "It reads the files of the app again."),
    Alias(COMPOSE, "project is-ready", "wait", "It always waits; --timeout 0 only looks."),
)  # fmt: skip

_START, _TARGET = "start", "{}"
OPTION_ALIASES: tuple[OptionAlias, ...] = (
    OptionAlias(OVERMIND, _START, ("-l", "--processes"), True, _TARGET, "The types, as words."),
    OptionAlias(OVERMIND, _START, ("-x", "--ignored-processes"), True, "{}=0", "The quantity 0."),
    OptionAlias(
        OVERMIND, _START, ("-r", "--auto-restart"), True, "",
        "Needless: what ends by itself is restarted; --on-exit says otherwise.",
    ),
    OptionAlias(OVERMIND, _START, ("--any-can-die",), False, "--on-exit=stay", "The same."),
    OptionAlias(
        OVERMIND, _START, ("-T", "--show-timestamps"), False, "", "Needless: each line has it."
    ),
    OptionAlias(
        OVERMIND, _START, ("--can-die",), True, None,
        'no option says that of one type: write on_exit = "stay" under [types.NAME] in '
        "proctor.toml, or of all types '--on-exit stay'",
    ),
    OptionAlias(
        OVERMIND, _START, ("-N", "--no-port"), False, None,
        "each process is given its PORT here: one that wants another says so, as in "
        "'web: PORT=3000 bin/web'",
    ),
    OptionAlias(
        OVERMIND, _START, ("-i", "--stop-signals"), True, None,
        'no option says that of one type: write stop_signal = "INT" under [types.NAME] in '
        "proctor.toml",
    ),
    OptionAlias(
        OVERMIND, _START, ("-P", "--port-step"), True, None,
        "the ports of two types are 100 apart: write port = 3000 under [types.NAME] in "
        "proctor.toml",
    ),
    OptionAlias(
        OVERMIND, _START, ("-s", "--socket"), True, None,
        "an app is found by its folder: '-d DIR' says which, and '-a NAME' names one of two",
    ),
    OptionAlias(
        OVERMIND, _START, ("-w", "--title"), True, None, "the app's name is said by '-a NAME'"
    ),
    OptionAlias(
        HONCHO, _START, ("-q", "--quiet"), True, None,
        "nothing is silenced at the start: 'proctor logs -f --ps web' shows what you want to see",
    ),
    OptionAlias(
        HONCHO, _START, ("--no-colour", "--no-color"), False, None,
        "set NO_COLOR=1, which many programs heed too, or say '--no-pty'",
    ),
    OptionAlias(
        HONCHO, _START, ("--no-prefix",), False, None,
        "lines keep their prefix: '--log-format json' parts it from the message",
    ),
    OptionAlias(
        FOREMAN, _START, ("--color",), False, None,
        "colours are used on a terminal: FORCE_COLOR=1 forces them elsewhere",
    ),
    OptionAlias(
        FOREMAN, _START, ("--no-timestamp", "--timestamp"), False, None,
        "each line has its time: '--log-format json' parts it from the message",
    ),
    OptionAlias(
        HEROKU, _START, ("--start-cmd",), True, None,
        "write the command into a Procfile, as in 'web: npm start'",
    ),
    OptionAlias(
        MPROCS, _START, ("--npm", "--just"), False, None,
        "'proctor init' drafts a Procfile from package.json",
    ),
    OptionAlias(
        MPROCS, _START, ("--config",), True, None,
        "'proctor init --from mprocs.yaml' drafts a Procfile from it",
    ),
    OptionAlias(
        MPROCS, _START, ("--ctl", "--server"), True, None,
        "commands steer it from any terminal: 'proctor --help' lists them",
    ),
    OptionAlias(COMPOSE, "up", ("-t=false", "--tui=false"), False, "--no-tui", "The same."),
    OptionAlias(COMPOSE, "up", ("-t=true", "--tui=true"), False, "--tui", "The same."),
    OptionAlias(COMPOSE, "process logs", ("--tail",), True, "--num={}", "The same."),
    *(
        OptionAlias(
            HEROKU, command, ("-d", "--dyno-name", "-p", "--process-type", "-t", "--type"),
            True, _TARGET, "Targets are words, as in 'proctor restart web.1'.",
        )
        for command in ("ps:restart", "ps:stop", "ps:kill", "ps:wait")
    ),
)  # fmt: skip


def find(words: list[str]) -> tuple[Alias, list[str]] | None:
    """The alias that a command line begins with, and what follows it."""
    for length in (2, 1):
        spelling = " ".join(words[:length])
        for alias in ALIASES:
            if alias.spelling == spelling and len(words) >= length:
                return alias, words[length:]
    return None


def translated(words: list[str]) -> list[str]:
    """A command line in our spelling; as it is where it has none, or asks for help."""
    found = find(words)
    if found is None:
        return [*words[:1], *_rewritten(words[1:], (words[0],))] if words else []
    alias, others = found
    if not alias.ours or any(word in _HELP for word in others):
        return words
    ours = alias.ours.split()
    return [*ours, *_rewritten(others, (alias.spelling, ours[0]))]


def answer_to_option(command: str, name: str) -> str | None:
    """The sentence that answers an option that `command` has not; None where nothing is known."""
    for each in OPTION_ALIASES:
        if each.ours is None and each.command == command and name in each.names:
            return f"{name} is of {each.tool}: {each.differs}"
    return None


def spellings() -> dict[str, list[str]]:
    """The commands of each tool that work as they are spelled there."""
    tools = dict.fromkeys(alias.tool for alias in ALIASES)
    return {
        tool: [each.spelling for each in ALIASES if each.tool == tool and each.ours]
        for tool in tools
    }


def _rewritten(words: list[str], commands: tuple[str, ...]) -> Iterator[str]:
    known = {
        name: each
        for each in OPTION_ALIASES
        if each.command in commands and each.ours is not None
        for name in each.names
    }
    left = iter(words)
    for word in left:
        if word == "--":
            yield from (word, *left)
            return
        name, equals, value = word.partition("=")
        each = known.get(word) or known.get(name)
        if each is None or (equals and not each.takes_value and word not in each.names):
            yield word
        elif each.takes_value:
            yield from _with_value(each, value if equals else next(left, ""))
        elif each.ours:
            yield each.ours


def _with_value(each: OptionAlias, value: str) -> Iterator[str]:
    if each.ours:
        yield from (each.ours.format(part) for part in value.split(",") if part)
