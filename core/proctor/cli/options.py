"""The options that several commands share, and the value that is made of them.

    @click.command()
    @app_options(search_upward=True)
    def check(options: AppOptions) -> None: ...

`app_options` says which app is meant; `start_options` also says how it is run.
"""

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.model.settings import LOG_FORMATS, ON_EXIT, Settings

Command = TypeVar("Command", bound=Callable[..., Any])

_WHICH_APP = (
    click.option("-f", "--procfile", metavar="FILE", help="Procfile  [Procfile]"),
    click.option(
        "-d", "--root", metavar="DIR", help="Folder of the app  [the folder of the Procfile]"
    ),
    click.option(
        "-e",
        "--env",
        "env_files",
        metavar="FILE[,FILE...]",
        multiple=True,
        help="Env files; the later wins  [.env]",
    ),
    click.option(
        "--app", "app_name", metavar="NAME", help="Name of the app  [the name of its folder]"
    ),
)
_HOW_IT_RUNS = (
    click.option("-p", "--port", metavar="PORT", help="Base port  [$PORT or 5006]"),
    click.option(
        "-m",
        "--formation",
        "-c",
        "--concurrency",
        "formation",
        metavar="TYPE=N[,TYPE=N...]",
        help="How many of each type; all=N for every type  [all=1]",
    ),
    click.option(
        "-t",
        "--grace",
        "--timeout",
        "grace_seconds",
        metavar="SECONDS",
        type=float,
        default=30.0,
        help="From the request to stop until the kill  [30]",
    ),
    click.option(
        "--on-exit",
        type=click.Choice(ON_EXIT),
        default="restart",
        help="What follows when a process ends by itself  [restart]",
    ),
    click.option("--no-pty", is_flag=True, help="Pipes instead of a terminal for each process"),
    click.option("--fixed-ports", is_flag=True, help="Refuse to start when a port is taken"),
    click.option("--watch", is_flag=True, help="Restart when a file is saved"),
    click.option("--no-tui", is_flag=True, help="Print the log stream instead of the screen"),
    click.option(
        "--log-format",
        type=click.Choice(LOG_FORMATS),
        default="human",
        help="How the log stream is printed  [human]",
    ),
    click.argument("words", metavar="[TYPE[=N]]...", nargs=-1),
)


def app_options(*, search_upward: bool) -> Callable[[Command], Command]:
    """Add -f, -d, -e and --app; the command gets them as `options`, an `AppOptions`."""
    return _collecting(_WHICH_APP, search_upward=search_upward)


def start_options() -> Callable[[Command], Command]:
    """Add all that says which app is run, and how; the command gets it as `options`.

    What is being started is looked for in the working folder alone, not in those above.
    """
    return _collecting((*_WHICH_APP, *_HOW_IT_RUNS), search_upward=False)


def _collecting(
    declared: tuple[Callable[[Command], Command], ...], *, search_upward: bool
) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(**given: Any) -> object:  # noqa: ANN401 - click passes values of any type
            options = _options_of(given, search_upward=search_upward)
            return command(options=options, **given)

        result: Command = collected  # type: ignore[assignment]  # it takes what click gives
        for option in reversed(declared):
            result = option(result)
        return result

    return decorate


def _options_of(given: dict[str, Any], *, search_upward: bool) -> AppOptions:
    settings = Settings(
        app_name=given.pop("app_name"),
        grace_seconds=given.pop("grace_seconds", 30.0),
        on_exit=given.pop("on_exit", "restart"),
        terminal=not given.pop("no_pty", False),
        fixed_ports=given.pop("fixed_ports", False),
        watch=given.pop("watch", False),
        screen=not given.pop("no_tui", False),
        log_format=given.pop("log_format", "human"),
    )
    return AppOptions(
        folder=_working_folder(),
        procfile=given.pop("procfile"),
        root=given.pop("root"),
        env_files=_split(given.pop("env_files")),
        port=given.pop("port", None),
        formation=given.pop("formation", None),
        words=tuple(given.pop("words", ())),
        settings=settings,
        search_upward=search_upward,
    )


def _split(env_files: tuple[str, ...]) -> tuple[str, ...] | None:
    if not env_files:
        return None
    names = (name.strip() for part in env_files for name in part.split(","))
    return tuple(name for name in names if name)


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - the command line deals in text
    except FileNotFoundError as error:
        raise UserError(
            "the working folder is no longer there", hint="cd to one that is"
        ) from error
