"""`proctor demo`: a small app to look at, in a folder of its own."""

import os
import shlex
from pathlib import Path

import click

from proctor.demo.copy import copy_demo, unused_folder
from proctor.files.app_files import AppOptions


@click.command()
@click.argument("folder", required=False)
@click.option("-p", "--port", metavar="PORT", help="Base port  [$PORT or 5006]")
@click.option("--watch", is_flag=True, help="Restart when a file is saved")
@click.option("--no-tui", is_flag=True, help="Print the log stream instead of the screen")
@click.option("--no-run", is_flag=True, help="Copy it, and leave the running to you")
def demo(folder: str | None, port: str | None, *, watch: bool, no_tui: bool, no_run: bool) -> None:
    """Copy a small demo app into a new folder, and run it."""
    place = Path(folder).absolute() if folder else unused_folder(Path.cwd())
    copy_demo(place)
    shown = shlex.quote(os.path.relpath(place))
    click.echo(f"The demo app is in {shown}. Run it again with: cd {shown} && proctor")
    if no_run:
        return
    from proctor.cli.launch import launch  # noqa: PLC0415 - the copy alone needs none of it

    flags = {"tui": not no_tui, "watch": watch}
    raise SystemExit(launch(AppOptions(folder=str(place), port=port, flags=flags)))
