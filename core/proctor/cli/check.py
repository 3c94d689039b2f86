"""`proctor check`: is the Procfile valid, and which process types does it have?"""

import json
import os

import click

from proctor.cli.options import app_options
from proctor.errors import UserError
from proctor.files.app_files import AppOptions, find_app, read_procfile_text
from proctor.model.procfile import Examination, Procfile, Remark, examine_procfile
from proctor.model.quoting import printable


@click.command()
@app_options(search_upward=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object")
def check(options: AppOptions, *, as_json: bool) -> None:
    """Say whether the Procfile is valid, and list its process types.

    Exits with 0 if it is, with 1 if it is not.
    """
    examination, name = _examine(options)
    if as_json:
        click.echo(json.dumps(_as_json(examination), indent=2))
    else:
        _print(examination, name)
    if examination.errors:
        click.get_current_context().exit(1)


def _examine(options: AppOptions) -> tuple[Examination, str]:
    try:
        files = find_app(options, os.environ)
        return examine_procfile(read_procfile_text(files)), files.procfile_name
    except UserError as problem:
        # No line to point at: the whole sentence is the message.
        return Examination(Procfile(()), (Remark(str(problem).rstrip("."), 0),)), ""


def _as_json(examination: Examination) -> dict[str, object]:
    return {
        "valid": not examination.errors,
        "processes": [
            {"name": entry.type, "command": entry.command_line, "line": entry.line_number}
            for entry in examination.procfile.entries
        ],
        "warnings": [_remark_as_json(remark) for remark in examination.procfile.warnings],
        "errors": [_remark_as_json(remark) for remark in examination.errors],
    }


def _remark_as_json(remark: Remark) -> dict[str, object]:
    return {"message": _words(remark), "line": remark.line_number or None}


def _print(examination: Examination, name: str) -> None:
    entries = examination.procfile.entries
    width = max((len(entry.type) for entry in entries), default=0)
    for entry in entries:
        click.echo(f"{entry.type:<{width}}  {printable(entry.command_line)}")
    for warning in examination.procfile.warnings:
        click.echo(f"{name}:{warning.line_number}: warning: {_words(warning)}")
    for error in examination.errors:
        place = f"{name}:{error.line_number}: " if error.line_number else ""
        click.echo(f"{place}{_words(error)}")
    if not name:
        return
    if examination.errors:
        click.echo(f"{name} is not valid")
    else:
        count = "1 process type" if len(entries) == 1 else f"{len(entries)} process types"
        click.echo(f"{name} is valid: {count}")


def _words(remark: Remark) -> str:
    return f"{remark.message}. {remark.hint}" if remark.hint else remark.message
