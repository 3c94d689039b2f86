"""Commands typed in a terminal, and a supervisor that the test plays."""

import asyncio
from pathlib import Path

import pytest

from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Refused,
    Reload,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.events import (
    Announced,
    AppStopped,
    AppStopping,
    FormationChanged,
    ProcessRemoved,
)
from support import histories
from support.eventually import eventually
from support.fakes import FakeSession
from support.shell import Shell


@pytest.mark.parametrize(
    ("words", "commands"),
    [
        ("scale web=3 worker-1", [Scale(quantities={"web": 3}, steps={"worker": -1}, by="cli")]),
        ("scale web+2", [Scale(steps={"web": 2}, by="cli")]),
        ("restart", [Restart(by="cli")]),
        ("restart web", [Restart(target="web", by="cli")]),
        ("restart web.1 worker", [Restart(target="web.1", by="cli"),
                                  Restart(target="worker", by="cli")]),
        ("stop", [Stop(by="cli")]),
        ("stop worker.1", [Stop(target="worker.1", by="cli")]),
        ("start web.1", [Start(target="web.1", by="cli")]),
        ("start web", [Start(target="web", by="cli")]),
        ("start all", [Start(by="cli")]),
        ("kill web.1", [Kill(target="web.1", by="cli")]),
        ("kill web.1 sighup", [Kill(target="web.1", signal="HUP", by="cli")]),
        ("watch on", [SetWatch(on=True, by="cli")]),
        ("watch off", [SetWatch(on=False, by="cli")]),
        ("reload", [Reload(by="cli")]),
        ("quit", [Quit(by="cli")]),
        ("quit --now", [Quit(at_once=True, by="cli")]),
    ],
)  # fmt: skip
async def test_what_is_typed_is_what_the_supervisor_is_asked(
    proctor: Shell, running: FakeSession, words: str, commands: list[AnyCommand]
) -> None:
    outcome = await proctor(*words.split())
    assert running.sent == commands
    assert outcome.code == 0
    assert outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize(
    "words", ["ps", "info", "logs", "scale web=2", "restart", "stop", "kill web.1", "watch on",
              "reload", "quit", "start web.1"]
)  # fmt: skip
async def test_without_a_supervisor_each_says_so_and_exits_with_3(
    proctor: Shell, words: str
) -> None:
    outcome = await proctor(*words.split())
    assert outcome.code == 3
    assert "not running" in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


async def test_start_of_a_process_of_no_running_app_says_how_to_start_it(proctor: Shell) -> None:
    for word in ("web.1", "all"):
        outcome = await proctor("start", word)
        assert (outcome.code, running_words(outcome.err)) == (3, "Start it with 'proctor start'.\n")


def running_words(err: str) -> str:
    return err.partition("). ")[2]


async def test_a_refusal_is_printed_with_its_hint_and_its_exit_code(
    proctor: Shell, running: FakeSession
) -> None:
    running.answer = lambda _: Refused(
        what="there is no process 'wbe'", hint="The nearest is 'web'"
    )
    outcome = await proctor("restart", "wbe")
    assert outcome.err == "proctor: there is no process 'wbe'. The nearest is 'web'.\n"
    assert outcome.code == 2


