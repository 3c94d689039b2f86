"""An env file that every user of the machine can read, at one start after the other."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.program import Workplace

WARNING = "every user of this machine can read .env (chmod 600 .env ends that)"


@pytest.fixture
def open_place() -> Iterator[Workplace]:
    """A place that others may enter."""
    with (
        tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as base,
        tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime,
    ):
        workplace = Workplace(Path(base), Path(runtime))
        for folder in (Path(base), workplace.folder):
            folder.chmod(0o755)
        try:
            yield workplace
        finally:
            workplace.end()


def warned(place: Workplace) -> bool:
    """Start the app and end it: whether it warned."""
    program = place.start("--on-exit", "stop-all")
    assert program.wait() == 0
    return WARNING in program.output


def test_it_is_warned_of_at_the_first_start_and_after_a_change_alone(open_place: Workplace) -> None:
    open_place.procfile(worker="echo done")
    env_file = open_place.folder / ".env"
    env_file.write_text("KEY=secret\n")
    env_file.chmod(0o644)
    assert [warned(open_place) for _ in range(3)] == [True, False, False]
    env_file.write_text("KEY=another\n")
    assert [warned(open_place) for _ in range(2)] == [True, False]
