"""Ready rules that run a command, by real keepers."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from proctor.keeper import guardian
from proctor.model.names import RunId
from proctor.runtime.keepers import GuardianLostReport, Keepers, Report
from proctor.runtime.orders import SpawnOrder
from proctor.runtime.ready_commands import ReadyCommand, Tries
from proctor.runtime.slot import shell_argv
from proctor.runtime.timers import LoopTimers
from support.eventually import eventually


class Trying:
    """Tries of commands for one run, and how they went."""

    def __init__(self, folder: Path) -> None:
        control, self.guardian_pid = guardian.spawn()
        self.folder = folder
        self.keepers = Keepers(control, self._take, guardian_pid=self.guardian_pid)
        self.keepers.attach(asyncio.get_running_loop())
        self.tries = Tries(self.keepers, LoopTimers(asyncio.get_running_loop()))
        self.succeeded = 0
        self.failures: list[str] = []
        self.command: ReadyCommand | None = None

    def begin(self, line: str, **variables: str) -> ReadyCommand:
        order = SpawnOrder(
            run=RunId.parse("db.1#1"),
            argv=shell_argv(line),
            environment={**os.environ, **variables},
            folder=str(self.folder),
            terminal=False,
            grace_seconds=0.0,
        )
        self.command = ReadyCommand(
            order, self.tries, succeeded=self._succeeded, failed=self.failures.append
        )
        return self.command

    async def until_it_fails(self) -> str:
        await eventually(lambda: bool(self.failures))
        return self.failures[-1]

    async def end(self) -> None:
        if self.command is not None:
            self.command.end()
        self.tries.close()
        self.keepers.close()
        await self.keepers.wait_closed(within_seconds=5)

    def _succeeded(self) -> None:
        self.succeeded += 1

    def _take(self, report: Report) -> None:
        if not isinstance(report, GuardianLostReport):
            self.tries.take(report)


@pytest.fixture
async def trying(tmp_path: Path) -> AsyncIterator[Trying]:
    trying = Trying(tmp_path)
    yield trying
    await trying.end()


def pid_in(path: Path) -> int | None:
    with suppress(FileNotFoundError, ValueError):
        return int(path.read_text())
    return None


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_it_is_tried_until_it_succeeds_with_the_variables_of_the_process(
    trying: Trying, tmp_path: Path
) -> None:
    trying.begin('echo "$PORT is not there" >&2; echo noise; test -e "$PORT"', PORT="5006")
    assert await trying.until_it_fails() == "exited with status 1: 5006 is not there"
    (tmp_path / "5006").touch()
    await eventually(lambda: trying.succeeded == 1)
    failures = len(trying.failures)
    await asyncio.sleep(0)
    assert len(trying.failures) == failures


async def test_a_failure_that_says_nothing_is_told_by_its_end(trying: Trying) -> None:
    trying.begin("kill -SEGV $$")
    assert await trying.until_it_fails() == "was ended by SIGSEGV"


async def test_of_much_output_the_last_line_is_kept_and_made_safe(trying: Trying) -> None:
    trying.begin("seq 200000; printf 'a \\033[31mred\\033[0m end\\n\\n'; exit 3")
    words = await trying.until_it_fails()
    assert words.startswith("exited with status 3: a ")
    assert "\x1b" not in words


async def test_what_takes_too_long_is_killed_with_all_of_its_tree(
    trying: Trying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctor.runtime.ready_commands.LONGEST_TRY_SECONDS", 0.5)
    trying.begin("setsid sleep 1000 & echo $! > pid; echo waiting; trap '' TERM; wait")
    assert await trying.until_it_fails() == "it took more than 0.5 seconds: waiting"
    pid = pid_in(tmp_path / "pid")
    assert pid is not None
    assert not lives(pid)


async def test_what_a_success_leaves_behind_is_ended_before_it_counts(
    trying: Trying, tmp_path: Path
) -> None:
    trying.begin("setsid sleep 1000 > /dev/null & echo $! > pid")
    await eventually(lambda: trying.succeeded == 1)
    pid = pid_in(tmp_path / "pid")
    assert pid is not None
    assert not lives(pid)


async def test_its_end_kills_the_try_and_nothing_is_told_any_more(
    trying: Trying, tmp_path: Path
) -> None:
    command = trying.begin("echo $$ > pid; exec sleep 1000")
    await eventually(lambda: pid_in(tmp_path / "pid") is not None)
    command.end()
    pid = pid_in(tmp_path / "pid")
    assert pid is not None
    await eventually(lambda: not lives(pid))
    assert trying.failures == []
    assert trying.succeeded == 0


async def test_a_folder_that_is_gone_is_a_failure_in_words(trying: Trying, tmp_path: Path) -> None:
    trying.folder = tmp_path / "gone"
    trying.begin("true")
    assert "cannot be entered" in await trying.until_it_fails()


async def test_without_a_guardian_it_fails_and_is_tried_on(trying: Trying) -> None:
    os.kill(trying.guardian_pid, 9)
    await eventually(lambda: not trying.keepers._here)
    trying.begin("true")
    assert "the guardian has died" in trying.failures[0]
