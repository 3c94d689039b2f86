"""`proctor export systemd`: the app as units that run without proctor."""

import os
import pwd
import re
import shlex
from pathlib import Path

import click

from proctor.cli.options import export_options
from proctor.cli.problems import tell
from proctor.errors import UserError
from proctor.exporting.systemd import Scope, SystemdWishes, prefix_of, systemd_drafts
from proctor.files.app_files import AppOptions, load_app
from proctor.files.drafts import write_drafts
from proctor.model.drafts import Draft
from proctor.model.quoting import printable, quoted

_STANDARD_OUTPUT = "-"
_SYSTEM_FOLDER = "/etc/systemd/system"
_OF_THE_SYSTEM = (_SYSTEM_FOLDER, "/run/systemd/system", "/usr/local/lib/systemd/system")
_USER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@click.command()
@click.argument("format_", metavar="systemd")
@click.argument("folder", metavar="[DIR]", required=False)
@export_options()
@click.option(
    "--user-units/--system",
    "user_units",
    default=None,
    help="Units of yours, or of the whole system  [yours]",
)
@click.option("-u", "--user", metavar="NAME", help="Whom system units run as  [you]")
@click.option("-l", "--log", metavar="DIR", help="A log file for each process  [the journal]")
@click.option("--force", is_flag=True, help="Write over what is there")
@click.option("--dry-run", is_flag=True, help="Print all of it, secrets masked (so does DIR -)")
def export(  # noqa: PLR0913 - an argument for each option
    options: AppOptions,
    *,
    format_: str,
    folder: str | None,
    user_units: bool | None,
    user: str | None,
    log: str | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Write the app down as systemd units: a target, and a service for each process.

    Each file is a draft that says in comments what it could not carry over.
    """
    if format_ != "systemd":
        raise UserError(
            f"proctor does not export to {quoted(format_)}", hint="Write: proctor export systemd"
        )
    printed = dry_run or folder == _STANDARD_OUTPUT
    named = None if folder in (None, _STANDARD_OUTPUT) else _absolute(options, str(folder))
    scope = _scope(user_units=user_units, user=user, folder=named)
    place = named or _usual_folder(scope)
    configuration = load_app(options, os.environ)
    wishes = SystemdWishes(
        folder=str(place),
        scope=scope,
        user=_runs_as(user) if scope == "system" else None,
        log_folder=None if log is None else str(_absolute(options, log)),
        search_path=os.environ.get("PATH"),
    )
    drafts = systemd_drafts(configuration, wishes)
    for warning in configuration.warnings:
        tell(warning)
    if printed:
        for draft in drafts:
            click.echo(f"# ==> {draft.name} <==\n{draft.shown or draft.text}")
        return
    write_drafts(place, drafts, force=force)
    if wishes.log_folder is not None:
        _make_log_folder(Path(wishes.log_folder))
    _tell_written(place, drafts, scope=scope, prefix=prefix_of(configuration))


def _absolute(options: AppOptions, name: str) -> Path:
    return Path(os.path.normpath(Path(options.folder) / Path(name).expanduser()))


def _scope(*, user_units: bool | None, user: str | None, folder: Path | None) -> Scope:
    if user_units and user is not None:
        raise UserError("units of yours run as you", where="--user", hint="Name --system as well")
    if user_units is not None:
        return "user" if user_units else "system"
    # As in `foreman export systemd /etc/systemd/system -u ada`: whose units they are is said.
    for_the_system = folder is not None and str(folder) in _OF_THE_SYSTEM
    return "system" if for_the_system or user is not None else "user"


def _usual_folder(scope: Scope) -> Path:
    if scope == "system":
        return Path(_SYSTEM_FOLDER)
    settings = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(settings) / "systemd" / "user"


def _runs_as(user: str | None) -> str:
    if user is None:
        return os.environ.get("SUDO_USER") or _own_name()
    if not _USER_NAME.fullmatch(user):
        raise UserError(f"{quoted(user)} is no user's name", where="--user")
    return user


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user without a name; its number says the same
        return str(os.getuid())


def _make_log_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder for the logs cannot be made: {error.strerror}",
            where=printable(str(folder)),
            hint="The units are written; make it before you start them",
        ) from error


def _tell_written(place: Path, drafts: tuple[Draft, ...], *, scope: Scope, prefix: str) -> None:
    services = sum(draft.name.endswith(".service") for draft in drafts)
    private = [draft.name for draft in drafts if draft.private]
    kept = f", and {' '.join(private)} that its owner alone may read" if private else ""
    click.echo(
        f"Wrote {prefix}.target, {services} service{'' if services == 1 else 's'}{kept} to {place}."
    )
    manager = "systemctl" if scope == "system" else "systemctl --user"
    steps = [f"{manager} daemon-reload"]
    if place != _usual_folder(scope) and str(place) not in _OF_THE_SYSTEM:
        units = [draft.name for draft in drafts if not draft.private]
        steps.insert(0, f"{manager} link {' '.join(shlex.quote(f'{place}/{n}') for n in units)}")
    steps.append(f"{manager} enable --now {prefix}.target")
    click.echo(f"Read what their comments say is not carried over, then: {' && '.join(steps)}")
