"""`proctor watch`, `reload` and `quit`."""

import click

from proctor.cli.options import app_options
from proctor.cli.steering import CLI, steer
from proctor.cli.waiting import WaitingCommand, wait_option
from proctor.files.app_files import AppOptions
from proctor.model.commands import Quit, Reload, SetWatch


@click.command()
@app_options(search_upward=True)
@click.argument("switch", type=click.Choice(["on", "off"]))
def watch(options: AppOptions, switch: str) -> None:
    """Restart when a file is saved (on), or stop doing so (off)."""
    steer(options, [SetWatch(on=switch == "on", by=CLI)])


@click.command(cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
def reload(options: AppOptions, wait_seconds: float | None) -> None:
    """Read the Procfile and the env files again, and apply what has changed."""
    steer(options, [Reload(by=CLI)], wait_seconds=wait_seconds)


@click.command("quit", cls=WaitingCommand)
@app_options(search_upward=True)
@wait_option
@click.option("--now", "at_once", is_flag=True, help="Kill at once instead of asking to stop")
def quit_(options: AppOptions, wait_seconds: float | None, *, at_once: bool) -> None:
    """Stop all processes in order and end the app's supervisor; a second time kills at once."""
    steer(options, [Quit(at_once=at_once, by=CLI)], wait_seconds=wait_seconds)
