import asyncio
import os
import signal
import sys
import textwrap
import threading
from pathlib import Path

import pytest

import proctor
from support.eventually import eventually

FORMATION = "web: echo ready; exec sleep 60\nworker: echo ready; exec sleep 60\n"


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    path = tmp_path / "Procfile"
    path.write_text(FORMATION.replace("web:", "first:"))
    return path


def all_up(processes: tuple[proctor.ProcessView, ...]) -> bool:
    return all(each.state == "up" for each in processes)


async def test_an_app_runs_inside_its_block_and_has_gone_after_it(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        processes = await app.until(all_up)
        pids = [each.pid for each in processes]
        assert [each.name for each in processes] == ["first.1", "worker.1"]
    assert None not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid or 0, 0)


async def test_scaling_starts_and_stops_only_the_difference(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        before = {each.name: each.pid for each in await app.until(all_up)}
        await app.scale(worker=3)
        after = await app.until(lambda views: len(views) == 4 and all_up(views))
        assert {each.name: each.pid for each in after}.items() > before.items()
        await app.scale(worker=0)
        left = await app.until(lambda views: len(views) == 1)
        assert [each.name for each in left] == ["first.1"]


async def test_lines_are_read_by_process(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        await app.until(all_up)
        rows = await app.logs("worker.1")
        assert [row.data for row in rows if row.stream == "out"] == [b"ready"]


async def test_a_group_means_its_types_in_logs_and_searches(tmp_path: Path) -> None:
    command = "echo begun as $PS; exec sleep 60"
    (tmp_path / "Procfile").write_text("".join(f"{each}: {command}\n" for each in "abc"))
    (tmp_path / "proctor.toml").write_text('types.a.group = "two"\ntypes.c.group = "two"\n')
    async with proctor.App(tmp_path / "Procfile", read_settings=True) as app:
        await app.until(all_up)
        rows = await app.logs("two", count=1000)
        assert {row.process for row in rows} == {"a.1", "c.1"}
        assert [row.at for row in rows] == sorted(row.at for row in rows)
        assert await app.logs("two", count=2) == rows[-2:]
        hits = [hit async for hit in app.search("begun as", source="two")]
        assert {hit.process for hit in hits} == {"a.1", "c.1"}


async def test_lines_are_searched_the_newest_first(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        await app.until(all_up)
        found = [hit async for hit in app.search("READY", source="worker")]
        assert found == []
        found = [hit async for hit in app.search("re.dy$", regex=True, source="worker")]
        assert [(hit.process, hit.text, hit.spans) for hit in found] == [
            ("worker.1", "ready", [(0, 5)])
        ]


async def test_events_come_from_the_first_on_and_end_with_the_app(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        await app.until(all_up)
        await app.stop_all()
        events = [event async for event in app.events()]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[-1], proctor.events.AppStopped)


async def test_what_cannot_be_done_is_raised(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        with pytest.raises(proctor.UserError, match="no process or process type 'nothing'"):
            await app.restart("nothing")
        with pytest.raises(proctor.UserError, match="not a signal"):
            await app.kill("first.1", "FUN")


async def test_a_restart_is_another_run(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        await app.until(all_up)
        await app.restart("worker")
        views = await app.until(
            lambda views: any(each.run == 2 and each.state == "up" for each in views)
        )
        assert {each.name: each.run for each in views} == {"first.1": 1, "worker.1": 2}


async def test_a_missing_procfile_is_told_on_entering(tmp_path: Path) -> None:
    with pytest.raises(proctor.UserError, match="there is no file"):
        async with proctor.App(tmp_path / "Procfile"):
            pass


async def test_a_session_outside_the_block_is_refused(procfile: Path) -> None:
    with pytest.raises(proctor.UserError, match="not running"):
        _ = proctor.App(procfile).session


async def test_an_app_lives_on_when_the_thread_that_began_it_ends(tmp_path: Path) -> None:
    """The guardian is a child of the program, not of the thread."""
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
            import asyncio, threading, proctor

            def begin(loop, app):
                asyncio.run_coroutine_threadsafe(app.__aenter__(), loop).result()

            async def main():
                app = proctor.App("Procfile")
                helper = threading.Thread(target=begin, args=(asyncio.get_running_loop(), app))
                helper.start()
                await asyncio.to_thread(helper.join)
                await app.until(lambda views: all(each.state == "up" for each in views))
                print("alive", flush=True)
                await app.stop_all()

            asyncio.run(main())
        """)
    )
    (tmp_path / "Procfile").write_text(FORMATION.replace("web:", "first:"))
    assert await _output_of(script) == "alive\n"


async def test_nothing_is_left_of_an_app_whose_program_is_killed(
    tmp_path: Path, procfile: Path
) -> None:
    heartbeat = tmp_path / "heart"
    procfile.write_text(f"beat: while true; do date >> {heartbeat}; sleep 0.02; done\n")
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
            import asyncio, proctor

            async def main():
                async with proctor.App("Procfile") as app:
                    await app.until(lambda views: all(each.state == "up" for each in views))
                    print("up", flush=True)
                    await app.wait()

            asyncio.run(main())
        """)
    )
    program = await _start(script)
    assert program.stdout is not None
    assert await program.stdout.readline() == b"up\n"
    program.send_signal(signal.SIGKILL)
    await program.wait()
    await eventually(lambda: not _beats(heartbeat), within=8)


def _beats(heartbeat: Path) -> bool:
    size = heartbeat.stat().st_size
    threading.Event().wait(0.2)  # ten beats
    return heartbeat.stat().st_size != size


async def _start(script: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, str(script), cwd=script.parent, stdout=asyncio.subprocess.PIPE
    )


async def _output_of(script: Path) -> str:
    program = await _start(script)
    out, _ = await program.communicate()
    assert program.returncode == 0
    return out.decode()
