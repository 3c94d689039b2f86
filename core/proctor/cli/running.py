"""A running app in its event loop: under a screen, or printing its log stream."""

import asyncio
import os
import sys

from proctor.assembly.running_app import RunningApp
from proctor.cli.printer import Printer, wants_colour
from proctor.cli.problems import tell
from proctor.cli.summary import summary
from proctor.errors import PlatformError
from proctor.runtime.mailbox import EndAsked


def run_under_screen(app: RunningApp) -> int:
    """Run the app for a screen that is connected to it; gives the exit code."""
    _let_go_of_the_terminal()
    return asyncio.run(app.run())


def run_and_print(app: RunningApp) -> int:
    """Run the app and print its log stream; gives the exit code."""
    return asyncio.run(_run_and_print(app))


async def _run_and_print(app: RunningApp) -> int:
    configuration = app.supervisor.configuration
    settings = configuration.settings
    printer = Printer(
        app.store,
        sys.stdout.fileno(),
        log_format=settings.log_format,
        colour=wants_colour(sys.stdout.fileno(), os.environ),
        names=tuple(
            f"{type_}.{quantity}" for type_, quantity in configuration.formation.items() if quantity
        ),
        on_reader_gone=lambda: app.stop(
            EndAsked(reason="its output cannot be printed any more", exit_code=0)
        ),
    )
    code = await app.run(printer)
    if code == 0 and not isinstance(printer.problem, BrokenPipeError | None):
        reason = printer.problem.strerror
        raise PlatformError(f"the log stream could not be printed any more: {reason}")
    if printer.problem is None and settings.log_format == "human":
        for line in summary(app.supervisor.views(), app.app_view().log_dir):
            tell(line)
    return code


def _let_go_of_the_terminal() -> None:
    """The screen has it now: nothing of ours may be written between its lines."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)
