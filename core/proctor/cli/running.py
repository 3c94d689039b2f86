"""A running app in its event loop: under a screen, or printing its log stream."""

import os
import sys
from typing import TYPE_CHECKING, Any

from proctor.assembly.running_app import RunningApp
from proctor.cli.colour import wants_colour
from proctor.cli.printer import Printer
from proctor.cli.problems import tell
from proctor.cli.summary import summary
from proctor.errors import PlatformError
from proctor.runtime.mailbox import EndAsked

if TYPE_CHECKING:
    from collections.abc import Coroutine


def run_under_screen(app: RunningApp) -> int:
    """Run the app for a screen that is connected to it; gives the exit code."""
    let_go_of_the_terminal()
    return in_a_loop(app.run())


def run_and_print(app: RunningApp) -> int:
    """Run the app and print its log stream; gives the exit code."""
    printer = _printer(app)
    app.print_by(printer)
    app.serve_first_lines()
    return in_a_loop(_run_and_print(app, printer))


def in_a_loop(running: "Coroutine[Any, Any, int]") -> int:
    """Run this in an event loop of asyncio, which is loaded only now."""
    import asyncio  # noqa: PLC0415 - only now: it takes as long to load as the first lines to come

    if sys.modules.get("ssl", sys) is None:
        del sys.modules["ssl"]  # hidden while asyncio was loaded: see `early`
    return asyncio.run(running)


def _printer(app: RunningApp) -> Printer:
    configuration = app.supervisor.configuration
    return Printer(
        app.store,
        sys.stdout.fileno(),
        log_format=configuration.settings.log_format,
        colour=wants_colour(sys.stdout.fileno(), os.environ),
        names=tuple(
            f"{type_}.{quantity}" for type_, quantity in configuration.formation.items() if quantity
        ),
        on_reader_gone=lambda: app.stop(
            EndAsked(reason="its output cannot be printed any more", exit_code=0)
        ),
    )


async def _run_and_print(app: RunningApp, printer: Printer) -> int:
    code = await app.run()
    if code == 0 and not isinstance(printer.problem, BrokenPipeError | None):
        reason = printer.problem.strerror
        raise PlatformError(f"the log stream could not be printed any more: {reason}")
    log_format = app.supervisor.configuration.settings.log_format
    if printer.problem is None and log_format == "human":
        for line in summary(app.supervisor.views(), app.app_view().log_dir):
            tell(line)
    return code


def let_go_of_the_terminal() -> None:
    """It is not ours any more: nothing of ours may be written between somebody else's lines."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)
