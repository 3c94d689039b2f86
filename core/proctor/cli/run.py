"""`proctor run`: one command with the app's environment, and nothing of ours around it."""

import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import click

from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.errors import UserError
from proctor.files.app_files import AppOptions, load_app
from proctor.model.configuration import AppConfiguration
from proctor.model.environment import child_environment
from proctor.model.names import ProcessName
from proctor.model.one_offs import ONE_OFF
from proctor.model.ports import usual_port
from proctor.model.quoting import quoted

_CANNOT_EXECUTE, _NOT_FOUND = 126, 127  # as a shell has them


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@app_options(search_upward=True)
@click.option(
    "-D", "--detach", is_flag=True, help="Run it under the app's supervisor, its output in the log"
)
@click.argument("command", metavar="COMMAND [ARGUMENT]...", nargs=-1, type=click.UNPROCESSED)
def run(options: AppOptions, command: tuple[str, ...], *, detach: bool) -> None:
    """Run one command with the app's environment; its exit code is the command's own.

    One argument is a line for the shell, several are a program and its arguments. A process
    type as the first word means its command line; what follows is added to it.

    With --detach it is a process of the app that runs, as run.1 (then run.2 …): 'proctor logs',
    'ps' and the screen show it, 'proctor stop run.1' ends it, and so does the end of the app.
    """
    if not command:
        raise UserError("nothing says what to run", hint="Write it as in 'proctor run env'")
    if detach:
        from proctor.cli.steering import CLI, steer  # noqa: PLC0415 - else no supervisor is asked
        from proctor.model.commands import RunOneOff  # noqa: PLC0415 - the same

        steer(options, [RunOneOff(words=command, by=CLI)])
        return
    app = load_app(options, os.environ)
    for warning in app.warnings:
        tell(warning)
    argv = command_to_run(command, app)
    terminal = os.isatty(0) and os.isatty(1)
    type_ = command[0] if command[0] in app.procfile.types else None
    environment = one_off_environment(app, type_, terminal=terminal)
    become(argv, environment, folder=app.root)


def command_to_run(words: Sequence[str], app: AppConfiguration) -> Sequence[str]:
    """The program and its arguments that these words mean."""
    # Not at the top: a program of its own needs none of what starts processes.
    from proctor.runtime.slot import shell_argv  # noqa: PLC0415 - see above

    first, *others = words
    for entry in app.procfile.entries:
        if entry.type == first:
            return shell_argv(" ".join([entry.command_line, *map(shlex.quote, others)]))
    return words if others else shell_argv(first)


def one_off_environment(
    app: AppConfiguration, type_: str | None = None, *, terminal: bool
) -> dict[str, str]:
    """What a one-off is given: the app's environment, a port of its own, and its name.

    The command of a process type also gets what that type's processes get.
    """
    settings = app.settings if type_ is None else app.settings_of(type_)
    own = {} if type_ is None else app.settings_of(type_).environment
    process = ProcessName(ONE_OFF, os.getpid())  # ours, which the command keeps
    types = [*app.procfile.types, ONE_OFF]
    port = usual_port(ProcessName(ONE_OFF, 1), types, base=app.base_port)
    return child_environment(
        {**app.environment.values(), **own},
        process=process,
        port=port,
        terminal=terminal,
        platform=_platform(app, process) if settings.platform_env else None,
    )


def _platform(app: AppConfiguration, process: ProcessName) -> dict[str, str]:
    from proctor.model.platform_variables import platform_variables  # noqa: PLC0415 - hardly asked for

    dyno_id = os.urandom(16).hex()
    return platform_variables(process, app_name=app.name, root=app.root, dyno_id=dyno_id)


def become(argv: Sequence[str], environment: Mapping[str, str], *, folder: str) -> NoReturn:
    """Replace this process by a program, so that terminal, signals and exit code are its own.

    Raises:
        UserError: the folder is not there.
        SystemExit: the program cannot be run; the codes are those of a shell.
    """
    try:
        os.chdir(folder)
    except OSError as error:
        raise UserError(f"{quoted(folder)} cannot be entered: {error.strerror}") from error
    sys.stdout.flush()
    sys.stderr.flush()
    for number in (signal.SIGPIPE, getattr(signal, "SIGXFSZ", signal.SIGPIPE)):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and what we become inherits it
    try:
        os.execvpe(argv[0], list(argv), dict(environment))
    except FileNotFoundError:
        tell(f"there is no program {quoted(argv[0])}.")
        sys.exit(_NOT_FOUND)
    except OSError as error:
        tell(f"{quoted(argv[0])} cannot be run: {error.strerror}.")
        sys.exit(_CANNOT_EXECUTE)
