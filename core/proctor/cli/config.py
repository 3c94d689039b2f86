"""`proctor config`: the config of the app, as its env files and settings say it."""

import json
import os
import shlex
from collections.abc import Iterable, Mapping

import click

from proctor.cli.options import app_options
from proctor.cli.problems import tell
from proctor.errors import NotAchieved
from proctor.files.app_files import AppOptions, load_app
from proctor.model.environment import Environment
from proctor.model.quoting import printable, quoted

#: where variables come from that are not the app's own
_NOT_ITS_OWN = ("inherited", "default")


@click.command()
@app_options(search_upward=True)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("-s", "--shell", "for_shell", is_flag=True, help="Print lines that a shell can read")
@click.option("-j", "--json", "as_json", is_flag=True, help="Print one JSON object")
def config(options: AppOptions, names: tuple[str, ...], *, for_shell: bool, as_json: bool) -> None:
    """Print the config of the app; with NAMES, their values alone.

    That is what the env files and proctor.toml say, secrets in the open. A NAME may also be of
    the inherited environment: what is printed is what the app's processes are given.
    """
    app = load_app(options, os.environ)
    for warning in app.warnings:
        tell(warning)
    values = _named(app.environment, names) if names else _own(app.environment)
    if as_json:
        click.echo(json.dumps(values, indent=2))
    elif for_shell:
        _print(f"{name}={shlex.quote(value)}" for name, value in values.items())
    elif names:
        _print(values.values())
    else:
        width = max(map(len, values), default=0)
        for name, value in values.items():
            click.echo(f"{printable(name)}:{'':<{width - len(name)}} {printable(value)}")


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(os.fsencode(line))


def _own(environment: Environment) -> Mapping[str, str]:
    return {
        name: variable.value
        for name, variable in environment.variables.items()
        if variable.origin not in _NOT_ITS_OWN
    }


def _named(environment: Environment, names: tuple[str, ...]) -> Mapping[str, str]:
    values = environment.values()
    missing = [name for name in names if name not in values]
    if missing:
        raise NotAchieved(f"{quoted(missing[0])} is not set")
    return {name: values[name] for name in names}
