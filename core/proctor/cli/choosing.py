"""The options that choose among what was printed or has happened.

`logs`, `search` and `events` take them from here, so that each means the same everywhere.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from proctor.cli.moments import Moment
from proctor.logs.selection import Source

Command = TypeVar("Command", bound=Callable[..., Any])

_SOURCES = ("app", "proctor", "heroku")  # the last as the platform calls itself


def targets_option() -> Callable[[Command], Command]:
    """Add --ps and what other tools call it; the command gets `targets`, a tuple of texts."""
    return click.option(
        "-p", "--ps", "--process-type", "--dyno", "--dyno-name", "targets",
        metavar="TYPE|PROCESS", multiple=True,
        help="Only of this type or process; may be repeated",
    )  # fmt: skip


def count_option(what: str, usual: str, *, least: int = 0) -> Callable[[Command], Command]:
    """Add -n; the command gets `count`, None where it is not given: `usual` says what is then."""
    return click.option(
        "-n", "--num", "count", type=click.IntRange(min=least),
        help=f"How many of the latest {what}  [{usual}]",
    )  # fmt: skip


def follow_option(what: str) -> Callable[[Command], Command]:
    """Add -f and its spellings; the command gets `follow`."""
    return click.option("-f", "--follow", "-t", "--tail", is_flag=True, help=f"Go on with {what}")


def source_option() -> Callable[[Command], Command]:
    """Add --source; the command gets `source`, None where it is not given."""
    return click.option(
        "-s", "--source", type=click.Choice(_SOURCES), callback=_as_source,
        help="Only what the app printed, or what proctor said",
    )  # fmt: skip


def time_options() -> Callable[[Command], Command]:
    """Add --since and --until; the command gets both, as wall times in seconds or None."""

    def decorate(command: Command) -> Command:
        until = click.option(
            "--until", type=Moment(), metavar="MOMENT", help="Only until then",
        )  # fmt: skip
        since = click.option(
            "--since", type=Moment(), metavar="MOMENT",
            help="Only since then: 10m (ago), 12:01, 2026-11-25T10:00",
        )  # fmt: skip
        return since(until(command))

    return decorate


def _as_source(_: click.Context, __: click.Parameter, value: str | None) -> Source | None:
    if value is None:
        return None
    return "app" if value == "app" else "proctor"
