"""`proctor scale`, `restart`, `stop` and `kill`."""

import click

from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.cli.steering import CLI, steer
from proctor.cli.targets import EVERYTHING
from proctor.cli.waiting import WaitingCommand, wait_option
from proctor.files.app_files import AppOptions
from proctor.model.commands import Kill, Restart, Scale, Stop
from proctor.model.formation import parse_scale


@click.command(cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
@click.argument("quantities", metavar="TYPE=N|TYPE+N|TYPE-N...", nargs=-1, required=True)
def scale(options: AppOptions, quantities: tuple[str, ...], wait_seconds: float | None) -> None:
    """Set how many processes of a type run (web=3), or change it (web+1, worker-1)."""
    asked = parse_scale(quantities)
    for note in asked.notes:
        tell(note)
    command = Scale(quantities=dict(asked.quantities), steps=dict(asked.steps), by=CLI)
    steer(options, [command], wait_seconds=wait_seconds)


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
@click.argument("target", metavar="PROCESS")
@click.argument("signal", metavar="[SIGNAL]", default="KILL")
def kill(options: AppOptions, target: str, signal: str) -> None:
    """Kill a process (web.1) and all that it has started, or send it another signal."""
    name = signal.upper().removeprefix("SIG")
    steer(options, [Kill(target=target, signal=name, by=CLI)])
