"""The options that say which app is meant and how it is run: one table, and the value made of it.

`options` makes click's options of the table; `plain` reads plain command lines by it without
click. So each option is defined once.
"""

import os
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.model.settings import LOG_FORMATS, ON_EXIT

Kind = Literal["text", "texts", "choice", "switch"]


class OptionEntry(NamedTuple):
    """One option: how it is written, the name of the setting that it gives, and what it may be.

    None of them has a default: what is not given is as a file, or the environment, says.
    """

    names: tuple[str, ...]
    key: str
    help: str
    kind: Kind = "text"  #: `texts` may be given several times
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    off: str | None = None  #: of a switch: the name that turns it off


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
        kind="texts", metavar="FILE[,FILE...]",
    ),
    OptionEntry(
        ("-a", "--app"), "app", "Name of the app  [the name of its folder]", metavar="NAME"
    ),
)  # fmt: skip
HOW_IT_RUNS: tuple[OptionEntry, ...] = (
    OptionEntry(("-p", "--port"), "port", "Base port  [$PORT or 5006]", metavar="PORT"),
    OptionEntry(
        ("-m", "--formation", "-c", "--concurrency"), "formation",
        "How many of each type; all=N for every type  [all=1]", metavar="TYPE=N[,TYPE=N...]",
    ),
    OptionEntry(
        ("-t", "--grace", "--timeout"), "grace",
        "From the request to stop until the kill  [30]", metavar="SECONDS",
    ),
    OptionEntry(
        ("--on-exit",), "on_exit", "What follows when a process ends by itself  [restart]",
        kind="choice", choices=ON_EXIT,
    ),
    OptionEntry(
        ("--pty",), "pty", "A terminal for each process, or pipes  [a terminal]",
        kind="switch", off="--no-pty",
    ),
    OptionEntry(
        ("--fixed-ports",), "fixed_ports", "Refuse to start when a port is taken, or take others",
        kind="switch", off="--no-fixed-ports",
    ),
    OptionEntry(
        ("--watch",), "watch", "Restart when a file is saved, or not  [not]",
        kind="switch", off="--no-watch",
    ),
    OptionEntry(
        ("--tui",), "tui", "The screen, or the log stream  [the screen, on a terminal]",
        kind="switch", off="--no-tui",
    ),
    OptionEntry(
        ("-D", "--detach"), "detach",
        "Run without screen or terminal; 'proctor attach' shows it, 'proctor quit' ends it",
        kind="switch",
    ),
    OptionEntry(
        ("--log-format",), "log_format", "How the log stream is printed  [human]",
        kind="choice", choices=LOG_FORMATS,
    ),
)  # fmt: skip
START_OPTIONS = (*WHICH_APP, *HOW_IT_RUNS)
_EXPORTED = ("port", "formation", "grace", "on_exit")
EXPORT_OPTIONS = (*WHICH_APP, *(entry for entry in HOW_IT_RUNS if entry.key in _EXPORTED))


#: what `AppOptions` has a field of its own for
_OF_THEIR_OWN = ("procfile", "root", "env_files", "port", "formation", "detach")


def options_of(given: Mapping[str, Any], *, search_upward: bool) -> AppOptions:
    """The value of a command line, from what was given for each key of the table.

    Raises:
        UserError: there is no working folder.
    """
    return AppOptions(
        folder=_working_folder(),
        procfile=given.get("procfile"),
        root=given.get("root"),
        env_files=_split(given.get("env_files")),
        port=given.get("port"),
        formation=given.get("formation"),
        detach=bool(given.get("detach")),
        words=tuple(given.get(WORDS, ())),
        flags={
            entry.key: given[entry.key]
            for entry in START_OPTIONS
            if entry.key not in _OF_THEIR_OWN and given.get(entry.key) is not None
        },
        search_upward=search_upward,
    )


def _split(env_files: tuple[str, ...] | None) -> tuple[str, ...] | None:
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
