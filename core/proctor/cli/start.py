"""`proctor start`: run the app of this folder; or start processes of the one that runs."""

import click

from proctor.cli.app_files import AppOptions
from proctor.cli.options import start_options
from proctor.cli.targets import EVERYTHING
from proctor.cli.waiting import WaitingCommand, wait_option
from proctor.cli.which_app import find_places
from proctor.control.lock import running_pid
from proctor.errors import NotRunning, UserError


@click.command(cls=WaitingCommand)
@start_options()
@wait_option
def start(options: AppOptions, wait_seconds: float | None) -> None:
    """Run the app of this folder; or start processes (web, web.1, all) of the one that runs.

    While the app runs, 'proctor start web.1' wants again what was stopped, and tries at once
    what has crashed.
    """
    if _means_running_app(options):
        _start_processes(options, wait_seconds)
        return
    if any("." in word for word in options.words):
        raise NotRunning(
            "the app is not running, so that none of its processes can be started",
            hint="Start it with 'proctor start', or one type of it with 'proctor start web'",
        )
    if wait_seconds is not None:
        raise UserError("--wait is for processes of an app that runs", hint="Leave it away")
    from proctor.cli.launch import launch  # noqa: PLC0415 - steering a running app needs none of it

    raise SystemExit(launch(options))


def is_about_a_running_app(words: list[str]) -> bool:
    """Whether `start` with these words speaks to a supervisor, or fails, and runs no app itself."""

    @start_options()
    def look(options: AppOptions, **_: object) -> bool:
        return _means_running_app(options) or any("." in word for word in options.words)

    try:
        context = start.make_context("start", list(words))
        return bool(look(**context.params))
    except (click.ClickException, UserError):
        return True  # told when the command itself is run


def _means_running_app(options: AppOptions) -> bool:
    words = options.words
    if not words or any("=" in word for word in words):
        return False
    return running_pid(find_places(options)) is not None


def _start_processes(options: AppOptions, wait_seconds: float | None) -> None:
    # Not at the top: starting an app does not pay for being a client of one.
    from proctor.cli.steering import CLI, steer  # noqa: PLC0415 - see above
    from proctor.model.commands import Start  # noqa: PLC0415 - see above

    targets = (EVERYTHING,) if EVERYTHING in options.words else options.words
    commands = [Start(target=target, by=CLI) for target in targets]
    steer(options, commands, wait_seconds=wait_seconds)
