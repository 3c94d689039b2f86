"""How a command line may go on: what a shell offers when tab is pressed.

click finds the option or argument that the cursor is at; what it may be is looked up here by its
metavar: "[TYPE|PROCESS]..." is told by the app that runs. A shell waits for this at each tab, so
that no more is loaded than the one command that is typed, and no error is told.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem, ShellComplete

from proctor.cli.aliases import ALIASES, translated
from proctor.cli.main import COMMANDS, CommandGroup, cli

#: the values that stand for what the shell itself completes
FILES, FOLDERS = ":files", ":folders"
#: after so long nothing is offered: a person waits
PATIENCE_SECONDS = 1.0
_SUPERVISOR_SECONDS = 0.3
_ABOUT_ITSELF = ("-h", "--help", "-V", "--version")

Complete = Callable[[click.Context, str], Iterable[CompletionItem]]


def candidates(words: list[str]) -> list[CompletionItem]:
    """What the last of these words may become; those before it, after `proctor`, are whole."""
    *before, incomplete = words or [""]
    try:
        with _at_most(PATIENCE_SECONDS):
            return list(_candidates(before, incomplete))
    except Exception:  # noqa: BLE001 - whatever it is, a shell at its prompt can show no problem
        return []


def _candidates(before: list[str], incomplete: str) -> Iterator[CompletionItem]:
    if len(before) == 1 and any(each.spelling.startswith(f"{before[0]} ") for each in ALIASES):
        yield from _second_words(before[0], incomplete)
        return
    if before[:1] == ["help"]:
        before = before[1:]
    if before and before[0].startswith("-") and before[0] not in _ABOUT_ITSELF:
        before = ["start", *before]
    elif not before and incomplete.startswith("-"):
        yield from _found(["start"], incomplete)
    yield from _found(translated(before), incomplete)


def _found(before: list[str], incomplete: str) -> Iterator[CompletionItem]:
    group = _CompletingGroup("proctor", params=cli.params, **_HELP)
    name, equals, _ = incomplete.partition("=")
    # click completes the value alone, and a shell the whole word.
    prefix = f"{name}=" if equals and incomplete.startswith("-") else ""
    for item in ShellComplete(group, {}, "proctor", "").get_completions(before, incomplete):
        yield CompletionItem(prefix + item.value, help=item.help)


_HELP: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}


class _CompletingGroup(CommandGroup):
    """The commands, with what their options and arguments may be."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        for parameter in command.params if command is not None else ():
            complete = _BY_METAVAR.get(parameter.metavar or "")
            if complete is not None:
                parameter.type = _Completed(complete)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands by the table, without loading any; another tool's where none of ours is."""
        if incomplete.startswith("-"):
            return [*click.Command.shell_complete(self, ctx, incomplete)]
        ours = [
            CompletionItem(each.name, help=each.sentence)
            for each in COMMANDS
            if not each.hidden and each.name.startswith(incomplete)
        ]
        return ours or [
            CompletionItem(each.spelling.partition(" ")[0], help=f"proctor {each.ours}")
            for each in ALIASES
            if each.ours and each.spelling.startswith(incomplete)
        ]


class _Completed(click.ParamType):  # type: ignore[type-arg]  # takes one in new versions alone
    name = "completed"

    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del param
        return [
            item
            for item in self._complete(ctx, incomplete)
            if item.value.startswith((incomplete, ":"))
        ]


def _second_words(first: str, incomplete: str) -> Iterator[CompletionItem]:
    for each in ALIASES:
        word, _, second = each.spelling.partition(" ")
        if word == first and each.ours and second.startswith(incomplete):
            yield CompletionItem(second, help=f"proctor {each.ours}")


# What there is


class _App(NamedTuple):
    """What is known of the app that a command line means; `processes` only while it runs."""

    types: dict[str, str]  #: and what each runs
    processes: dict[str, str] = {}  # noqa: RUF012 - never changed  #: and the state of each


def _app(ctx: click.Context) -> _App:
    from proctor.cli.option_table import options_of  # noqa: PLC0415 - only for names of an app
    from proctor.cli.which_app import brief_session_of  # noqa: PLC0415 - the same
    from proctor.control.brief import run_briefly  # noqa: PLC0415 - the same
    from proctor.errors import ProctorError  # noqa: PLC0415 - the same

    options = options_of(ctx.params, search_upward=True)

    async def ask() -> _App:
        async with brief_session_of(options) as session:
            seen = await session.snapshot()
        return _App(
            {each.type: each.command for each in seen.types},
            {each.name: each.state for each in seen.processes},
        )

    try:
        with _at_most(_SUPERVISOR_SECONDS):
            return run_briefly(ask())
    except (ProctorError, OSError):
        return _App(_types_of_procfile(options))


def _types_of_procfile(options: Any) -> dict[str, str]:  # noqa: ANN401 - its type is loaded later
    import os  # noqa: PLC0415 - as above

    from proctor.files.app_files import find_app, read_procfile_text  # noqa: PLC0415 - as above
    from proctor.model.procfile import examine_procfile  # noqa: PLC0415 - as above

    procfile = examine_procfile(read_procfile_text(find_app(options, os.environ))).procfile
    return {entry.type: entry.command_line for entry in procfile.entries}


def _targets(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    del incomplete
    app = _app(ctx)
    yield from _items(app.types, app.processes, {"all": "everything"})


def _processes(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    del incomplete
    yield from _items(_app(ctx).processes)


def _types(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    del incomplete
    yield from _items(_app(ctx).types)


def _quantities(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    done = incomplete[: incomplete.rfind(",") + 1]
    yield from _items({f"{done}{type_}=": line for type_, line in _app(ctx).types.items()})


def _to_start(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    del incomplete
    app = _app(ctx)
    quantities = {} if app.processes else {f"{type_}=": line for type_, line in app.types.items()}
    yield from _items(app.types, quantities, app.processes)


def _signals(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    del ctx, incomplete
    for each in signal.Signals:
        if not each.name.startswith("SIGRT"):
            yield CompletionItem(each.name.removeprefix("SIG"), help=signal.strsignal(each) or "")


def _whatever_is_there(value: str) -> Complete:
    return lambda _ctx, _incomplete: (CompletionItem(value),)


def _items(*named: dict[str, str]) -> Iterator[CompletionItem]:
    for values in named:
        for value, help_ in values.items():
            yield CompletionItem(value, help=help_)


_BY_METAVAR: dict[str, Complete] = {
    "TYPE|PROCESS": _targets,
    "[TYPE|PROCESS]...": _targets,
    "PROCESS": _processes,
    "[PROCESS]": _processes,
    "[SIGNAL]": _signals,
    "[TYPE[=N]]...": _to_start,
    "TYPE=N[,TYPE=N...]": _quantities,
    "TYPE=N|TYPE+N|TYPE-N...": _quantities,
    "COMMAND [ARGUMENT]...": _types,
    "systemd": _whatever_is_there("systemd"),
    "FILE": _whatever_is_there(FILES),
    "FILE[,FILE...]": _whatever_is_there(FILES),
    "DIR": _whatever_is_there(FOLDERS),
    "[DIR]": _whatever_is_there(FOLDERS),
}


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Give up what is done in here after this time, whatever it waits for.

    Raises:
        TimeoutError: it took longer.
    """

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)
