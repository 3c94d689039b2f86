from collections.abc import Iterator
from pathlib import Path

import pytest

from support.demo_app import DemoApp


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoApp]:
    app = DemoApp(tmp_path)
    yield app
    app.close()
