"""The table of all commands, and the click group that is made of it.

The module of a command is loaded when it is called: `--help` needs this table alone.
"""

from copy import copy
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

import proctor
from proctor.cli.aliases import Alias, find, spellings
from proctor.cli.lean import LeanLoading
from proctor.cli.problems import tell
from proctor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator


_NAME = "proctor"
_USAGE = 2
_MOST_SHOWN = 8


class CommandEntry(NamedTuple):
    """One command of the command line; `sentence` and `example` are its help."""

    name: str
    place: str  #: module:attribute of the click command
    group: str
    sentence: str
    example: str
    hidden: bool = False


_RUN, _SEE, _STEER = "Run an app", "See it", "Steer it, from any terminal"

COMMANDS: tuple[CommandEntry, ...] = (
    CommandEntry(
        "start", "proctor.cli.start:start", _RUN,
        "Run the app of this folder, or processes of the one that runs.",
        "proctor start web=2 worker --watch",
    ),
    CommandEntry(
        "demo", "proctor.cli.demo:demo", _RUN,
        "Copy a small demo app into a new folder, and run it.",
        "proctor demo",
    ),
    CommandEntry(
        "run", "proctor.cli.run:run", _RUN,
        "Run one command with the app's environment.",
        "proctor run python manage.py migrate",
    ),
    CommandEntry(
        "check", "proctor.cli.check:check", _RUN,
        "Say whether the Procfile is valid, and list its process types.",
        "proctor check -f Procfile.dev",
    ),
    CommandEntry(
        "init", "proctor.cli.init:init", _RUN,
        "Write a Procfile from what the folder has.",
        "proctor init --from docker-compose.yml",
    ),
    CommandEntry(
        "export", "proctor.cli.export:export", _RUN,
        "Write the app down as systemd units.",
        "proctor export systemd -m web=2",
    ),
    CommandEntry(
        "attach", "proctor.cli.attach:attach", _SEE,
        "Show the screen of the app that runs, or the terminal of a process.",
        "proctor attach web.1",
    ),
    CommandEntry(
        "ps", "proctor.cli.listing:ps", _SEE,
        "List the processes and the state of each.",
        "proctor ps --json",
    ),
    CommandEntry(
        "logs", "proctor.cli.logs:logs", _SEE,
        "Print the latest lines of all processes, and follow them with -f.",
        "proctor logs -f --ps web.1",
    ),
    CommandEntry(
        "search", "proctor.cli.search:search", _SEE,
        "Print the lines that match, the newest first, from memory and from disk.",
        "proctor search 'timeout after [0-9]+' --ps web",
    ),
    CommandEntry(
        "why", "proctor.cli.why:why", _SEE,
        "Say why a process is in its state: what led to it, and its last words.",
        "proctor why web.1",
    ),
    CommandEntry(
        "events", "proctor.cli.events:events", _SEE,
        "Print what has happened to the app, and go on with what happens with -f.",
        "proctor events -f --ps web.1",
    ),
    CommandEntry(
        "info", "proctor.cli.info:info", _SEE,
        "Say who runs the app, where its address, socket and state are, and what it was given.",
        "proctor info web.1",
    ),
    CommandEntry(
        "settings", "proctor.cli.settings:settings", _SEE,
        "Say what counts for the app, or for process types, and where each value is set.",
        "proctor settings web",
    ),
    CommandEntry(
        "config", "proctor.cli.config:config", _SEE,
        "Print the config of the app, as env files and settings say it.",
        "proctor config DATABASE_URL",
    ),
    CommandEntry(
        "wait", "proctor.cli.wait:wait", _SEE,
        "Wait until the app is up.",
        "proctor wait web --timeout 30",
    ),
    CommandEntry(
        "apps", "proctor.cli.apps:apps", _SEE,
        "List what runs on this machine for you, whatever the folder.",
        "proctor apps --json",
    ),
    CommandEntry(
        "scale", "proctor.cli.process_commands:scale", _STEER,
        "Set how many processes of a type run, or change it.",
        "proctor scale web=3 worker-1",
    ),
    CommandEntry(
        "restart", "proctor.cli.process_commands:restart", _STEER,
        "Restart all processes, those of a type, or one.",
        "proctor restart web --wait",
    ),
    CommandEntry(
        "stop", "proctor.cli.process_commands:stop", _STEER,
        "Stop processes and keep them down; the app's supervisor stays.",
        "proctor stop worker.2",
    ),
    CommandEntry(
        "kill", "proctor.cli.process_commands:kill", _STEER,
        "Kill a process and all that it has started, or send it another signal.",
        "proctor kill web.1 HUP",
    ),
    CommandEntry(
        "watch", "proctor.cli.app_commands:watch", _STEER,
        "Restart when a file is saved, or stop doing so.",
        "proctor watch on",
    ),
    CommandEntry(
        "reload", "proctor.cli.app_commands:reload", _STEER,
        "Read Procfile and env files again, and apply what has changed.",
        "proctor reload --wait",
    ),
    CommandEntry(
        "quit", "proctor.cli.app_commands:quit_", _STEER,
        "Stop all processes in order and end the app's supervisor.",
        "proctor quit --wait",
    ),
    CommandEntry(
        "version", "proctor.cli.about:version", _SEE,
        "Say which proctor this is.",
        "proctor version",
    ),
    CommandEntry(
        "completion", "proctor.cli.completion:completion", _SEE,
        "Print what lets your shell complete commands, options and process names.",
        "proctor completion zsh",
    ),
    CommandEntry(
        "complete-line", "proctor.cli.completion:complete_line", _SEE,
        "Print how a command line may go on.",
        "proctor complete-line zsh restart web",
        hidden=True,
    ),
    CommandEntry(
        "aliases", "proctor.cli.about:aliases", _SEE,
        "List the spellings of other tools that work here, with what differs.",
        "proctor help aliases",
        hidden=True,
    ),
    CommandEntry(
        "next-step", "proctor.cli.about:next_step", _SEE,
        "Say what to do in a folder without a Procfile.",
        "proctor",
        hidden=True,
    ),
)  # fmt: skip