async def test_the_app_is_found_from_a_folder_below_it(
    proctor: Shell, running: FakeSession, app_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = app_folder / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert (await proctor("quit")).code == 0


async def test_an_app_whose_procfile_has_gone_can_still_be_ended(
    proctor: Shell, running: FakeSession, app_folder: Path
) -> None:
    (app_folder / "Procfile").unlink()
    assert (await proctor("quit")).code == 0
    assert running.sent == [Quit(by="cli")]


async def test_an_app_is_named_from_anywhere_by_its_folder_or_its_procfile(
    proctor: Shell,
    running: FakeSession,
    app_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (await proctor("reload")).code == 3
    assert (await proctor("reload", "-d", str(app_folder))).code == 0
    assert (await proctor("reload", "-f", str(app_folder / "Procfile"))).code == 0
    assert (await proctor("reload", "-d", "shop")).code == 0


async def test_another_app_of_the_folder_is_another_app(
    proctor: Shell, running: FakeSession
) -> None:
    assert (await proctor("ps", "--app", "tests")).code == 3


async def test_words_that_are_no_quantity_are_refused_before_anybody_is_asked(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("scale", "web=two")
    assert outcome.code == 2
    assert outcome.err.startswith("proctor: 'web=two'")
    assert running.sent == []


async def test_scale_waits_until_as_many_as_wanted_are_up(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("scale", "--wait", "web=3"))
    await eventually(lambda: len(running._subscribers) == 1)
    types = (histories.process_type("web", 3), *running.now_is.types[1:])
    running.tell(
        FormationChanged(sequence=running.next_sequence, at=0.0, cause="c1", types=types),
        running.state_changed("web.4", "stopping", wanted=False),
    )
    await asyncio.sleep(0)
    assert not typing.done()
    running.tell(
        ProcessRemoved(sequence=running.next_sequence, at=0.0, cause="c1", process="web.4")
    )
    assert (await typing).code == 0


async def test_stop_waits_until_the_process_is_down(proctor: Shell, running: FakeSession) -> None:
    typing = asyncio.create_task(proctor("stop", "--wait", "web.1"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(running.state_changed("web.1", "stopping", wanted=False))
    running.tell(running.state_changed("web.1", "down", wanted=False))
    assert (await typing).code == 0


async def test_restart_waits_for_a_later_run_and_not_for_the_old_one(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("restart", "web.1", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    run = running.process("web.1").run
    running.tell(running.state_changed("web.1", "stopping"))
    running.tell(running.state_changed("web.1", "starting", run=run + 1))
    await asyncio.sleep(0)
    assert not typing.done()
    running.tell(running.state_changed("web.1", "up", run=run + 1))
    assert (await typing).code == 0


async def test_what_did_not_come_about_in_time_is_named_and_exits_with_1(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("restart", "web.1", "--wait", "0.2")
    assert outcome.code == 1
    assert outcome.err.startswith("proctor: after 0.2 s web.1 is up")


async def test_an_error_because_of_the_command_ends_the_wait(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("scale", "web+1", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(
        Announced(sequence=running.next_sequence, at=histories.NOON, cause="c1", level="error",
                  words="Port 5007 is taken by redis-server")
    )  # fmt: skip
    outcome = await typing
    assert outcome.code == 1
    assert outcome.err == "proctor: Port 5007 is taken by redis-server.\n"


@pytest.mark.parametrize("cause", ["c1", "c2"])
async def test_an_error_because_of_any_of_several_commands_ends_the_wait(
    proctor: Shell, running: FakeSession, cause: str
) -> None:
    typing = asyncio.create_task(proctor("restart", "web", "worker", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(
        Announced(sequence=running.next_sequence, at=histories.NOON, cause=cause, level="error",
                  words="web.1 did not come up, so not restarted: web.2")
    )  # fmt: skip
    outcome = await asyncio.wait_for(typing, 10)
    assert outcome.code == 1
    assert outcome.err == "proctor: web.1 did not come up, so not restarted: web.2.\n"


async def test_a_reload_waits_for_its_answer_and_then_for_the_processes(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.4", "up"), running.state_changed("worker.2", "up"))
    typing = asyncio.create_task(proctor("reload", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    types = running.now_is.types
    running.tell(running.state_changed("clock.1", "up"))
    await eventually(lambda: len(running._subscribers) == 1)
    assert not typing.done()
    running.tell(
        FormationChanged(sequence=running.next_sequence, at=0.0, cause="c1", types=types),
        running.state_changed("web.1", "starting"),
    )
    running.tell(running.state_changed("web.1", "up"))
    assert (await typing).code == 0


async def test_a_reload_is_not_over_while_what_it_changed_is_still_on_its_way(
    proctor: Shell, running: FakeSession
) -> None:
    running.tell(running.state_changed("web.4", "up"), running.state_changed("worker.2", "up"))
    typing = asyncio.create_task(proctor("reload", "--wait", "0.3"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(
        FormationChanged(
            sequence=running.next_sequence, at=0.0, cause="c1", types=running.now_is.types
        ),
        running.state_changed("web.1", "starting", why="its command has changed"),
    )
    outcome = await typing
    assert outcome.code == 1
    assert "web.1 is starting (its command has changed)" in outcome.err


async def test_what_is_so_already_is_not_waited_for(proctor: Shell, running: FakeSession) -> None:
    assert (await proctor("scale", "clock=1", "--wait", "5")).code == 0


async def test_the_end_of_the_app_ends_the_wait_for_something_else(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("restart", "web.1", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(AppStopping(sequence=running.next_sequence, at=0.0, cause="c9", deadline_at=0.0))
    outcome = await typing
    assert outcome.code == 1
    assert "the app is being stopped" in outcome.err


async def test_quit_waits_until_nothing_is_left(proctor: Shell, running: FakeSession) -> None:
    typing = asyncio.create_task(proctor("quit", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.tell(AppStopped(sequence=running.next_sequence, at=0.0, cause="c1", exit_code=0))
    running.end()
    assert (await typing).code == 0


async def test_a_supervisor_that_dies_while_it_quits_is_a_fault(
    proctor: Shell, running: FakeSession
) -> None:
    typing = asyncio.create_task(proctor("quit", "--wait"))
    await eventually(lambda: len(running._subscribers) == 1)
    running.end()
    outcome = await typing
    assert outcome.code == 70
    assert "without having stopped everything" in outcome.err


async def test_scale_alone_prints_how_many_are_wanted(proctor: Shell, running: FakeSession) -> None:
    outcome = await proctor("scale")
    wanted = " ".join(f"{each.type}={each.quantity}" for each in running.now_is.types)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{wanted}\n", "")
    assert not running.sent


async def test_kill_alone_kills_nothing_and_says_what_does(
    proctor: Shell, running: FakeSession
) -> None:
    outcome = await proctor("kill")
    assert outcome.code == 2
    assert "'proctor quit --now' for the whole app" in outcome.err
    assert not running.sent


async def test_a_process_after_d_is_told_from_a_folder(proctor: Shell) -> None:
    outcome = await proctor("restart", "-d", "web.1")
    assert outcome.code == 2
    assert "A process is meant by its name alone" in outcome.err


async def test_who_wants_to_wait_for_a_new_start_is_told_how(proctor: Shell) -> None:
    outcome = await proctor("start", "--detach", "--wait")
    assert outcome.code == 2
    assert "proctor start --detach && proctor wait" in outcome.err
