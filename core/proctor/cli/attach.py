"""`proctor attach`: a screen on the app that runs, or the terminal of one of its processes."""

import click

from proctor.cli.early import screen_can_open
from proctor.cli.options import app_options
from proctor.cli.which_app import connected, find_places, not_running
from proctor.control.lock import running_pid
from proctor.errors import UserError
from proctor.files.app_files import AppOptions


@click.command()
@app_options(search_upward=True)
def attach(options: AppOptions) -> None:
    """Show the screen of the app that runs; to leave it leaves the app alone."""
    _require_app(options)
    if not screen_can_open([]):
        raise UserError(
            "there is no terminal here to show a screen on",
            hint="See the app with 'proctor ps', and follow it with 'proctor logs -f'",
        )
    from proctor.cli.screen import show_attached  # noqa: PLC0415 - the one door to the screen

    raise SystemExit(show_attached(lambda: connected(options)))


def _require_app(options: AppOptions) -> None:
    """See that it runs before anything is said of terminals."""
    places = find_places(options)
    if running_pid(places) is None:
        raise not_running(places)
