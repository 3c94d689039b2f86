"""The shape of the code: who may import whom, and how large a file may be."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
MOST_LINES_OF_TESTS = 500  # many small cases are long without being hard to read
SOURCES = sorted(
    path
    for folder in ("core", "tui", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
NO_NAMES = {"utils", "helpers", "common", "manager", "base", "misc", "types"}


def test_the_import_contracts_are_kept() -> None:
    outcome = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_or_says_why_not(path: Path) -> None:
    lines = path.read_text().splitlines()
    test = path.is_relative_to(ROOT / "tests")
    if len(lines) <= (MOST_LINES_OF_TESTS if test else MOST_LINES):
        return
    comments = [line for line in lines if line.startswith("#")]
    assert comments, f"{path}: {len(lines)} lines"
    assert "long" in comments[0], f"{path}: {len(lines)} lines, and its first comment says not why"


def test_a_file_is_named_after_what_is_in_it() -> None:
    assert [path for path in SOURCES if path.stem in NO_NAMES] == []


def test_the_project_speaks_of_itself_alone() -> None:
    words = ("DESIGN.md", "issue ", "/work/")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (*SOURCES, *(ROOT / "docs").rglob("*.md"))
        if path != Path(__file__)
        for word in words
        if word in path.read_text()
    ]
    assert found == []
