"""`proctor scale`, `restart`, `stop` and `kill`."""

import click

from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.cli.steering import CLI, steer
from proctor.cli.targets import EVERYTHING
from proctor.cli.waiting import WaitingCommand, wait_option
from proctor.cli.which_app import brief_session_of
from proctor.control.brief import run_briefly
from proctor.errors import UserError
from proctor.files.app_files import AppOptions
from proctor.model.commands import Kill, Restart, Scale, Stop
from proctor.model.formation import parse_scale


@click.command(cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
@click.argument("quantities", metavar="TYPE=N|TYPE+N|TYPE-N...", nargs=-1)
def scale(options: AppOptions, quantities: tuple[str, ...], wait_seconds: float | None) -> None:
    """Set how many processes of a type run (web=3), or change it (web+1, worker-1).

    Without arguments it prints how many are wanted.
    """
    if not quantities:
        click.echo(run_briefly(_formation(options)))
        return
    asked = parse_scale(quantities)
    for note in asked.notes:
        tell(note)
    command = Scale(quantities=dict(asked.quantities), steps=dict(asked.steps), by=CLI)
    steer(options, [command], wait_seconds=wait_seconds)


async def _formation(options: AppOptions) -> str:
    async with brief_session_of(options) as session:
        types = (await session.snapshot()).types
    return " ".join(f"{each.type}={each.quantity}" for each in types)


@click.command(cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
@click.argument("targets", metavar="[TYPE|PROCESS]...", nargs=-1)
def restart(options: AppOptions, targets: tuple[str, ...], wait_seconds: float | None) -> None:
    """Restart all processes, those of a type (web) one after the other, or one (web.1)."""
    commands = [Restart(target=target, by=CLI) for target in targets or (EVERYTHING,)]
    steer(options, commands, wait_seconds=wait_seconds)


@click.command(cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
@click.argument("targets", metavar="[TYPE|PROCESS]...", nargs=-1)
def stop(options: AppOptions, targets: tuple[str, ...], wait_seconds: float | None) -> None:
    """Stop processes and keep them down until 'proctor start'; a second time kills at once.

    The app's supervisor stays: 'proctor quit' ends it.
    """
    commands = [Stop(target=target, by=CLI) for target in targets or (EVERYTHING,)]
    steer(options, commands, wait_seconds=wait_seconds)


@click.command()
@app_options(search_upward=True)
@click.argument("target", metavar="PROCESS", required=False)
@click.argument("signal", metavar="[SIGNAL]", default="KILL")
def kill(options: AppOptions, target: str | None, signal: str) -> None:
    """Kill a process (web.1) and all that it has started, or send it another signal."""
    if target is None:
        raise UserError(
            "nothing says what to kill",
            hint="Say 'proctor kill web.1' for a process, 'proctor quit --now' for the whole app",
        )
    name = signal.upper().removeprefix("SIG")
    steer(options, [Kill(target=target, signal=name, by=CLI)])