class CommandGroup(click.Group):
    """A group whose commands are looked up in the table and loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        del ctx
        return [entry.name for entry in COMMANDS if not entry.hidden]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; its help says one sentence and shows an example."""
        del ctx
        entry = next((each for each in COMMANDS if each.name == cmd_name), None)
        if entry is None:
            return self._as_others_spell_it(cmd_name)
        module, _, attribute = entry.place.partition(":")
        with LeanLoading():
            command: click.Command = getattr(import_module(module), attribute)
        command.help = command.help or entry.sentence
        command.epilog = command.epilog or f"Example: {entry.example}"
        return command

    def _as_others_spell_it(self, name: str) -> click.Command | None:
        """The command that another tool's spelling means; its help says what differs."""
        found = find([name])
        if found is None or not found[0].ours:
            return None
        alias = found[0]
        ours = self.get_command(click.Context(self), alias.ours.split()[0])
        if ours is None:
            return None
        command = copy(ours)
        command.help = f"{_means(alias)}\n\n{ours.help}"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one.

        Raises:
            UsageError: there is no such command.
            UserError: it is another tool's, and has another spelling here.
        """
        found = find(args)
        if found is not None:
            alias, others = found
            if not alias.ours:
                raise UserError(f"'{alias.spelling}' is of {alias.tool}: {alias.differs}")
            args = [*alias.ours.split(), *others] if " " in alias.spelling else args
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None:
            raise click.UsageError(_no_such_command(name), ctx)
        return name, command, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their groups, without loading any."""
        del ctx
        shown = [entry for entry in COMMANDS if not entry.hidden]
        width = max(len(entry.name) for entry in shown)
        for group in dict.fromkeys(entry.group for entry in shown):
            with formatter.section(group):
                formatter.write_dl(list(_rows(group, width)))
        with formatter.section("Spellings of other tools ('proctor help aliases' has them all)"):
            formatter.write_dl([(tool, ", ".join(each)) for tool, each in _shown_spellings()])


def _rows(group: str, width: int) -> "Iterator[tuple[str, str]]":
    for entry in COMMANDS:
        if entry.group == group and not entry.hidden:
            yield entry.name.ljust(width), entry.sentence


def _shown_spellings() -> "Iterator[tuple[str, list[str]]]":
    for tool, each in spellings().items():
        if each:
            yield (
                tool.removeprefix("the "),
                [*each[:_MOST_SHOWN], *(["…"] if len(each) > _MOST_SHOWN else [])],
            )


def _means(alias: Alias) -> str:
    return f"Does what 'proctor {alias.ours}' does: so {alias.tool} spells it. {alias.differs}"


def _no_such_command(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistyped name alone

    from proctor.model.quoting import quoted  # noqa: PLC0415 - the same

    near = get_close_matches(name, [entry.name for entry in COMMANDS if not entry.hidden], n=1)
    hint = f"The nearest is '{near[0]}'" if near else "'proctor --help' lists them"
    if "=" in name:
        hint = f"To start so many processes: 'proctor start {name}'"
    return f"there is no command {quoted(name)}. {hint}"


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="In a folder with a Procfile, 'proctor' alone is 'proctor start'.",
)
@click.version_option(proctor.__version__, "-V", "--version", message="proctor %(version)s")
def cli() -> None:
    """Run a Procfile app on this machine as a cloud runtime would."""


def run(words: list[str]) -> int:
    """Run a command line; what is wrong with its words is told in one line. Gives the exit code."""
    try:
        # Not `main`, which prints a line for ^C, and ends the process when a pipe is closed.
        with cli.make_context(_NAME, words) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _report_usage(error)
    return code if isinstance(code, int) else 0


def _report_usage(problem: click.ClickException) -> int:
    words = " ".join(problem.format_message().split()).rstrip(".")  # click lists choices in lines
    sentence = words[:1].lower() + words[1:] + ("" if words.endswith(("?", "?)")) else ".")
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    help_ = f"{context.command_path} --help" if context is not None else ""
    tell(f"{sentence} Try '{help_}'." if help_ and help_ not in sentence else sentence)
    return _USAGE
