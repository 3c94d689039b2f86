"""Settings of a process type, seen in what its processes meet."""

import asyncio
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import proctor
from proctor.errors import UserError
from proctor.model.settings import Settings
from support.typed_app import TypedApp

PYTHON = f"exec {sys.executable} -S -E -c"
TELLS_STDIN = (
    f"""{PYTHON} 'import os, select, sys; print("a terminal" if os.isatty(0) else "no terminal");"""
    """ print("at its end" if select.select([0], [], [], 0.2)[0] else "open", flush=True);"""
    """ import time; time.sleep(60)'"""
)
NOTES_SIGNALS = """
trap 'echo leader got TERM' TERM
trap 'echo leader got INT; exit 0' INT
{python} -c 'import signal, sys, time
def told(number, frame):
    print("child got", signal.Signals(number).name, flush=True)
signal.signal(signal.SIGTERM, told)
signal.signal(signal.SIGINT, told)
print("child is there", flush=True)
time.sleep(60)' &
while :; do wait; done
"""


def script(folder: Path, name: str, text: str) -> str:
    """Write a shell script; the command line that runs it."""
    (folder / name).write_text(text)
    return f"exec bash {folder / name}"


async def prints(app: TypedApp, source: str, words: str) -> None:
    """Wait until a process has printed this."""
    lines: list[str] = []

    async def look() -> bool:
        lines[:] = await app.lines(source)
        return any(words in line for line in lines)

    await until(look, lambda: f"{source} printed {lines}")


async def says(app: TypedApp, words: str) -> None:
    """Wait until this is in the log."""
    lines: list[str] = []

    async def look() -> bool:
        lines[:] = [row.data.decode() for row in await app.logs(count=1000)]
        return any(words in line for line in lines)

    await until(look, lambda: f"said were {lines}")


async def until(look: Callable[[], Awaitable[bool]], words: Callable[[], str]) -> None:
    end = time.monotonic() + 15
    while not await look():
        assert time.monotonic() < end, words()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"terminal": True}, ["a terminal", "open"]),
        ({"terminal": False}, ["no terminal", "at its end"]),
        ({"terminal": False, "stdin": "open"}, ["no terminal", "open"]),
    ],
    ids=["terminal", "pipes", "pipes with stdin open"],
)
async def test_standard_input_is_as_the_type_has_it(
    tmp_path: Path, own: dict[str, Any], told: list[str]
) -> None:
    async with TypedApp(tmp_path, {"worker": TELLS_STDIN}, types={"worker": own}) as app:
        await prints(app, "worker.1", told[1])
        assert await app.lines("worker.1") == told


async def test_one_type_has_a_terminal_and_another_pipes_in_one_app(tmp_path: Path) -> None:
    command = (
        "[ -t 1 ] && echo terminal || echo pipes; echo problem >&2; "
        'echo "unbuffered=$PYTHONUNBUFFERED term=$TERM"; exec sleep 60'
    )
    types = {"plain": {"terminal": False}}
    async with TypedApp(tmp_path, {"shown": command, "plain": command}, types=types) as app:
        for source in ("shown.1", "plain.1"):
            await prints(app, source, "unbuffered")
        rows = {(row.process, row.data.decode()): row.stream for row in await app.logs()}
    assert rows["shown.1", "terminal"] == "out"
    assert rows["shown.1", "problem"] == "out"
    assert rows["shown.1", "unbuffered= term=xterm-256color"] == "out"
    assert rows["plain.1", "pipes"] == "out"
    assert rows["plain.1", "problem"] == "err"
    assert any(words.startswith("unbuffered=1 ") for name, words in rows if name == "plain.1")


async def test_a_type_has_variables_of_its_own_over_those_of_the_app(tmp_path: Path) -> None:
    command = 'echo "$MODE $SHARED $PORT"; exec sleep 60'
    async with TypedApp(
        tmp_path,
        {"worker": command, "clock": command},
        types={"clock": {"environment": {"MODE": "slow", "PORT": "1"}}},
        variables={"MODE": "fast", "SHARED": "same"},
        port=27_000,
    ) as app:
        await prints(app, "worker.1", "same")
        await prints(app, "clock.1", "same")
        assert await app.lines("worker.1") == ["fast same 27000"]
        assert await app.lines("clock.1") == ["slow same 27100"]


