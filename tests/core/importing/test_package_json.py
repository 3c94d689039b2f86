import json
from collections.abc import Iterable

import pytest

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft
from proctor.importing.package_json import draft_package_json
from support.drafts import app_settings, commands, left


def draft(scripts: dict[str, str], *, names: Iterable[str] = (), **more: object) -> AppDraft:
    text = json.dumps({"name": "shop", "scripts": scripts, **more}, indent=2)
    made = draft_package_json(text, names=names)
    assert made is not None
    return made


def test_the_script_that_starts_the_app_is_its_web() -> None:
    made = draft({"build": "vite build", "dev": "vite", "start": "node ."})
    assert commands(made) == {"web": "npm run dev"}
    assert left(made) == ["the other scripts: build, start (package.json:4)"]


def test_scripts_that_work_beside_it_are_processes() -> None:
    made = draft({"start": "node .", "worker": "node worker", "watch": "tsc -w"})
    assert commands(made) == {
        "web": "npm run start", "worker": "npm run worker", "watch": "npm run watch",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "names", "manager"),
    [
        ({}, (), "npm"),
        ({}, ("yarn.lock",), "yarn"),
        ({}, ("pnpm-lock.yaml", "package-lock.json"), "pnpm"),
        ({"packageManager": "bun@1.2"}, ("yarn.lock",), "bun"),
    ],
)
def test_scripts_are_run_by_the_package_manager_of_the_folder(
    more: dict[str, str], names: tuple[str, ...], manager: str
) -> None:
    assert commands(draft({"dev": "x"}, names=names, **more)) == {"web": f"{manager} run dev"}


def test_what_concurrently_runs_is_a_line_each() -> None:
    made = draft(
        {
            "dev": """concurrently -k -n "api,css" 'npm:dev:*' "tsc -w --pretty" "npm run jobs" """,
            "dev:server": "x",
            "dev:css": "x",
            "jobs": "x",
        }
    )
    assert commands(made) == {
        "server": "npm run dev:server",
        "css": "npm run dev:css",
        "tsc": 'export PATH="$PWD/node_modules/.bin:$PATH"; tsc -w --pretty',
        "jobs": "npm run jobs",
    }
    assert app_settings(made) == {"on_exit": "stop-all"}


def test_names_that_concurrently_gives_are_kept() -> None:
    made = draft({"dev": 'concurrently --names=API,css "npm run a" "npm:b -- --port 1"',
                  "a": "x", "b": "x"})  # fmt: skip
    assert commands(made) == {"API": "npm run a", "css": "npm run b -- --port 1"}


def test_a_pattern_may_leave_some_out() -> None:
    made = draft({"dev": 'concurrently "npm:watch-*(!css)"', "watch-js": "x", "watch-css": "x"})
    assert commands(made) == {"js": "npm run watch-js"}


def test_what_concurrently_can_and_proctor_cannot_is_named() -> None:
    made = draft({"dev": 'concurrently --restart-tries 3 -c red "a" "a"'})
    assert list(commands(made)) == ["a", "a-2"]
    assert "--restart-tries 3 (package.json:4)" in left(made)
    assert app_settings(made) == {"on_exit": "stay"}


def test_a_command_is_named_after_the_part_of_the_app_that_it_is_about() -> None:
    made = draft(
        {
            "dev": 'concurrently "npm run dev --prefix ./client" "yarn workspace @shop/api dev" '
            '"cd admin && npm start" "cross-env X=1 npx vite" "pnpm --filter=web dev"'
        }
    )
    assert list(commands(made)) == ["client", "api", "admin", "vite", "web"]


def test_what_would_run_before_a_script_that_is_spread_is_named() -> None:
    made = draft({"prestart": "x", "start": "run-p --race a", "a": "x"})
    assert left(made) == ["prestart: run it by hand before the start (package.json:4)"]
    assert app_settings(made) == {"on_exit": "stop-all"}


@pytest.mark.parametrize(
    "script", ["run-p dev:*", "npm-run-all --parallel dev:*", "npx run-p dev:*"]
)
def test_what_npm_run_all_runs_beside_one_another_is_a_line_each(script: str) -> None:
    made = draft({"start": script, "dev:a": "x", "dev:b": "x", "dev:b:deep": "x"})
    assert commands(made) == {"a": "npm run dev:a", "b": "npm run dev:b"}


@pytest.mark.parametrize(
    "script",
    [
        "npm run build && concurrently a b", "concurrently", "run-s a b", "concurrently 'a",
        "npm-run-all a b", "concurrently a > log",
    ],
)  # fmt: skip
def test_a_script_that_does_more_stays_one_line(script: str) -> None:
    assert commands(draft({"dev": script, "a": "x", "b": "x"})) == {"web": "npm run dev"}


def test_operators_within_quotes_do_not_matter() -> None:
    made = draft({"dev": 'concurrently "npm run a" "x && y"', "a": "x"})
    assert list(commands(made)) == ["a", "x"]


def test_a_package_that_starts_nothing_makes_no_draft() -> None:
    assert draft_package_json('{"scripts": {"test": "x"}}') is None
    assert draft_package_json("{}") is None


def test_a_script_that_is_no_text_is_told_with_its_line() -> None:
    with pytest.raises(UserError, match=r"'dev' is not a text \(package\.json:2\)"):
        draft_package_json('{"scripts": {\n"dev": []}}')
