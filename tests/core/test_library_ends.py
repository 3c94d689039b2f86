"""How an app ends inside somebody else's program: by exceptions, cancelled, several at once."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

import proctor
from support.eventually import eventually

STUBBORN = "stubborn: trap '' TERM; echo ready; while true; do sleep 60; done\n"
READY = "worker: echo ready; exec sleep 60\n"


def all_up(processes: tuple[proctor.ProcessView, ...]) -> bool:
    return all(each.state == "up" for each in processes)


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in sorted(signal.valid_signals())]


def has_gone(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def app_of(tmp_path: Path) -> Callable[[str], proctor.App]:
    def make(procfile: str) -> proctor.App:
        folder = tmp_path / f"app{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "Procfile").write_text(procfile)
        return proctor.App(folder / "Procfile")

    return make


async def pids_of(app: proctor.App) -> list[int | None]:
    return [each.pid for each in await app.until(all_up)]


async def test_an_exception_inside_the_block_comes_out_when_everything_has_stopped(
    app_of: Callable[[str], proctor.App],
) -> None:
    pids: list[int | None] = []

    async def fail() -> None:
        async with app_of(READY) as app:
            pids.extend(await pids_of(app))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert pids
    assert all(map(has_gone, pids))


async def test_a_cancelled_block_kills_at_once_and_is_left_when_all_have_gone(
    app_of: Callable[[str], proctor.App],
) -> None:
    """The stubborn one would otherwise be there for the thirty seconds of its grace."""
    pids: list[int | None] = []

    async def work() -> None:
        async with app_of(STUBBORN) as app:
            pids.extend(await pids_of(app))
            waiting.append(asyncio.create_task(app.wait()))
            await asyncio.sleep(60)

    waiting: list[asyncio.Task[int]] = []
    task = asyncio.create_task(work())
    await eventually(lambda: bool(waiting))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert pids
    assert all(map(has_gone, pids))
    assert await waiting[0] == 0


async def test_a_timeout_around_the_block_is_kept(app_of: Callable[[str], proctor.App]) -> None:
    async def work() -> None:
        async with asyncio.timeout(None) as limit, app_of(STUBBORN) as app:
            await app.until(all_up)
            limit.reschedule(asyncio.get_running_loop().time())
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 10)


async def test_who_catches_the_cancelling_inside_the_block_can_stop_gracefully(
    app_of: Callable[[str], proctor.App], tmp_path: Path
) -> None:
    stopped = tmp_path / "stopped"
    up = asyncio.Event()

    async def work() -> None:
        async with app_of(f"polite: trap 'touch {stopped}; exit' TERM; sleep 60 & wait\n") as app:
            await app.until(all_up)
            up.set()
            try:
                await app.wait()
            except asyncio.CancelledError:
                await app.stop_all()
                raise

    task = asyncio.create_task(work())
    await up.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.exists()


async def test_a_graceful_end_that_is_cancelled_kills_at_once(
    app_of: Callable[[str], proctor.App],
) -> None:
    pids: list[int | None] = []
    stopping = asyncio.Event()

    async def work() -> None:
        async with app_of(STUBBORN) as app:
            pids.extend(await pids_of(app))
            telling.append(asyncio.create_task(tell_when_stopping(app)))

    async def tell_when_stopping(app: proctor.App) -> None:
        async for event in app.events():
            if isinstance(event, proctor.events.AppStopping):
                stopping.set()
                return

    telling: list[asyncio.Task[None]] = []
    task = asyncio.create_task(work())
    await stopping.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert pids
    await eventually(lambda: all(map(has_gone, pids)))


@pytest.mark.parametrize("killed", [False, True])
async def test_the_program_is_as_it_was_before(
    app_of: Callable[[str], proctor.App], *, killed: bool
) -> None:
    async def run() -> None:
        async with app_of(READY + STUBBORN) as app:
            await app.until(all_up)
            if killed:
                ending = asyncio.create_task(app.stop_all())
                await asyncio.sleep(0)
                ending.cancel()
                tasks = [each for each in asyncio.all_tasks() if each.get_name() == "proctor app"]
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                raise LookupError
            await app.kill("stubborn")

    gc.disable()
    try:
        before, frozen = handlers(), gc.get_freeze_count()
        opened = descriptors()
        if killed:
            with pytest.raises(asyncio.CancelledError):
                await run()
        else:
            await run()
        assert handlers() == before
        assert asyncio.get_running_loop().get_exception_handler() is None
        assert not gc.isenabled()
        assert gc.get_freeze_count() == frozen
    finally:
        gc.enable()
    assert _watched() == []
    # The thread that watched the files ends by itself
    await eventually(lambda: len(descriptors()) <= len(opened))


def _watched() -> list[int]:
    """The descriptors that the loop still looks at, but for its own."""
    loop = asyncio.get_running_loop()
    selector = loop._selector  # type: ignore[attr-defined]
    own = loop._ssock.fileno()  # type: ignore[attr-defined]
    return [fd for fd in selector.get_map() if fd != own]


async def test_several_apps_run_in_one_loop_and_end_one_by_one(
    app_of: Callable[[str], proctor.App],
) -> None:
    async with app_of(READY) as first:
        async with app_of(READY) as second:
            kept, ended = await pids_of(first), await pids_of(second)
        assert all(map(has_gone, ended))
        assert [each.pid for each in await first.processes()] == kept


async def test_a_fixed_port_that_is_taken_is_told_on_entering_and_leaves_nothing(
    app_of: Callable[[str], proctor.App], tmp_path: Path
) -> None:
    opened = descriptors()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        app = app_of(READY)
        fixed = proctor.App(
            next(tmp_path.glob("app*/Procfile")),
            port=taken.getsockname()[1],
            settings=proctor.Settings(fixed_ports=True),
        )
        del app
        with pytest.raises(proctor.UserError, match="is taken by"):
            await fixed.__aenter__()
    assert len(descriptors()) <= len(opened)  # those of an earlier test may still close
    assert _watched() == []