async def test_each_type_is_stopped_by_its_own_signal_scope_and_grace(tmp_path: Path) -> None:
    command = script(tmp_path, "note.sh", NOTES_SIGNALS.format(python=sys.executable))
    async with TypedApp(
        tmp_path,
        {"roots": command, "all": command, "other": command},
        types={
            "roots": {"grace_seconds": 1.0},
            "all": {"grace_seconds": 0.4, "stop_scope": "all"},
            "other": {"grace_seconds": 20.0, "stop_signal": "INT", "stop_scope": "all"},
        },
    ) as app:
        for source in ("roots.1", "all.1", "other.1"):
            await prints(app, source, "child is there")
        await app.stop("all")
        await app.until(
            lambda views: all(each.state == "down" for each in views if each.type != "other")
        )
        said = {name: await app.said(f"{name}.1") for name in ("roots", "all")}
        other = await app.lines("other.1")
        await app.kill("other")
    assert "child got SIGTERM" in said["all"]
    assert any("within 0.4 seconds of SIGTERM" in line for line in said["all"])
    assert any("within 1 seconds of SIGTERM" in line for line in said["roots"])
    # Its child is told by `roots` too, but only after half the grace.
    told = said["roots"]
    assert told.index("leader got TERM") < told.index("child got SIGTERM")
    assert "child got SIGINT" in other


async def test_what_follows_an_end_is_as_the_type_has_it(tmp_path: Path) -> None:
    commands = {"once": "exit 0", "failing": "exit 3", "kept": "exit 0"}
    types = {"once": {"on_exit": "stay"}, "failing": {"on_exit": "stay"}}
    async with TypedApp(tmp_path, commands, types=types) as app:
        views = await app.until(lambda views: any(each.restarts > 1 for each in views))
    states = {each.name: each.state for each in views}
    assert states["once.1"] == "complete"
    assert states["failing.1"] == "crashed"
    assert {each.name: each.restarts for each in views}["failing.1"] == 0


async def test_only_a_type_that_asks_for_it_is_told_what_the_platform_tells(
    tmp_path: Path,
) -> None:
    command = "env | grep -E '^(DYNO|HEROKU_|SOURCE_)'; echo that is all; exec sleep 60"
    types = {"there": {"platform_env": True}}
    async with TypedApp(
        tmp_path, {"there": command, "here": command}, types=types, formation={"there": 2}
    ) as app:
        for source in ("there.1", "there.2", "here.1"):
            await prints(app, source, "that is all")
        there = [sorted(await app.lines(f"there.{number}")) for number in (1, 2)]
        here = await app.lines("here.1")
    assert here == ["that is all"]
    names = [[line.partition("=")[0] for line in lines[:-1]] for lines in there]
    assert names == [["DYNO", "HEROKU_APP_ID", "HEROKU_APP_NAME", "HEROKU_DYNO_ID"]] * 2
    assert [lines[0] for lines in there] == ["DYNO=there.1", "DYNO=there.2"]
    assert there[0][1] == there[1][1]
    assert there[0][3] != there[1][3]


async def test_the_processes_of_a_type_get_its_port_and_the_next_ones(tmp_path: Path) -> None:
    command = "echo port $PORT; exec sleep 60"
    async with TypedApp(
        tmp_path,
        {"clock": command, "api": command},
        types={"api": {"port": 27_300}},
        formation={"api": 2},
        port=27_200,
    ) as app:
        await app.scale(clock=101)
        await prints(app, "clock.101", "port")
        ports = {name: (await app.lines(name))[0] for name in ("clock.1", "api.1", "api.2")}
        # 27 300 is api.1's by its own word, and so is the next one api.2's.
        beyond = await app.lines("clock.101")
    assert ports == {"clock.1": "port 27200", "api.1": "port 27300", "api.2": "port 27301"}
    assert beyond == ["port 27302"]


