"""A place where the real program is run, and where nothing may be left of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.program import Workplace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory(prefix="p", dir="/tmp") as runtime:
        workplace = Workplace(tmp_path, Path(runtime))
        try:
            yield workplace
        finally:
            workplace.end()
