"""The table of settings, the options, the schema and the page of the documentation are one."""

import json
import re
from pathlib import Path

from proctor.cli.option_table import START_OPTIONS
from proctor.model.settings import Settings
from proctor.model.settings_schema import schema_text, settings_schema
from proctor.model.settings_table import APP_SETTINGS, SETTINGS, TYPE_SETTINGS
from proctor.model.type_settings import TypeSettings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text()
SCOPES = {"app": "app", "type": "process type", "both": "both"}
#: of one start alone: no file says them
NO_SETTINGS = {"root", "detach"}
#: kept by `AppConfiguration` itself
FIELDS_OF_THE_APP = {"procfile", "env_files", "port", "formation"}


def test_each_option_of_start_has_its_setting_and_each_flag_of_a_setting_its_option() -> None:
    flags = {name: entry.flag for name, entry in APP_SETTINGS.items() if entry.flag}
    options = {entry.key: entry for entry in START_OPTIONS if entry.key not in NO_SETTINGS}

    assert options.keys() == flags.keys()
    for name, entry in options.items():
        assert flags[name] in entry.names
        assert entry.choices == APP_SETTINGS[name].choices
        assert (entry.kind == "switch") == (APP_SETTINGS[name].kind == "switch")
        assert entry.off == (f"--no-{entry.names[0][2:]}" if entry.kind == "switch" else None)


def test_each_setting_has_its_field_and_each_field_its_setting() -> None:
    of_app = {entry.field for entry in APP_SETTINGS.values()}
    of_types = {entry.field for entry in TYPE_SETTINGS.values()}

    assert of_app == set(Settings.__struct_fields__) | FIELDS_OF_THE_APP
    assert of_types == set(TypeSettings.__struct_fields__)


def test_the_schema_that_is_shipped_is_that_of_the_table() -> None:
    shipped = (ROOT / "core" / "proctor" / "proctor.schema.json").read_text()

    assert shipped == schema_text(), "write it anew: proctor settings --schema"
    assert json.loads(shipped) == settings_schema()


def test_the_page_has_a_row_for_each_setting_in_the_order_of_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*?) \| (.*?) \| ([^|]*?) \|$", PAGE, re.MULTILINE)

    assert rows == [
        (
            entry.name,
            SCOPES[entry.scope],
            entry.meaning + (f": {', '.join(entry.choices)}" if entry.choices else ""),
            ""
            if entry.scope == "type"
            else ", ".join(
                f"`{word}`" for word in (entry.flag, entry.environment_name) if word is not None
            ),
        )
        for entry in SETTINGS
    ]
