from collections.abc import Mapping

import pytest

from proctor.errors import UserError
from proctor.importing.sources import Folder, draft_of_file, draft_of_folder
from support.drafts import commands

DEV = '{"scripts": {"dev": "vite"}}'
COMPOSE = "services: {db: {image: postgres}}"


def folder(files: Mapping[str, str]) -> Folder:
    return Folder("shop", files.get, "linux")


@pytest.mark.parametrize(
    ("file", "text", "web"),
    [
        ("manage.py", "", "python manage.py runserver $PORT"),
        ("bin/rails", "", "bin/rails server -p $PORT"),
        ("app.py", "from flask import Flask\n", "flask --app app run --port $PORT"),
        ("main.py", "import fastapi\n", "uvicorn main:app --port $PORT"),
        ("main.py", "print(1)\n", "python main.py"),
        ("pyproject.toml", '[project]\nname = "my-shop"\n', "python -m my_shop"),
        ("pyproject.toml", '[project.scripts]\nshop = "x:y"\n', "shop"),
        ("pyproject.toml", "not TOML", "python -m app"),
        ("requirements.txt", "", "python app.py"),
        ("config.ru", "", "bundle exec rackup -p $PORT"),
        ("Gemfile", "", "bundle exec ruby app.rb -p $PORT"),
        ("artisan", "", "php artisan serve --port=$PORT"),
        ("go.mod", "", "go run ."),
        ("Cargo.toml", "", "cargo run"),
        ("mix.exs", "", "mix phx.server"),
        ("server.js", "", "node server.js"),
    ],
)
def test_the_language_tells_how_an_app_is_usually_started(file: str, text: str, web: str) -> None:
    draft = draft_of_folder(folder({file: text}))
    assert commands(draft)["web"] == web
    assert "A guess" in draft.notes[0]


def test_an_app_and_the_services_of_a_compose_file_stand_beside_one_another() -> None:
    made = draft_of_folder(folder({"package.json": DEV, "docker-compose.yml": COMPOSE}))
    assert commands(made) == {"web": "npm run dev", "db": "docker run --rm postgres"}
    assert made.sources == ("package.json", "docker-compose.yml")


def test_scripts_beside_a_server_of_another_language_make_its_assets() -> None:
    made = commands(draft_of_folder(folder({"manage.py": "", "package.json": DEV})))
    assert made["web"].startswith("python")
    assert made["assets"] == "npm run dev"


def test_a_file_that_says_all_is_enough() -> None:
    made = draft_of_folder(folder({"mprocs.yaml": "procs: {a: x}", "package.json": DEV}))
    assert commands(made) == {"a": "x"}


def test_a_package_that_starts_nothing_does_not_stand_in_the_way() -> None:
    made = draft_of_folder(folder({"package.json": "{}", "compose.yaml": COMPOSE}))
    assert list(commands(made)) == ["db"]


def test_a_service_that_has_the_name_of_the_app_gives_way() -> None:
    services = "services: {web: {image: nginx}}"
    made = draft_of_folder(folder({"package.json": DEV, "compose.yaml": services}))
    assert commands(made) == {"web": "npm run dev"}
    assert "another process of this name" in made.left[-1].what


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("x/package.json", DEV),
        ("prod.yml", "services: {a: {image: x}}"),
        ("dev.yaml", "procs: {a: x}"),
        ("all.yaml", "processes: {a: {command: x}}"),
        ("mprocs.json", '{"procs": {"a": {"shell": "x"}}}'),
    ],
)
def test_a_file_is_known_by_what_it_holds(file: str, text: str) -> None:
    assert len(draft_of_file(text, file, folder({})).processes) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "nothing here says what to run. Write one line"),
        (
            {"compose.yaml": "services:\n  a: {build: .}\n"},
            r"\(a: it is built\) \(compose\.yaml:2\)",
        ),
        ({"mprocs.yaml": "procs: {}"}, r"nothing in it to run \(mprocs\.yaml\)"),
    ],
)
def test_where_there_is_nothing_to_run_it_is_said_what_to_do(
    files: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        draft_of_folder(folder(files))


def test_a_file_that_nobody_knows_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"neither 'processes', 'procs' nor 'services' \(x\.yaml:1\)"
    ):
        draft_of_file("a: 1", "x.yaml", folder({}))
    with pytest.raises(UserError, match=r"no script in it starts the app \(package\.json:1\)"):
        draft_of_file("{}", "package.json", folder({}))
