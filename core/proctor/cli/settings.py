"""`proctor settings`: each value with its origin."""

import json
import os
from collections.abc import Iterator

import click
from msgspec.structs import replace

from proctor.cli.options import settings_options
from proctor.cli.problems import tell
from proctor.cli.table import table
from proctor.errors import UserError
from proctor.files.app_files import (
    AppFiles,
    AppOptions,
    configuration_of,
    find_app,
    read_procfile_text,
)
from proctor.model.configuration import AppConfiguration
from proctor.model.procfile import read_procfile
from proctor.model.quoting import listed, printable, quoted
from proctor.model.resolution import DEFAULT, Written
from proctor.model.setting_texts import raw_value, value_text
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS, SettingEntry
from proctor.model.type_settings import TypeSettings

_HEADS = ("SETTING", "VALUE", "FROM")

Row = tuple[SettingEntry, Written]


@click.command()
@settings_options()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object")
@click.option("--schema", is_flag=True, help="Print the JSON schema of proctor.toml, for editors")
def settings(options: AppOptions, *, as_json: bool, schema: bool) -> None:
    """Say what counts for the app, or for process types, and where each value is set.

    With options of 'proctor start' it says what that start would do.
    """
    if schema:
        from proctor.model.settings_schema import schema_text  # noqa: PLC0415 - for this alone

        click.echo(schema_text(), nl=False)
        return
    types = tuple(word for word in options.words if "=" not in word)
    quantities = tuple(word for word in options.words if "=" in word)
    options = replace(options, words=quantities)
    files = find_app(options, os.environ)
    procfile = read_procfile(read_procfile_text(files), name=files.procfile_name)
    app = configuration_of(options, files, procfile, os.environ)
    for warning in (*app.warnings, *app.unread):
        tell(warning)
    for type_ in types:
        if type_ not in procfile.types:
            hint = f"The Procfile has {listed(procfile.types)}"
            raise UserError(f"there is no process type {quoted(type_)}", hint=hint)
    if as_json:
        shown = {type_: _as_json(_of_type(type_, files)) for type_ in types or procfile.types}
        whole = {} if types else {"app": _as_json(_of_app(app, files, options))}
        click.echo(json.dumps({**whole, "types": shown}, indent=2))
    elif types:
        click.echo("\n\n".join(_titled(type_, _of_type(type_, files)) for type_ in types))
    else:
        click.echo("\n\n".join(_whole(app, files, options)))


def _whole(app: AppConfiguration, files: AppFiles, options: AppOptions) -> Iterator[str]:
    yield _table(_of_app(app, files, options))
    for type_ in app.procfile.types:
        own = files.own(type_)
        if own:
            yield _titled(type_, [row for row in _of_type(type_, files) if row[0].name in own])


def _of_app(app: AppConfiguration, files: AppFiles, options: AppOptions) -> list[Row]:
    rows = {name: (entry, files.written(name)) for name, entry in APP_SETTINGS.items()}
    rows["formation"] = (
        APP_SETTINGS["formation"],
        Written(str(app.formation), ", ".join(_origins_of_formation(files, options)) or DEFAULT),
    )
    return list(rows.values())


def _origins_of_formation(files: AppFiles, options: AppOptions) -> Iterator[str]:
    for said in (files.said, files.flags):
        if (written := said.get("formation")) is not None:
            yield written.where
    if options.words:
        yield "arguments"


def _of_type(type_: str, files: AppFiles) -> list[Row]:
    own = files.own(type_)
    rows = []
    for name, entry in TYPE_SETTINGS.items():
        if name in own:
            rows.append((entry, own[name]))
        elif entry.scope == "both":
            rows.append((entry, files.written(name)))
        else:
            rows.append((entry, Written(getattr(TypeSettings(), entry.field), DEFAULT)))
    return rows


def _as_json(rows: list[Row]) -> dict[str, object]:
    return {
        entry.name: {"value": raw_value(entry, written.value), "from": written.where}
        for entry, written in rows
    }


def _titled(type_: str, rows: list[Row]) -> str:
    return f"[types.{type_}]\n{_table(rows)}"


def _table(rows: list[Row]) -> str:
    cells = [
        (entry.name, printable(value_text(entry, written.value)), printable(written.where))
        for entry, written in rows
    ]
    return table(_HEADS, cells)
