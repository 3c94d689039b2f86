import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from proctor.assembly.services import Needs, Services
from proctor.assembly.surroundings import Surroundings
from proctor.errors import UserError
from proctor.model.configuration import AppConfiguration
from proctor.model.names import ProcessName
from proctor.runtime import services as keeping
from proctor.runtime.mailbox import ConfigurationRead, FilesChanged, Item, Mailbox, WatchTroubled
from support import histories
from support.eventually import eventually
from support.fakes import FakeSession
from support.supervised import configuration, reading


class Around:
    """An app's services, and what they say: no app runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.guardian = socket.socket(socket.AF_UNIX)
        self.mailbox = Mailbox()
        self.said: list[str] = []
        self.sampled: list[object] = []
        self.trees: Callable[[], dict[ProcessName, int]] = dict
        self.reading: Callable[[], AppConfiguration] = self.configuration
        self.watched: Callable[[], AppConfiguration] = self.configuration

    def configuration(self) -> AppConfiguration:
        return msgspec.structs.replace(
            configuration(), root=str(self.root), procfile_path=str(self.root / "Procfile")
        )

    def services(self) -> Services:
        around = Surroundings(
            guardian=self.guardian,
            guardian_pid=1,
            read_again=lambda: self.reading(),  # noqa: PLW0108 - replaced by a test later
        )
        needs = Needs(
            configuration=lambda: self.watched(),  # noqa: PLW0108 - the same
            trees=lambda: self.trees(),  # noqa: PLW0108 - the same
            seen=lambda: True,
            sampled=self.sampled.append,
            limited=lambda: False,
            say=self.said.append,
            lease_given_up=lambda: None,
        )
        return Services(around, FakeSession(histories.shop()), self.mailbox, needs, watch=True)

    async def told(self) -> Item:
        return await asyncio.wait_for(self.mailbox.next(), 10)

    async def told_of_a_save(self) -> Item:
        """Save a file until something is told of it; the watch may still be beginning."""
        told = asyncio.create_task(self.told())
        while not told.done():
            (self.root / "state.txt").write_text(f"{time.monotonic()}")
            await asyncio.wait([told], timeout=0.3)
        return told.result()


@pytest.fixture
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Around]:
    monkeypatch.setattr(keeping, "FIRST_WAIT_SECONDS", 0.01)
    root = tmp_path / "app"
    root.mkdir()
    around = Around(root)
    yield around
    around.guardian.close()


async def test_a_fault_while_measuring_is_told_and_measuring_goes_on(around: Around) -> None:
    def fail_once() -> dict[ProcessName, int]:
        around.trees = lambda: {ProcessName("web", 1): os.getpid()}
        raise KeyError("web.1")

    around.trees = fail_once
    services = around.services()
    await services.start()
    await eventually(lambda: len(around.sampled) > 1)
    await services.stop()
    assert around.said == ["CPU and memory are not measured: KeyError: 'web.1'"]


async def test_a_watch_that_fails_is_told_and_so_is_that_it_works_again(around: Around) -> None:
    def fail_once() -> AppConfiguration:
        around.watched = around.configuration
        raise OSError(24, "Too many open files")

    around.watched = fail_once
    services = around.services()
    await services.start()
    words = "OSError: [Errno 24] Too many open files"
    assert await around.told() == WatchTroubled(problem=words)
    assert await around.told() == WatchTroubled(problem=None)
    await services.stop()


async def test_a_watch_that_paused_goes_on_when_it_is_switched_on_again(around: Around) -> None:
    services = around.services()
    await services.start()
    while not isinstance(told := await around.told_of_a_save(), WatchTroubled):
        assert isinstance(told, FilesChanged)
    assert "'proctor watch on' goes on" in str(told.problem)
    services.switch_watch(True)
    assert isinstance(await around.told_of_a_save(), FilesChanged)
    await services.stop()


async def test_files_that_cannot_be_read_for_a_fault_of_ours_are_told(around: Around) -> None:
    def fail() -> AppConfiguration:
        raise LookupError("oh")

    around.reading = fail
    around.services().read_again(reading("c1", apply=True))
    read = await around.told()
    assert isinstance(read, ConfigurationRead)
    assert read.configuration is None
    assert "a fault of proctor's own: LookupError: oh" in str(read.problem)


async def test_what_is_wrong_with_the_files_is_told(around: Around) -> None:
    def fail() -> AppConfiguration:
        raise UserError("there is no Procfile")

    around.reading = fail
    around.services().read_again(reading("f1", apply=False))
    read = await around.told()
    assert isinstance(read, ConfigurationRead)
    assert read.reading == reading("f1", apply=False)
    assert str(read.problem) == "there is no Procfile."


def test_a_file_that_gives_nothing_holds_up_no_end(around: Around) -> None:
    """An env file may be a named pipe that nobody writes to."""
    written = threading.Event()

    def wait() -> AppConfiguration:
        written.wait()
        return around.configuration()

    async def ask() -> None:
        around.reading = wait
        around.services().read_again(reading("c1", apply=True))

    asyncio.run(ask())  # returns, though nothing was read
    assert not written.is_set()
    written.set()
