"""The options that several commands share, as click's: made of the table.

    @click.command()
    @app_options(search_upward=True)
    def check(options: AppOptions) -> None: ...

`app_options` says which app is meant; `start_options` also says how it is run.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from proctor.cli.option_table import (
    EXPORT_OPTIONS,
    START_OPTIONS,
    WHICH_APP,
    WORDS,
    WORDS_METAVAR,
    OptionEntry,
    options_of,
)

Command = TypeVar("Command", bound=Callable[..., Any])


def app_options(*, search_upward: bool, follows: bool = False) -> Callable[[Command], Command]:
    """Add -f, -d, -e and --app; the command gets them as `options`, an `AppOptions`.

    Where a command `follows`, -f is left to that: of the two it is what everybody types.
    """
    entries = WHICH_APP
    if follows:
        entries = tuple(
            each._replace(names=tuple(name for name in each.names if name != "-f"))
            for each in WHICH_APP
        )
    return _collecting(entries, search_upward=search_upward)


def export_options() -> Callable[[Command], Command]:
    """Add what says which app is written down, and what of it runs; as `options`."""
    return _collecting(EXPORT_OPTIONS, search_upward=True)


def start_options() -> Callable[[Command], Command]:
    """Add all that says which app is run, and how; the command gets it as `options`.

    What is being started is looked for in the working folder alone, not in those above.
    """
    return _collecting(START_OPTIONS, _words(), search_upward=False)


def settings_options() -> Callable[[Command], Command]:
    """Add the same, for a command that looks at what a start would do."""
    return _collecting(START_OPTIONS, _words(), search_upward=True)


def _words() -> Callable[[Any], Any]:
    return click.argument(WORDS, metavar=WORDS_METAVAR, nargs=-1)


def _collecting(
    entries: tuple[OptionEntry, ...],
    *others: Callable[[Any], Any],
    search_upward: bool,
) -> Callable[[Command], Command]:
    taken = {WORDS, *(entry.key for entry in entries)}

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(**given: Any) -> object:  # noqa: ANN401 - click passes values of any type
            options = options_of(given, search_upward=search_upward)
            own = {key: value for key, value in given.items() if key not in taken}
            return command(options=options, **own)

        result: Command = collected  # type: ignore[assignment]  # it takes what click gives
        for declared in reversed((*map(_as_click, entries), *others)):
            result = declared(result)
        return result

    return decorate


def _as_click(entry: OptionEntry) -> Callable[[Any], Any]:
    kinds: dict[str, dict[str, Any]] = {
        "text": {},
        "texts": {"multiple": True},
        "choice": {"type": click.Choice(entry.choices)},
        "switch": {"default": None, "is_flag": True},
    }
    names = entry.names
    if entry.off is not None:
        names = (*names[:-1], f"{names[-1]}/{entry.off}")
    return click.option(
        *names, entry.key, metavar=entry.metavar, help=entry.help, **kinds[entry.kind]
    )
