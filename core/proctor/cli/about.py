"""`proctor version`, and what `proctor` alone says where there is no app."""

import click

import proctor
from proctor.errors import UserError


@click.command()
def version() -> None:
    """Say which proctor this is."""
    click.echo(f"proctor {proctor.__version__}")


@click.command()
def aliases() -> None:
    """List the spellings of other tools that work here, with what differs."""
    from proctor.cli.spellings import page  # noqa: PLC0415 - not for `version`

    click.echo(page())


@click.command()
def next_step() -> None:
    """Say what to do in a folder without a Procfile.

    Raises:
        UserError: always; there is nothing to run here.
    """
    from proctor.cli.app_above import problem_in_working_folder  # noqa: PLC0415 - not for `version`

    raise problem_in_working_folder() or UserError(
        "there is no Procfile in this folder",
        hint="Write one, as in 'web: python app.py', let 'proctor init' draft it, or see one at "
        "work with 'proctor demo'",
    )
