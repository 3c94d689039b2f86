"""Runs an app: from the options of a command line to an exit code."""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from proctor.assembly.running_app import RunningApp
from proctor.assembly.surroundings import Surroundings
from proctor.cli import early
from proctor.cli.app_files import AppOptions, load_app
from proctor.cli.printer import Printer
from proctor.cli.summary import summary
from proctor.control import lock
from proctor.control.places import places_of
from proctor.model.configuration import AppConfiguration
from proctor.runtime.mailbox import StopAsked


def launch(options: AppOptions) -> int:
    """Run the app until it ends; gives the exit code.

    Raises:
        ProctorError: it cannot be run.
    """
    if sys.modules.get("ssl", sys) is None:
        del sys.modules["ssl"]  # hidden while asyncio was loaded: see `early`
    inherited = dict(os.environ)
    configuration = load_app(options, inherited)
    places = places_of(Path(configuration.root), configuration.settings.app_name)
    held = lock.take(places, say=_tell)
    prepared = early.prepared()
    around = Surroundings(
        guardian=prepared.guardian,
        guardian_pid=prepared.guardian_pid,
        read_again=lambda: load_app(options, inherited),
        places=places,
        lock_fd=held.fd,
        lease=prepared.lease,
        ends_with=_ends_with(has_screen=prepared.lease is not None),
    )
    if prepared.lease is not None:
        return asyncio.run(_run_under_screen(configuration, around))
    return asyncio.run(_run_and_print(configuration, around))


def _ends_with(*, has_screen: bool) -> str:
    if has_screen:
        return f"the screen of process {os.getppid()}"
    return f"process {os.getpid()}"


async def _run_under_screen(configuration: AppConfiguration, around: Surroundings) -> int:
    app = RunningApp(configuration, around)
    _let_go_of_the_terminal()
    return await app.run()


async def _run_and_print(configuration: AppConfiguration, around: Surroundings) -> int:
    app = RunningApp(configuration, around)
    settings = configuration.settings
    printer = Printer(
        app.store,
        sys.stdout.fileno(),
        log_format=settings.log_format,
        colour=_colour_is_wanted(),
        names=tuple(
            f"{type_}.{quantity}" for type_, quantity in configuration.formation.items() if quantity
        ),
        on_reader_gone=lambda: app.stop(
            StopAsked(reason="nobody reads its output any more", exit_code=0)
        ),
    )
    code = await app.run(printer)
    if printer.problem is None and settings.log_format == "human":
        for line in summary(app.supervisor.views(), app.app_view().log_dir):
            _tell(line)
    return code


def _colour_is_wanted() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


def _let_go_of_the_terminal() -> None:
    """The screen has it now: nothing of ours may be written between its lines."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _tell(words: str) -> None:
    with suppress(OSError):  # nobody reads it
        print(f"proctor: {words}", file=sys.stderr, flush=True)  # noqa: T201 - for the user
