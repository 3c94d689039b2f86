"""Takes the pictures in this folder from the real app on Procfile.demo: `make screenshots`.

A supervisor runs the demo app, clients use it, and the terminal UI is drawn on a session with that
supervisor, without a terminal, at several sizes and in both themes. Nothing in a picture is made
up; run it again and the times and jobs are others.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import resvg_py

from proctor.control.client import RemoteSession, connect
from proctor.control.places import places_of, socket_to_try
from proctor.errors import NotRunning
from proctor.model.commands import Kill, Quit, Scale
from proctor.model.events import ProcessView
from proctor_tui.app import ProctorApp

HERE = Path(__file__).parent
ROOT = HERE.parent
SIZES = ((80, 24), (120, 40), (200, 50))
WIDTH = 1600  # pixels of a PNG
FONT = "DejaVu Sans Mono"
BASE_PORT = "5006"
PROCESSES = 6


async def main() -> None:
    """Take them all."""
    async with demo_app() as session:
        await session.send(Scale(quantities={"web": 3, "worker": 2}))
        await until(session, lambda views: sum(view.state == "up" for view in views) >= PROCESSES)
        visitors = asyncio.create_task(visit())
        await asyncio.sleep(14)  # some life, so that there is something to see
        for dark in (True, False):
            for size in SIZES:
                await take(session, "overview", size, dark=dark)
        await take(session, "scale", (120, 40), keys=("up", "right", "right"), rest_seconds=0.0)
        await take(session, "zoom", (120, 40), keys=("down", "enter"))
        await take(session, "type", (120, 40), keys=("t",))
        await take(session, "help", (120, 40), keys=("question_mark",))
        await take(session, "palette", (120, 40), keys=("colon", "r", "e", "s"))
        for failures in range(1, 6):  # each time it is tried again later
            await session.send(Kill(target="worker.2"))
            await until(session, lambda views, times=failures: has_failed(views, times))
            if failures < 5:  # noqa: PLR2004 - the last one is to be seen
                await until(session, lambda views: all(view.state == "up" for view in views))
        await take(session, "crash", (120, 40), keys=("down",) * 6)
        visitors.cancel()
        await session.send(Quit(by="library"))


@asynccontextmanager
async def demo_app() -> AsyncIterator[RemoteSession]:
    """The demo app under a supervisor of its own, and a session with it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "run").mkdir(mode=0o700)
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "FORCE_COLOR": "1",
        }
        app = home / "shop"
        app.mkdir()
        shutil.copytree(ROOT / "core/proctor/demo/app", app, dirs_exist_ok=True)
        os.environ.update(environment)
        log = (home / "log").open("wb")
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from proctor.cli.entry import main; main()"),
            *("start", "--no-tui", "--watch", "-p", BASE_PORT, "-d", str(app)),
            stdout=log,
            stderr=log,
            env=environment,
        )
        try:
            session = await session_with(app, program)
            async with session:
                yield session
            await program.wait()
        finally:
            if program.returncode is None:
                program.terminate()
                await program.wait()
            log.close()


async def session_with(app: Path, program: asyncio.subprocess.Process) -> RemoteSession:
    """Connect as soon as the supervisor listens."""
    while program.returncode is None:
        with suppress(NotRunning):
            return await connect(socket_to_try(places_of(app)))
        await asyncio.sleep(0.05)
    raise SystemExit("the demo app could not be started")


async def until(
    session: RemoteSession,
    condition: Callable[[tuple[ProcessView, ...]], bool],
    within_seconds: float = 20.0,
) -> None:
    """Wait until the processes are so, or for so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            async for _ in session.messages(after=0):
                if condition((await session.snapshot()).processes):
                    return


def has_failed(views: tuple[ProcessView, ...], times: int) -> bool:
    """Some process has crashed so often in a row."""
    return any(view.failures >= times for view in views)


async def visit() -> None:
    """Use the app as somebody in front of a browser does."""
    pages = ("/", "/who", "/slow?seconds=0.4", "/favicon.ico", "/nothing")
    for number in range(10_000):
        port = int(BASE_PORT) + number % 3
        page = pages[number % len(pages)]
        with suppress(OSError):
            await asyncio.to_thread(fetch, f"http://127.0.0.1:{port}{page}")
        if number % 7 == 0:
            with suppress(OSError):
                await asyncio.to_thread(fetch, f"http://127.0.0.1:{port}/jobs", b"count=1")
        await asyncio.sleep(0.25)


def fetch(address: str, data: bytes | None = None) -> None:
    """One request."""
    with urllib.request.urlopen(address, data, timeout=5) as answer:  # noqa: S310 - our own
        answer.read()


async def take(
    session: RemoteSession,
    name: str,
    size: tuple[int, int],
    *,
    dark: bool = True,
    keys: tuple[str, ...] = (),
    rest_seconds: float = 0.6,
) -> None:
    """Draw the screen at this size, press the keys, and keep what is seen as SVG and PNG."""
    app = ProctorApp(session, await session.snapshot(), holds_lease=True, dark=dark)
    async with app.run_test(size=size) as pilot:
        await asyncio.sleep(2.5)  # its own clock ticks: usage and rates come in
        for key in keys:
            await pilot.press(key)
        await asyncio.sleep(rest_seconds)
        await pilot.pause()
        svg = app.export_screenshot(title="proctor")
    columns, rows = size
    target = HERE / f"{name}-{columns}x{rows}-{'dark' if dark else 'light'}"
    svg = readable_offline(svg)
    target.with_suffix(".svg").write_text(svg)
    target.with_suffix(".png").write_bytes(
        bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH))
    )
    print(target.name)  # noqa: T201 - what was done


def readable_offline(svg: str) -> str:
    """Name a font that is on the machine: a picture must not fetch one."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    return svg.replace("Fira Code", FONT).replace("font-family: arial", f"font-family: {FONT}")


if __name__ == "__main__":
    asyncio.run(main())
