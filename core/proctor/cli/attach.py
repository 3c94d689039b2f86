"""`proctor attach`: a screen on the app that runs, or the terminal of one of its processes."""

import asyncio
import os

import click

from proctor.cli.early import screen_can_open
from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.cli.which_app import connected, find_places, not_running, session_of
from proctor.control.lock import running_pid
from proctor.errors import UserError
from proctor.files.app_files import AppOptions

_TERMINAL_GONE = 129


@click.command()
@app_options(search_upward=True)
@click.argument("process", metavar="[PROCESS]", required=False)
def attach(options: AppOptions, process: str | None) -> None:
    """Show the screen of the app that runs, or the terminal of a process (web.1) to type on.

    To leave either leaves the app alone: d in the screen, ^] in the terminal of a process.
    """
    places = find_places(options)
    if running_pid(places) is None:  # whatever else is to be said
        raise not_running(places)
    raise SystemExit(_screen(options) if process is None else _terminal(options, process))


def _screen(options: AppOptions) -> int:
    if not screen_can_open([]):
        raise UserError(
            "there is no terminal here to show a screen on",
            hint="See the app with 'proctor ps', and follow it with 'proctor logs -f'",
        )
    from proctor.cli.screen import show_attached  # noqa: PLC0415 - the one door to the screen

    return show_attached(lambda: connected(options))


def _terminal(options: AppOptions, process: str) -> int:
    if not (os.isatty(0) and os.isatty(1)):
        raise UserError(
            f"there is no terminal here to show {process} on",
            hint=f"Follow what it prints with 'proctor logs -f --ps {process}'",
        )
    return asyncio.run(_show(options, process))


async def _show(options: AppOptions, process: str) -> int:
    from proctor.control.raw_terminal import LEAVE_SIGN, show, size_of  # noqa: PLC0415 - for this alone

    async with session_of(options) as session:
        columns, rows = size_of(1)
        terminal = await session.open_terminal(process, columns=columns, rows=rows)
        try:
            tell(f"attached to {terminal.process}; {LEAVE_SIGN} leaves")
            left = await show(terminal)
        finally:
            await terminal.close()
    if left.by == "key":
        tell(f"left {terminal.process}, which goes on")
    codes = {"key": 0, "app": 0, "terminal": _TERMINAL_GONE, "signal": 128 + left.signal}
    return codes[left.by]
