from pathlib import Path

import proctor


async def test_a_fault_that_nobody_caught_is_told_in_log_and_events_but_once(
    tmp_path: Path,
) -> None:
    (tmp_path / "Procfile").write_text("worker: exec sleep 60\n")
    async with proctor.App(tmp_path / "Procfile") as app:
        assert app._running is not None
        for fault in (KeyError("web.1"), KeyError("web.1"), OSError(24, "Too many open files")):
            app._running.tell_fault({"message": "Exception in callback", "exception": fault})
        app._running.tell_fault({"message": "Task was destroyed"})
        rows = [row.data.decode() for row in await app.logs()]
        told: list[str] = []
        async for event in app.events():
            if isinstance(event, proctor.events.InternalError):
                told.append(event.words)
            if len(told) == 3:
                break
    assert told == [
        "a fault of proctor's own: KeyError: 'web.1'",
        "a fault of proctor's own: OSError: [Errno 24] Too many open files",
        "a fault of proctor's own: Task was destroyed",
    ]
    assert [row for row in rows if "fault" in row] == told


async def test_a_reload_that_is_asked_for_at_once_is_not_lost(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("worker: exec sleep 60\n")
    async with proctor.App(procfile) as app:
        procfile.write_text("worker: exec sleep 60\nclock: exec sleep 60\n")
        await app.send(proctor.commands.Reload())
        views = await app.until(lambda views: len(views) == 2, within_seconds=10)
    assert {each.name for each in views} == {"worker.1", "clock.1"}
