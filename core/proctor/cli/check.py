"""`proctor check`: are the app's files valid, and which process types does it have?"""

import json
import os

import click
from msgspec.structs import replace

from proctor.cli.options import app_options
from proctor.errors import UserError
from proctor.files.app_files import (
    AppFiles,
    AppOptions,
    configuration_of,
    find_app,
    read_procfile_text,
    settings_of_others,
    warnings_beside,
)
from proctor.model.procfile import Examination, Procfile, Remark, examine_procfile
from proctor.model.quoting import printable
from proctor.model.settings import SETTINGS_FILE


@click.command()
@app_options(search_upward=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object")
def check(options: AppOptions, *, as_json: bool) -> None:
    """Say whether the Procfile is valid, and list its process types.

    Looks at proctor.toml and the env files as well. Exits with 0 if they are valid, else with 1.
    """
    examination, files = _examine(options)
    if as_json:
        click.echo(json.dumps(_as_json(examination), indent=2))
    else:
        _print(examination, files)
    if examination.errors:
        click.get_current_context().exit(1)


def _examine(options: AppOptions) -> tuple[Examination, AppFiles | None]:
    try:
        files = find_app(options, os.environ)
        found = examine_procfile(read_procfile_text(files))
    except UserError as problem:
        return Examination(Procfile(()), (_whole_sentence(problem),)), None
    beside = (*warnings_beside(files, found.procfile.types), *settings_of_others(files))
    warnings = tuple(Remark(words, 0) for words in beside)
    procfile = replace(found.procfile, warnings=(*found.procfile.warnings, *warnings))
    errors = found.errors
    if not errors:
        try:
            configuration_of(options, files, procfile, os.environ)
        except UserError as problem:
            errors = (_whole_sentence(problem),)
    return Examination(procfile, errors), files


def _whole_sentence(problem: UserError) -> Remark:
    """Of a problem that names its place itself, or has none."""
    return Remark(str(problem).rstrip("."), 0)


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


def _print(examination: Examination, files: AppFiles | None) -> None:
    entries = examination.procfile.entries
    width = max((len(entry.type) for entry in entries), default=0)
    for entry in entries:
        click.echo(f"{entry.type:<{width}}  {printable(entry.command_line)}")
    name = "" if files is None else files.procfile_name
    for warning in examination.procfile.warnings:
        click.echo(f"{_place(warning, name)}warning: {_words(warning)}")
    for error in examination.errors:
        click.echo(f"{_place(error, name)}{_words(error)}")
    if files is None:
        return
    if examination.errors:
        is_of_procfile = any(error.line_number for error in examination.errors)
        click.echo(f"{name if is_of_procfile else 'the app'} is not valid")
        return
    count = "1 process type" if len(entries) == 1 else f"{len(entries)} process types"
    click.echo(f"{name} is valid: {count}")
    if files.settings_file is not None:
        click.echo(f"{SETTINGS_FILE} is valid")


def _place(remark: Remark, name: str) -> str:
    return f"{name}:{remark.line_number}: " if remark.line_number else ""


def _words(remark: Remark) -> str:
    return f"{remark.message}. {remark.hint}" if remark.hint else remark.message
