"""A command word after options: `proctor -d shop ps` is read as `proctor start -d shop ps`.

Plain `proctor …` is `proctor start …`, so that word would be taken for a process type.
"""

import os
import shlex
from collections.abc import Sequence

from proctor.cli.option_table import START_OPTIONS
from proctor.errors import UserError
from proctor.files.app_files import AppOptions, find_app, read_procfile_text
from proctor.model.procfile import examine_procfile


def require_no_command(said: Sequence[str], options: AppOptions) -> None:
    """See that no word of `start` is a command, unless it is a type of the Procfile as well.

    Raises:
        UserError: one is; it names the command line that was meant.
    """
    place = _place_of_command(said)
    if place is not None and said[place] not in _types(options):
        raise misplaced(said, place)


def misplaced_before_others(said: Sequence[str]) -> UserError | None:
    """The same where `start` knows an option of `said` not: it may be that command's own."""
    place = _place_of_command(said)
    return misplaced(said, place) if place else None


def misplaced(said: Sequence[str], place: int) -> UserError:
    """The problem, with the command line that was meant: the same words, the command first."""
    command = said[place]
    meant = shlex.join(["proctor", command, *said[:place], *said[place + 1 :]])
    if place:
        return UserError(f"options come after the command, as in '{meant}'")
    return UserError(f"'{command}' is a command, and no process type", hint=f"Say '{meant}'")


def _place_of_command(said: Sequence[str]) -> int | None:
    from proctor.cli.main import COMMANDS  # noqa: PLC0415 - it names the module of `start`

    commands = {entry.name for entry in COMMANDS if not entry.hidden}
    with_value = {name for entry in START_OPTIONS if entry.kind != "switch" for name in entry.names}
    for place, word in enumerate(said):
        if word in commands and not (place and said[place - 1] in with_value):
            return place
    return None


def _types(options: AppOptions) -> tuple[str, ...]:
    try:
        procfile = examine_procfile(read_procfile_text(find_app(options, os.environ))).procfile
    except UserError:
        return ()
    return procfile.types
