import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from proctor.watch.changes import ChangeSet
from proctor.watch.lookout import Subject
from proctor.watch.notifier import Notifier
from proctor.watch.watcher import Watcher

WITHIN_SECONDS = 15.0


@dataclass
class Seen:
    """What a watcher has told, and ways to wait for it."""

    root: Path
    watcher: Watcher
    changes: list[ChangeSet] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    recoveries: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    sentinels: int = 0

    def changed(self, change: ChangeSet) -> None:
        self.changes.append(change)
        self.at.append(time.monotonic())
        self.news.set()

    def failed(self, words: str) -> None:
        self.problems.append(words)
        self.news.set()

    def recovered(self) -> None:
        self.recoveries += 1
        self.news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                while not holds():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            pytest.fail(f"not seen; changes: {self.changes}, problems: {self.problems}")

    async def next(self) -> ChangeSet:
        """The next change set."""
        await self.until(lambda: bool(self.changes))
        return self.changes.pop(0)

    async def settled(self) -> list[ChangeSet]:
        """All that was told until now: a file of ours is changed, and waited for."""
        self.sentinels += 1
        name = f"sentinel{self.sentinels}.txt"
        # Time is what is meant here: enough silence that the sentinel is a burst of its own.
        await asyncio.sleep(0.5)
        (self.root / name).write_text("x")
        await self.until(lambda: any(name in change.paths for change in self.changes))
        told = [change for change in self.changes if name not in change.paths]
        self.changes.clear()
        return told


Start = Callable[..., contextlib.AbstractAsyncContextManager[Seen]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app.py").write_text("print('one')\n")
    (folder / "Procfile").write_text("web: python app.py\n")
    return folder


@pytest.fixture
def watching(root: Path) -> Start:
    @contextlib.asynccontextmanager
    async def start(
        open_notifier: Callable[[Path], Notifier] | None = None, **subject: object
    ) -> AsyncIterator[Seen]:
        watcher = Watcher(
            Subject(root, **subject),  # type: ignore[arg-type]
            changed=lambda change: seen.changed(change),  # noqa: PLW0108 - `seen` comes after
            failed=lambda words: seen.failed(words),  # noqa: PLW0108 - the same
            recovered=lambda: seen.recovered(),  # noqa: PLW0108 - the same
            open_notifier=open_notifier,
        )
        seen = Seen(root, watcher)
        task = asyncio.create_task(watcher.run(), name="watcher under test")
        ready = asyncio.create_task(watcher.ready())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        try:
            yield seen
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return start