async def test_a_taken_port_of_its_own_is_evaded_or_refused_as_the_base_is(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        commands = {"api": "echo port $PORT; exec sleep 60"}
        types = {"api": {"port": port}}
        async with TypedApp(tmp_path, commands, types=types) as app:
            await says(app, f"port {port} is taken")
            await prints(app, "api.1", "port")
            assert await app.lines("api.1") != [f"port {port}"]
        fixed = TypedApp(tmp_path, commands, types=types, settings=Settings(fixed_ports=True))
        with pytest.raises(UserError, match=f"port {port} of api.1 is taken"):
            await fixed.__aenter__()


GROWS = (
    "trap 'echo told to stop; exit 0' TERM; "
    f"{sys.executable} -S -E -c 'import time; kept = bytes(range(256)) * (300 << 10); "
    'print("grown", flush=True); time.sleep(60)\' & while :; do wait; done'
)


async def test_a_tree_that_uses_more_memory_than_its_type_may_is_restarted(
    tmp_path: Path,
) -> None:
    async with TypedApp(
        tmp_path,
        {"hungry": GROWS, "modest": GROWS},
        types={
            "hungry": {"memory_limit_bytes": 50 << 20},
            "modest": {"memory_limit_bytes": 500 << 20},
        },
    ) as app:
        begun = time.monotonic()
        await says(app, "told to stop")
        assert time.monotonic() - begun < 6
        await app.until(
            lambda views: any(each.type == "hungry" and each.run == 3 for each in views),
            within_seconds=20,
        )
        (view,) = [each for each in await app.processes() if each.type == "hungry"]
        (modest,) = [each for each in await app.processes() if each.type == "modest"]
        said = await app.said("hungry.1")
        told = [
            event.process.why
            async for event in until_up_again(app)
            if isinstance(event, proctor.events.ProcessStateChanged)
            and event.process.name == "hungry.1"
        ]
    assert view.restarts == 2
    assert modest.restarts == 0
    quota = [line for line in said if line.startswith("Error R14 (Memory quota exceeded) -> ")]
    assert len(quota) == 2
    assert re.search(r"-> [78]\d\.\d MiB of 50\.0 MiB \(1\d\d\.\d%\): restarting$", quota[0])
    assert said.count("told to stop") == 2
    assert any(re.search(r"it used [78]\d MiB of memory, more than its 50 MiB", w) for w in told)
    # The second time it is no accident: it waits as after a crash.
    assert any("next try in 1 s (failure 2)" in line for line in said)


async def until_up_again(app: TypedApp) -> AsyncIterator[proctor.events.AnyEvent]:
    async for event in app.events():
        yield event
        if isinstance(event, proctor.events.ProcessStateChanged) and event.process.run == 3:
            return


async def test_memory_is_looked_at_every_second_though_nobody_looks(tmp_path: Path) -> None:
    late = GROWS.replace("import time;", "import time; time.sleep(8);")
    async with TypedApp(
        tmp_path, {"hungry": late}, types={"hungry": {"memory_limit_bytes": 50 << 20}}
    ) as app:
        await prints(app, "hungry.1", "grown")
        begun = time.monotonic()
        await says(app, "Memory quota exceeded")
        assert time.monotonic() - begun < 3.5


async def test_a_save_restarts_only_the_types_that_look_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    async with TypedApp(
        tmp_path,
        {"web": "exec sleep 60", "css": "exec sleep 60", "db": "exec sleep 60"},
        types={
            "web": {"watch": ("*.py",)}, "css": {"watch": ("static/**/*.scss",)},
            "db": {"watch": ()},
        },
        settings=Settings(watch=True),
    ) as app:  # fmt: skip
        await app.until(lambda views: any(each.type == "css" and each.pid for each in views))
        began = time.monotonic()
        while not any("restarting css" in line for line in await app.said("*")):
            assert time.monotonic() < began + 15
            (tmp_path / "static" / "a.scss").write_text(f"{time.monotonic()}")
            await asyncio.sleep(0.3)  # the watch may still be beginning
        (tmp_path / "app.py").write_text("1")
        await says(app, "app.py changed: restarting web")
        await app.until(lambda views: any(each.type == "web" and each.restarts for each in views))
        restarts = {each.type: each.restarts for each in await app.processes()}
    assert restarts["db"] == 0
    assert restarts["web"] == 1
    assert restarts["css"] >= 1
