import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proctor.cli.settings import settings
from proctor.errors import UserError
from proctor.model.settings_schema import settings_schema
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS

FILE = """\
grace = "2m"
formation = "worker=2"

[types.web]
env = {API_KEY = "sesame", DATABASE_URL = "postgres://ada:sesame@db/shop", MODE = "dev"}
after = ["worker"]
ready = {tcp = true}
"""


@pytest.fixture(autouse=True)
def folder(app_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (app_folder / "proctor.toml").write_text(FILE)
    for name in ("PORT", "PROCFILE"):
        monkeypatch.delenv(name, raising=False)
    return app_folder


def run(*words: str) -> Result:
    return CliRunner().invoke(settings, words, catch_exceptions=False)


def rows(text: str) -> dict[str, tuple[str, str]]:
    """Setting -> its value and its origin, of the table's lines."""
    cells = [line.split("  ") for line in text.splitlines() if "  " in line]
    found = [[cell.strip() for cell in row if cell.strip()] for row in cells]
    return {row[0]: (row[1], row[2]) for row in found}


def test_each_setting_is_shown_with_its_origin(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("PORT=3000\n")
    monkeypatch.setenv("PROCTOR_ON_EXIT", "stay")

    whole, _, of_web = run("--no-pty").output.partition("\n[types.web]\n")

    found = rows(whole)
    assert list(found) == ["SETTING", *APP_SETTINGS]
    assert found["grace"] == ("120", "proctor.toml:1")
    assert found["formation"] == ('"web=1 worker=2"', "proctor.toml:2")
    assert found["port"] == ("3000", ".env:1")
    assert found["on_exit"] == ('"stay"', "inherited")
    assert found["pty"] == ("false", "--no-pty")
    assert found["watch"] == ("false", "default")
    assert found["memory_limit"] == ("-", "default")
    assert list(rows(of_web)) == ["SETTING", "after", "ready", "env"]


def test_a_type_is_shown_with_all_that_counts_for_it() -> None:
    text = run("web", "--grace", "9").output

    assert text.startswith("[types.web]\n")
    found = rows(text)
    assert list(found) == ["SETTING", *TYPE_SETTINGS]
    assert found["grace"] == ("9", "--grace")
    assert found["ready"] == ("{tcp = true}", "proctor.toml:7")
    assert found["after"] == ('["worker"]', "proctor.toml:6")
    assert found["group"] == ("-", "default")


def test_secrets_are_hidden() -> None:
    for words in ([], ["web"], ["--json"]):
        text = run(*words).output
        assert "sesame" not in text
        assert "********" in text
        assert "postgres://ada:********@db/shop" in text


def test_it_says_what_a_start_would_do() -> None:
    found = rows(run("web=3", "-m", "worker=0", "-p", "4000").output)

    assert found["formation"] == ('"web=3 worker=0"', "proctor.toml:2, --formation, arguments")
    assert found["port"] == ("4000", "--port")


def test_as_json_all_types_are_there_with_all_settings() -> None:
    found = json.loads(run("--json").output)

    assert list(found) == ["app", "types"]
    assert list(found["app"]) == list(APP_SETTINGS)
    assert found["app"]["grace"] == {"value": 120, "from": "proctor.toml:1"}
    assert list(found["types"]) == ["web", "worker"]
    assert list(found["types"]["worker"]) == list(TYPE_SETTINGS)
    assert found["types"]["web"]["env"]["value"]["MODE"] == "dev"
    assert found["types"]["worker"]["grace"] == {"value": 120, "from": "proctor.toml:1"}
    assert found["types"]["worker"]["watch"] == {"value": True, "from": "default"}
    assert list(json.loads(run("--json", "worker").output)) == ["types"]


def test_a_type_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match=r"no process type 'wob'\. The Procfile has web"):
        run("wob")


def test_the_schema_is_printed_where_there_is_no_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert json.loads(run("--schema").output) == settings_schema()


def test_odd_characters_do_not_steer_the_terminal(folder: Path) -> None:
    (folder / "proctor.toml").write_text('[types.web]\ngroup = "a\\u001b[2Jb\\u009b"\n')

    output = run().output
    assert "\x1b" not in output
    assert "\x9b" not in output
