from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from proctor.cli.options import app_options, start_options
from proctor.errors import UserError
from proctor.files.app_files import AppOptions


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_start(*arguments: str) -> AppOptions:
    seen: list[AppOptions] = []

    @click.command()
    @start_options()
    def start(options: AppOptions) -> None:
        seen.append(options)

    result = CliRunner().invoke(start, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0]


def test_without_options_everything_is_left_to_the_files(folder: Path) -> None:
    assert read_start() == AppOptions(folder=str(folder))


def test_every_option_of_start_is_understood(folder: Path) -> None:
    options = read_start(
        *("-f", "Procfile.dev", "-d", "shop", "-e", "a, b", "-e", "c", "-p", "3000"),
        *("-m", "web=2", "-t", "5", "--on-exit", "stay", "--no-pty", "--fixed-ports"),
        *("--watch", "--no-tui", "--log-format", "json", "--app", "dev", "web=2", "worker"),
    )

    assert options == AppOptions(
        folder=str(folder),
        procfile="Procfile.dev",
        root="shop",
        env_files=("a", "b", "c"),
        port="3000",
        formation="web=2",
        words=("web=2", "worker"),
        flags={
            "app": "dev",
            "grace": "5",
            "on_exit": "stay",
            "pty": False,
            "fixed_ports": True,
            "watch": True,
            "tui": False,
            "log_format": "json",
        },
    )


@pytest.mark.parametrize("name", ["pty", "fixed-ports", "watch", "tui"])
def test_a_switch_can_be_turned_on_and_off(name: str) -> None:
    key = name.replace("-", "_")

    assert read_start(f"--{name}").flags == {key: True}
    assert read_start(f"--no-{name}").flags == {key: False}
    assert read_start(f"--no-{name}", f"--{name}").flags == {key: True}


def test_other_tools_spellings_are_understood() -> None:
    assert read_start("-c", "web=2").formation == "web=2"
    assert read_start("--concurrency", "web=2").formation == "web=2"
    assert read_start("--timeout", "7").flags == {"grace": "7"}


def test_no_env_file_can_be_asked_for() -> None:
    assert read_start("-e", "").env_files == ()


def test_other_commands_say_which_app_and_look_upward() -> None:
    seen: list[tuple[AppOptions, str]] = []

    @click.command()
    @app_options(search_upward=True)
    @click.argument("target")
    def stop(options: AppOptions, target: str) -> None:
        seen.append((options, target))

    CliRunner().invoke(stop, ["-f", "P", "web.1"], catch_exceptions=False)

    ((options, target),) = seen
    assert (options.procfile, options.search_upward, target) == ("P", True, "web.1")


def test_a_working_folder_that_has_gone_is_said(folder: Path) -> None:
    folder.rmdir()

    with pytest.raises(UserError, match="the working folder is no longer there"):
        read_start()
