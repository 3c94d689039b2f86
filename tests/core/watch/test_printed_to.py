import subprocess
import sys
from pathlib import Path

PROGRAM = (
    "from proctor.watch.printed_to import files_printed_to\n"
    "found = sorted(map(str, files_printed_to()))\n"
    "open('answer', 'w').write('\\n'.join(found))"
)


def ask(folder: Path, redirections: str) -> list[str]:
    """The files that a program with these redirections says it prints to."""
    subprocess.run(
        ["bash", "-c", f'exec "$0" -c "$1" {redirections}', sys.executable, PROGRAM],
        cwd=folder, check=True, timeout=20, capture_output=True,
    )  # fmt: skip
    return (folder / "answer").read_text().splitlines()


def test_files_that_output_and_errors_go_to_are_named(tmp_path: Path) -> None:
    out, errors = str(tmp_path / "out.txt"), str(tmp_path / "errors.txt")
    assert ask(tmp_path, "> out.txt 2> errors.txt") == [errors, out]
    assert ask(tmp_path, ">> out.txt 2>&1") == [out]


def test_pipes_devices_and_what_is_closed_are_no_files(tmp_path: Path) -> None:
    assert ask(tmp_path, "") == []
    assert ask(tmp_path, "> /dev/null") == []
    assert ask(tmp_path, ">&- 2>&-") == []
