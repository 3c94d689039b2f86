"""Apps whose supervisor runs over fake runs."""

from collections.abc import AsyncIterator

import pytest

from support.supervised import SupervisedApp, configuration


@pytest.fixture
async def app() -> AsyncIterator[SupervisedApp]:
    """An app whose web.1 and worker.1 are up."""
    async with SupervisedApp() as app:
        await app.wait(1)
        assert app.states == {"web.1": "up", "worker.1": "up"}
        app.forget()
        yield app


@pytest.fixture
async def three() -> AsyncIterator[SupervisedApp]:
    """An app of three webs that are up."""
    async with SupervisedApp(configuration("web: ./web", formation={"web": 3})) as app:
        assert app.states == {"web.1": "up", "web.2": "up", "web.3": "up"}
        app.forget()
        yield app
