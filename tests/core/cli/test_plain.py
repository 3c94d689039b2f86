from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from proctor.cli.option_table import START_OPTIONS, OptionEntry
from proctor.cli.options import start_options
from proctor.cli.plain import read_plainly
from proctor.files.app_files import AppOptions

VALUES = {"text": "text-1", "texts": "a,b"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_by_click(words: list[str]) -> AppOptions:
    seen: list[AppOptions] = []

    @click.command()
    @start_options()
    def start(options: AppOptions) -> None:
        seen.append(options)

    result = CliRunner().invoke(start, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0]


def said(entry: OptionEntry, name: str) -> list[str]:
    if entry.kind == "switch":
        return [name]
    return [name, entry.choices[-1] if entry.kind == "choice" else VALUES[entry.kind]]


@pytest.mark.parametrize(
    ("entry", "name"),
    [(entry, name) for entry in START_OPTIONS for name in (*entry.names, entry.off) if name],
)
def test_each_option_means_what_it_means_to_click(entry: OptionEntry, name: str) -> None:
    words = said(entry, name)

    assert read_plainly(words) == read_by_click(words) != read_by_click([])


@pytest.mark.parametrize("several", [2, 3, len(START_OPTIONS)])
def test_so_do_several_options_and_quantities_together(several: int) -> None:
    for first in range(len(START_OPTIONS)):
        entries = [START_OPTIONS[(first + n) % len(START_OPTIONS)] for n in range(several)]
        words = ["web=2", *(word for entry in entries for word in said(entry, entry.names[-1]))]
        words += ["worker=0", "-e", "c", "--env", ""]

        assert read_plainly(words) == read_by_click(words)


def test_no_words_at_all_are_plain() -> None:
    assert read_plainly([]) == read_by_click([])


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--no-such-option"],
        ["--port=3000"],
        ["-p3000"],
        ["-p"],
        ["-p", "--watch"],
        ["-p", "1", "-p", "2"],
        ["--on-exit", "never"],
        ["--wait"],
        ["--", "web=2"],
        ["web"],
        ["web.1", "--no-tui"],
        [""],
    ],
)
def test_all_else_is_left_to_click(words: list[str]) -> None:
    assert read_plainly(words) is None
