"""`proctor start`: run the app of this folder; or start processes of the one that runs."""

import click
from click.core import ParameterSource

from proctor.cli.aliases import answer_to_option
from proctor.cli.misplaced import misplaced_before_others, require_no_command
from proctor.cli.options import start_options
from proctor.cli.targets import EVERYTHING
from proctor.cli.waiting import WaitingCommand, wait_option
from proctor.cli.which_app import find_places
from proctor.control.lock import running_pid
from proctor.errors import UserError
from proctor.files.app_files import AppOptions

#: What may be said of an app that runs; everything else says how to run one.
_ABOUT_ANY_APP = {"procfile", "root", "env_files", "app", "words", "wait_seconds"}


_SAID = "proctor.said"


class _StartCommand(WaitingCommand):
    """Keeps the words as they were said: one of them may be a command that options came before."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        said = ctx.meta[_SAID] = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as problem:
            name = getattr(problem, "option_name", "")
            if (answer := answer_to_option("start", name)) is not None:
                raise UserError(answer) from problem
            misplaced = misplaced_before_others(said)
            if misplaced is None:
                raise
            raise misplaced from problem


@click.command(cls=_StartCommand)
@start_options()
@wait_option
def start(options: AppOptions, wait_seconds: float | None) -> None:
    """Run the app of this folder; or start processes (web, web.1, all) of the one that runs.

    While the app runs, 'proctor start web.1' wants again what was stopped, and tries at once
    what has crashed.
    """
    require_no_command(click.get_current_context().meta[_SAID], options)
    if _means_running_app(options, click.get_current_context()):
        _start_processes(options, wait_seconds)
        return
    if wait_seconds is not None:
        hint = "To start all of it and wait: proctor start --detach && proctor wait"
        raise UserError("--wait is for processes of an app that runs", hint=hint)
    from proctor.cli.launch import launch  # noqa: PLC0415 - steering a running app needs none of it

    raise SystemExit(launch(options))


def is_about_a_running_app(words: list[str]) -> bool:
    """Whether `start` with these words speaks to a supervisor, or fails, and runs no app itself."""
    try:
        context = start.make_context("start", list(words))
        look = start_options()(_means_running_app)
        return bool(look(context=context, **context.params))
    except (click.ClickException, UserError):
        return True  # told when the command itself is run


def _means_running_app(options: AppOptions, context: click.Context, **_: object) -> bool:
    """Targets alone speak to the app that runs; quantities and options are for a new start."""
    words = options.words
    if not words or any("=" in word for word in words):
        return False
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE
    }
    if given - _ABOUT_ANY_APP:
        return False
    if any("." in word or word == EVERYTHING for word in words):
        return True
    return running_pid(find_places(options)) is not None


def _start_processes(options: AppOptions, wait_seconds: float | None) -> None:
    # Not at the top: starting an app does not pay for being a client of one.
    from proctor.cli.steering import CLI, steer  # noqa: PLC0415 - see above
    from proctor.model.commands import Start  # noqa: PLC0415 - see above

    targets = (EVERYTHING,) if EVERYTHING in options.words else options.words
    commands = [Start(target=target, by=CLI) for target in targets]
    steer(options, commands, wait_seconds=wait_seconds)
