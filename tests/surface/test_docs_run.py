"""What the documentation shows is what happens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def programs() -> list[object]:
    found: list[object] = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        blocks = [code for code in PYTHON.findall(page.read_text()) if "import " in code]
        for number, code in enumerate(blocks, start=1):
            found.append(pytest.param(code, id=f"{page.name}-{number}"))
    return found


@pytest.mark.parametrize("code", programs())
def test_a_program_of_the_documentation_runs(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_library_page_shows_what_its_program_prints(tmp_path: Path) -> None:
    (code,) = PYTHON.findall((ROOT / "docs/library.md").read_text())
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert "hello.2  up" in done.stdout
    assert "hello.2 hello from hello.2" in done.stdout
    assert "refused: there is no process or process type 'nothing'" in done.stdout


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])
def test_a_page_links_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [
        link
        for link in links
        if not link.startswith(("http:", "https:")) and not (page.parent / link).exists()
    ]
    assert not missing
