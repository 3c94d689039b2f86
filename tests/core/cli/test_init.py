import stat
from pathlib import Path

import pytest

from proctor.files.app_files import AppOptions, load_app
from proctor.model.type_settings import Dependency, ReadyWhenLogged
from support.shell import Shell

COMPOSE = """\
services:
  db:
    image: postgres:16
    environment: {KEY: s3cret, OTHER: "1"}
    deploy: {replicas: 2}
    networks: [back]
"""


@pytest.fixture
def folder(proctor: Shell, app_folder: Path) -> Path:
    """A folder without a Procfile, where the test stands."""
    (app_folder / "Procfile").unlink()
    return app_folder


async def test_one_sentence_says_what_was_written_and_what_to_do(
    proctor: Shell, folder: Path
) -> None:
    (folder / "package.json").write_text('{"scripts": {"dev": "vite"}}')
    outcome = await proctor("init")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        "Wrote Procfile from package.json: read it, then try 'proctor check' and 'proctor start'.\n"
    )
    checked = await proctor("check")
    assert (checked.code, checked.out) == (
        0,
        "web  npm run dev\nProcfile is valid: 1 process type\n",
    )


async def test_secrets_are_for_their_owner_alone(proctor: Shell, folder: Path) -> None:
    (folder / "docker-compose.yml").write_text(COMPOSE)
    outcome = await proctor("init")
    assert "Wrote Procfile, .env and proctor.toml from docker-compose.yml" in outcome.out
    assert "1 thing was not carried over" in outcome.out
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert "KEY=s3cret" in (folder / ".env").read_text()
    assert "s3cret" not in (folder / "Procfile").read_text() + outcome.out
    assert "# - db: networks (docker-compose.yml:6)" in (folder / "Procfile").read_text()
    assert "formation = {db = 2}" in (folder / "proctor.toml").read_text()
    assert (await proctor("check")).code == 0


async def test_the_app_that_is_read_from_drafts_is_the_one_they_were_made_from(
    proctor: Shell, folder: Path
) -> None:
    (folder / "process-compose.yaml").write_text(
        "processes:\n"
        "  web: {command: serve, depends_on: {db: {condition: process_healthy}},\n"
        '        environment: [KEY=it\'s "1"], shutdown: {timeout_seconds: 5}}\n'
        "  db: {command: database, replicas: 2, ready_log_line: up (now)}\n"
    )
    assert (await proctor("init")).code == 0
    app = load_app(AppOptions(folder=str(folder)), {})
    assert dict(app.formation) == {"web": 1, "db": 2}
    web, database = app.settings_of("web"), app.settings_of("db")
    assert web.after == (Dependency("db"),)
    assert (web.grace_seconds, web.on_exit) == (5, "stay")
    assert web.environment == {"KEY": 'it\'s "1"'}
    assert database.ready == ReadyWhenLogged(r"up\ \(now\)")


@pytest.mark.parametrize("words", [[], ["--force"]])
async def test_an_env_file_is_never_written_over(
    proctor: Shell, folder: Path, words: list[str]
) -> None:
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / ".env").write_text("OTHER=1\nMINE=x\n")
    outcome = await proctor("init", *words)
    assert (folder / ".env").read_text() == "OTHER=1\nMINE=x\n"
    lacking = (folder / ".env.draft").read_text()
    assert "KEY=s3cret" in lacking
    assert "OTHER" not in lacking
    assert ".env is as it was: add to it what .env.draft has." in outcome.out


@pytest.mark.parametrize("name", ["Procfile", "proctor.toml"])
async def test_what_is_there_is_written_over_only_by_force(
    proctor: Shell, folder: Path, name: str
) -> None:
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / name).write_text("mine: x\n")
    outcome = await proctor("init")
    assert outcome.code == 2
    assert f"'{name}' is there already: nothing was written" in outcome.err
    assert {path.name for path in folder.iterdir()} == {"compose.yaml", name}
    assert (await proctor("init", "--force")).code == 0
    assert "mine" not in (folder / name).read_text()


async def test_a_file_of_another_name_and_place_can_be_read(proctor: Shell, folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy/dev.yml").write_text("procs: {a: x, b c: y}\n")
    outcome = await proctor("init", "--from", "deploy/dev.yml")
    assert "from deploy/dev.yml" in outcome.out
    assert "it is called b-c here (deploy/dev.yml:1)" in (folder / "Procfile").read_text()


@pytest.mark.parametrize(
    ("files", "words", "sentence"),
    [
        ({}, [], "nothing here says what to run. Write one line for each process"),
        ({}, ["--from", "no.yaml"], "there is no file 'no.yaml' (--from)."),
        ({"compose.yaml": "a: [\n"}, [], "this is no YAML: "),
        ({"package.json": "{\n1}"}, [], "this is no JSON: "),
        ({"x.yaml": "a: 1\n"}, ["--from", "x.yaml"], "(x.yaml:1)."),
    ],
)
async def test_what_is_wrong_is_one_sentence_and_writes_nothing(
    proctor: Shell, folder: Path, files: dict[str, str], words: list[str], sentence: str
) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    outcome = await proctor("init", *words)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1
    assert {path.name for path in folder.iterdir()} == set(files)
