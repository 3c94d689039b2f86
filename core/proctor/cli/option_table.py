"""The options that say which app is meant and how it is run: one table, and the value made of it.

`options` makes click's options of the table; `plain` reads plain command lines by it without
click. So each option is defined once.
"""

import os
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.model.settings import LOG_FORMATS, ON_EXIT, Settings

Kind = Literal["text", "texts", "seconds", "choice", "flag"]


class OptionEntry(NamedTuple):
    """One option: how it is written, what its value is called here, and what it may be."""

    names: tuple[str, ...]
    key: str
    help: str
    kind: Kind = "text"  #: `texts` may be given several times
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    default: str | float | tuple[str, ...] | bool | None = None


#: The key of the arguments that are no options, as "web=2".
WORDS = "words"
WORDS_METAVAR = "[TYPE[=N]]..."

WHICH_APP: tuple[OptionEntry, ...] = (
    OptionEntry(("-f", "--procfile"), "procfile", "Procfile  [Procfile]", metavar="FILE"),
    OptionEntry(
        ("-d", "--root"), "root", "Folder of the app  [the folder of the Procfile]", metavar="DIR"
    ),
    OptionEntry(
        ("-e", "--env"), "env_files", "Env files; the later wins  [.env]",
        kind="texts", metavar="FILE[,FILE...]", default=(),
    ),
    OptionEntry(
        ("-a", "--app"), "app_name", "Name of the app  [the name of its folder]", metavar="NAME"
    ),
)  # fmt: skip
HOW_IT_RUNS: tuple[OptionEntry, ...] = (
    OptionEntry(("-p", "--port"), "port", "Base port  [$PORT or 5006]", metavar="PORT"),
    OptionEntry(
        ("-m", "--formation", "-c", "--concurrency"), "formation",
        "How many of each type; all=N for every type  [all=1]", metavar="TYPE=N[,TYPE=N...]",
    ),
    OptionEntry(
        ("-t", "--grace", "--timeout"), "grace_seconds",
        "From the request to stop until the kill  [30]",
        kind="seconds", metavar="SECONDS", default=30.0,
    ),
    OptionEntry(
        ("--on-exit",), "on_exit", "What follows when a process ends by itself  [restart]",
        kind="choice", choices=ON_EXIT, default="restart",
    ),
    OptionEntry(
        ("--no-pty",), "no_pty", "Pipes instead of a terminal for each process",
        kind="flag", default=False,
    ),
    OptionEntry(
        ("--fixed-ports",), "fixed_ports", "Refuse to start when a port is taken",
        kind="flag", default=False,
    ),
    OptionEntry(
        ("--watch",), "watch", "Restart when a file is saved", kind="flag", default=False
    ),
    OptionEntry(
        ("--no-tui",), "no_tui", "Print the log stream instead of the screen",
        kind="flag", default=False,
    ),
    OptionEntry(
        ("--log-format",), "log_format", "How the log stream is printed  [human]",
        kind="choice", choices=LOG_FORMATS, default="human",
    ),
)  # fmt: skip
START_OPTIONS = (*WHICH_APP, *HOW_IT_RUNS)
_EXPORTED = ("port", "formation", "grace_seconds", "on_exit")
EXPORT_OPTIONS = (*WHICH_APP, *(entry for entry in HOW_IT_RUNS if entry.key in _EXPORTED))


def options_of(given: Mapping[str, Any], *, search_upward: bool) -> AppOptions:
    """The value of a command line, from what was given for each key of the table.

    Raises:
        UserError: a value is not possible, or there is no working folder.
    """
    settings = Settings(
        app_name=given["app_name"],
        grace_seconds=given.get("grace_seconds", 30.0),
        on_exit=given.get("on_exit", "restart"),
        terminal=not given.get("no_pty", False),
        fixed_ports=given.get("fixed_ports", False),
        watch=given.get("watch", False),
        screen=not given.get("no_tui", False),
        log_format=given.get("log_format", "human"),
    )
    return AppOptions(
        folder=_working_folder(),
        procfile=given["procfile"],
        root=given["root"],
        env_files=_split(given["env_files"]),
        port=given.get("port"),
        formation=given.get("formation"),
        words=tuple(given.get(WORDS, ())),
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
