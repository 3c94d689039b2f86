"""What is written of a value is read as that value again."""

import pytest

from proctor.model.setting_texts import raw_value, value_text
from proctor.model.settings_file import read_settings_file
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS


@pytest.mark.parametrize(
    "written",
    [
        'procfile = "Procfile.dev"',
        'env_files = [".env", "b.env"]',
        "env_files = []",
        "port = 3000",
        "watch = true",
        "grace = 30",
        "grace = 0.25",
        "memory_limit = 512000000",
    ],
)
def test_a_value_of_the_app_is_written_as_it_was(written: str) -> None:
    (name, found), *_ = read_settings_file(written).app.items()

    assert f"{name} = {value_text(APP_SETTINGS[name], found.value)}" == written


@pytest.mark.parametrize(
    "written",
    [
        'watch = ["*.py"]',
        "watch = true",
        "watch = false",
        'after = ["db", {type = "cache", restart = true}]',
        "after = []",
        'ready = {log = "a \\"b\\" \\\\d"}',
        "ready = {tcp = 5432}",
        "ready = {tcp = true}",
        'ready = {tcp = "db:5432"}',
        'ready = {tcp = "[::1]:5432"}',
        'ready = {http = "/health"}',
        'ready = {command = "pg_isready -q"}',
        'env = {A = "1", "b.c" = "x"}',
        "port = 3000",
        'stop_signal = "INT"',
    ],
)
def test_so_is_that_of_a_type(written: str) -> None:
    file = read_settings_file(f"[types.web]\n{written}\n")
    ((name, found),) = file.types["web"].items()

    assert f"{name} = {value_text(TYPE_SETTINGS[name], found.value)}" == written


def test_what_is_not_set_is_a_dash_and_nothing_in_json() -> None:
    assert value_text(TYPE_SETTINGS["ready"], None) == "-"
    assert value_text(TYPE_SETTINGS["env"], {}) == "-"
    assert raw_value(TYPE_SETTINGS["port"], None) is None
