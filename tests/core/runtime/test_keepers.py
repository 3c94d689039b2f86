import asyncio
import errno
import fcntl
import functools
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proctor.errors import PlatformError, UserError
from proctor.model.exits import Exit
from proctor.runtime.keepers import (
    KeeperLostReport,
    LeaderContinuedReport,
    LeaderLeftReport,
    LeaderStoppedReport,
    SpawnFailedReport,
    StartedReport,
    SweptReport,
    TreeEmptiedReport,
)
from support.eventually import eventually
from support.keeping import Keeping, keeping
from support.trees import child

both = pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipes"])


@pytest.fixture
async def kept() -> AsyncIterator[Keeping]:
    async with keeping() as kept:
        yield kept


# What a run is started with


@both
async def test_a_run_is_started_read_and_told_about_to_its_end(
    kept: Keeping, terminal: bool
) -> None:
    run = kept.start("echo hello; exit 3", terminal=terminal)
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(status=3))
    assert run.names == ["StartedReport", "LeaderLeftReport", "TreeEmptiedReport"]
    assert run.text == "hello\n"


async def test_a_terminal_is_the_leaders_own_with_it_in_the_foreground(kept: Keeping) -> None:
    script = "import os; print(os.isatty(0), os.getpgid(0) == os.tcgetpgrp(0) == os.getpid())"
    run = kept.start(sys.executable, "-c", f"{script}; print(os.get_terminal_size())")
    await run.has_gone()
    assert run.text == "True True\nos.terminal_size(columns=120, lines=40)\n"


@both
async def test_a_leader_has_default_signals_an_empty_mask_and_nothing_else_open(
    kept: Keeping, terminal: bool
) -> None:
    run = kept.start(
        "cat /proc/self/status | grep -E '^Sig(Blk|Ign|Cgt)' | sort; ls -1 /proc/$$/fd; true",
        terminal=terminal,
    )
    await run.has_gone()
    lines = run.text.splitlines()
    assert lines[:2] == ["SigBlk:\t0000000000000000", "SigCgt:\t0000000000000000"]
    ignored = int(lines[2].removeprefix("SigIgn:\t"), 16)
    assert ignored & ~(0b11 << 31) == 0  # 32 and 33 are the C library's: its posix_spawn does that
    assert set(lines[3:]) - {"255"} == {"0", "1", "2"}  # 255 is bash's own


async def test_pipes_keep_stderr_apart_and_stdin_is_empty(kept: Keeping) -> None:
    run = kept.start("cat; echo out; echo err >&2", terminal=False)
    await run.has_gone()
    assert (run.output["out"], run.output["err"]) == (b"out\n", b"err\n")


async def test_stdin_that_stays_open_can_be_written_and_closed(kept: Keeping) -> None:
    run = kept.start("read line; echo got $line", terminal=False, stdin="open")
    assert run.channels.stdin is not None
    os.write(run.channels.stdin, b"something\n")
    await run.has_gone()
    assert run.text == "got something\n"


async def test_arguments_arrive_as_they_are_byte_for_byte(kept: Keeping) -> None:
    words = (b"a b", b"'\"$x", b"\xff\xfe", b"", b"two\nlines")
    code = "import os, sys; os.write(1, b'|'.join(map(os.fsencode, sys.argv[1:])))"
    run = kept.start(sys.executable, "-c", code, *words, terminal=False)
    await run.has_gone()
    assert run.output["out"] == b"|".join(words)


async def test_an_environment_larger_than_any_packet_arrives(kept: Keeping) -> None:
    environment = {f"VARIABLE_{number}": "x" * 60_000 for number in range(20)}
    run = kept.start("env | wc -c", environment={**environment, "PATH": os.environ["PATH"]})
    await run.has_gone()
    assert int(run.text) > 1_200_000


async def test_a_program_is_found_along_the_path_of_its_own_environment(
    kept: Keeping, tmp_path: Path
) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho tool\n")
    (tmp_path / "tool").chmod(0o755)
    run = kept.start("tool", "x", environment={"PATH": f"/nowhere:{tmp_path}"})
    await run.has_gone()
    assert run.text == "tool\n"


@both
async def test_a_size_given_later_reaches_a_terminal_and_does_no_harm_to_pipes(
    kept: Keeping, terminal: bool
) -> None:
    run = await kept.started(
        "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done", terminal=terminal
    )
    kept.keepers.resize(run.id, 200, 50)
    if terminal:
        await run.has_gone()
        assert run.text.endswith("50 200\n")
    else:
        kept.keepers.order(run.id, "all", signal.SIGTERM)
        await run.has_gone()


async def test_the_default_action_of_sigpipe_is_in_force(kept: Keeping) -> None:
    run = kept.start("yes | head -1; echo ${PIPESTATUS[0]}")
    await run.has_gone(within=5)
    assert run.text == "y\n141\n"


async def test_a_keeper_is_named_after_its_process(kept: Keeping) -> None:
    run = await kept.started("echo ready; sleep 60", name="worker")
    told = run.told(StartedReport)
    assert told is not None
    words = _command_line(told.keeper_pid)
    assert words.startswith(b"proctor:worker.1\0")
    assert not words.strip(b"\0")[16:]


# What cannot be started


@pytest.mark.parametrize(
    ("argv", "folder", "stage", "code", "words"),
    [
        (("no-such", "x"), "/", "program", errno.ENOENT, "there is no program 'no-such'"),
        (("/etc/passwd", "x"), "/", "program", errno.EACCES, "'/etc/passwd' may not be executed"),
        (("true", "x"), "/nowhere", "folder", errno.ENOENT, "'/nowhere' cannot be entered"),
        (("true", "x"), "/etc/passwd", "folder", errno.ENOTDIR, "Not a directory"),
        (("true", "x" * 200_000), "/", "program", errno.E2BIG, "Argument list too long"),
    ],
)
async def test_what_cannot_be_started_is_told_with_its_stage(
    kept: Keeping, argv: tuple[str, ...], folder: str, stage: str, code: int, words: str
) -> None:
    run = kept.start(*argv, folder=folder)
    await run.has_gone()
    told = run.told(SpawnFailedReport)
    assert told is not None
    assert (told.stage, told.errno) == (stage, code)
    assert words in told.words
    assert run.names == ["SpawnFailedReport"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("A=B", "secret"),
        ("", "secret"),
        ("NEW\nLINE", "secret"),
        ("NUL", "se\0cret"),
        ("LONG", "secret" * 30_000),
    ],
)
async def test_a_variable_that_no_program_can_be_given_is_named_without_its_value(
    kept: Keeping, name: str, value: str
) -> None:
    with pytest.raises(UserError) as caught:
        kept.start("true", environment={name: value})
    assert "secret" not in str(caught.value)
    assert name.split("\n", maxsplit=1)[0] in str(caught.value)


async def test_a_want_of_descriptors_is_told_and_leaks_none(kept: Keeping) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count of names
    held = [os.open("/", os.O_RDONLY) for _ in range(3)]
    soft, hard = _limits()
    _set_limits(max(held) + 3, hard)  # room for some of what a start opens, not for all
    try:
        with pytest.raises(PlatformError, match="Too many open files"):
            kept.start("true", terminal=False)
    finally:
        _set_limits(soft, hard)
        for descriptor in held:
            os.close(descriptor)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - a count of names
    run = kept.start("true")
    await run.has_gone()


# How a run ends


@pytest.mark.parametrize("status", [0, 1, 2, 126, 127, 128, 255])
async def test_every_exit_status_is_told_as_it_is(kept: Keeping, status: int) -> None:
    run = kept.start(f"exit {status}")
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(status=status))


async def test_every_signal_that_ends_a_leader_is_told(kept: Keeping) -> None:
    code = "import os, resource, signal, sys; number = int(sys.argv[1])\n"
    code += "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    code += "if number != 9: signal.signal(number, signal.SIG_DFL)\n"
    code += "os.kill(os.getpid(), number)"
    runs = [kept.start(sys.executable, "-S", "-c", code, str(number)) for number in range(1, 16)]
    for number, run in enumerate(runs, start=1):
        assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(signal=number))


async def test_no_report_comes_out_of_order_when_many_end_at_once(kept: Keeping) -> None:
    runs = [kept.start("/bin/true", "x", terminal=bool(number % 2)) for number in range(60)]
    for run in runs:
        await run.has_gone()
        assert run.names == ["StartedReport", "LeaderLeftReport", "TreeEmptiedReport"]


@both
async def test_what_was_written_right_before_the_end_is_there_after_it(
    kept: Keeping, terminal: bool
) -> None:
    run = kept.start("head -c 3000 /dev/zero | tr '\\0' x", terminal=terminal)
    for _, descriptor in run.channels.outputs():
        kept.keepers.loop.remove_reader(descriptor)  # a reader that is held back
    await run.has_gone()
    assert run.text == "x" * 3000


async def test_a_daemon_that_is_left_behind_belongs_to_the_run(
    kept: Keeping, tmp_path: Path
) -> None:
    run = kept.start(
        "setsid sh -c 'trap \"\" HUP; echo > up; sleep 60' & exit 0", folder=str(tmp_path)
    )
    await run.until(LeaderLeftReport)
    await eventually((tmp_path / "up").exists)
    assert run.told(TreeEmptiedReport) is None
    kept.keepers.order(run.id, "all", signal.SIGTERM)
    await run.has_gone()


async def test_orphans_are_reaped_as_they_end(kept: Keeping, tmp_path: Path) -> None:
    run = await kept.started(*child("orphans.py", 1000, "tag", tmp_path))
    told = run.told(StartedReport)
    assert told is not None
    await eventually(lambda: len(_children(told.keeper_pid)) < 5)
    assert run.told(LeaderLeftReport) is None
    kept.keepers.kill(run.id)
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(signal=signal.SIGKILL))


async def test_a_stop_that_follows_a_start_at_once_is_not_lost(kept: Keeping) -> None:
    runs = [kept.start("sleep 60", terminal=bool(number % 2)) for number in range(20)]
    for run in runs:
        kept.keepers.order(run.id, "roots", signal.SIGTERM)
    for run in runs:
        assert await run.has_gone() == LeaderLeftReport(
            run=run.id, exit=Exit(signal=signal.SIGTERM)
        )


async def test_a_stopped_leader_is_told_and_wakes_up_to_hear_its_stop(kept: Keeping) -> None:
    loop = "echo ready; while :; do sleep 0.01; done"
    run = await kept.started(f"trap 'echo bye; exit 5' TERM; {loop}")
    kept.keepers.signal(run.id, signal.SIGSTOP)
    assert await run.until(LeaderStoppedReport) == LeaderStoppedReport(
        run=run.id, signal=signal.SIGSTOP
    )
    kept.keepers.signal(run.id, signal.SIGCONT)
    await run.until(LeaderContinuedReport)
    kept.keepers.signal(run.id, signal.SIGSTOP)
    await eventually(lambda: run.names.count("LeaderStoppedReport") == 2)
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(status=5))
    assert run.text == "ready\nbye\n"


# Whom an order reaches

NOISY = "trap 'echo {0} told' TERM; echo {0} ready; while :; do sleep 0.01; done"


async def test_roots_are_the_leader_and_later_whoever_lost_its_parent(
    kept: Keeping, tmp_path: Path
) -> None:
    (tmp_path / "inner").write_text(f"{NOISY.format('inner')}\n")
    outer = (
        "trap 'echo outer told' TERM; bash inner & echo ready; while [ ! -e end ]; do wait; done"
    )
    run = await kept.started(outer, folder=str(tmp_path))
    await run.prints("inner ready")
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    await run.prints("outer told")
    assert "inner told" not in run.text
    told = run.told(StartedReport)
    assert told is not None
    os.kill(told.leader_pid, signal.SIGKILL)
    await run.prints("inner told")
    kept.keepers.order(run.id, "roots", signal.SIGTERM)  # again: nobody is told twice
    kept.keepers.order(run.id, "all", signal.SIGTERM)
    kept.keepers.kill(run.id)
    await run.has_gone()
    assert run.text.count("inner told") == run.text.count("outer told") == 1


async def test_the_children_of_a_told_shell_are_told_with_the_shells(
    kept: Keeping, tmp_path: Path
) -> None:
    python = f"{sys.executable} -S -E {Path(__file__).parents[2]}/support/children/hydra.py"
    run = await kept.started(
        f"trap 'echo shell told' TERM; {python} tag . & while :; do wait; done",
        folder=str(tmp_path),
    )
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    await run.prints("shell told")
    heads = functools.partial(_names_in, tmp_path, "head-*")
    assert not heads()
    kept.keepers.order(run.id, "shells", signal.SIGTERM)
    await eventually(lambda: bool(heads()))
    kept.keepers.kill(run.id)
    await run.has_gone()
    assert run.text.count("shell told") == 1


async def test_a_child_of_no_shell_is_not_told_with_the_shells(
    kept: Keeping, tmp_path: Path
) -> None:
    (tmp_path / "inner").write_text(f"{NOISY.format('inner')}\n")
    code = "import signal, subprocess, os\n"
    code += "signal.signal(15, lambda *_: os.write(1, b'leader told\\n'))\n"
    code += "child = subprocess.Popen(['bash', 'inner'])\nwhile True: signal.pause()"
    run = await kept.started(sys.executable, "-c", code, folder=str(tmp_path), prints="inner ready")
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    await run.prints("leader told")
    kept.keepers.order(run.id, "shells", signal.SIGTERM)
    kept.keepers.signal(run.id, signal.SIGTERM)  # arrives after the order has been carried out
    await run.prints("leader told", times=2)
    assert "inner told" not in run.text
    kept.keepers.order(run.id, "all", signal.SIGTERM)
    await run.prints("inner told")
    kept.keepers.kill(run.id)
    await run.has_gone()


async def test_a_single_signal_begins_no_stop(kept: Keeping) -> None:
    run = await kept.started("trap 'echo told' USR1; echo ready; while :; do sleep 0.01; done")
    kept.keepers.signal(run.id, signal.SIGUSR1)
    await run.prints("told")
    kept.keepers.signal(run.id, signal.SIGUSR1)
    await run.prints("told", times=2)
    assert run.names == ["StartedReport"]
    kept.keepers.order(run.id, "all", signal.SIGTERM)
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(signal=signal.SIGTERM))


@pytest.mark.parametrize("script", ["stubborn.py", "hydra.py", "hopper.py"])
async def test_a_kill_reaches_everybody(kept: Keeping, tmp_path: Path, script: str) -> None:
    run = await kept.started(*child(script, "tag", tmp_path))
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    kept.keepers.kill(run.id)
    await run.has_gone(within=3)
    assert run.told(TreeEmptiedReport) is not None


async def test_an_order_for_a_run_that_has_gone_does_nothing(kept: Keeping) -> None:
    run = kept.start("true")
    await run.has_gone()
    kept.keepers.order(run.id, "all", signal.SIGTERM)
    kept.keepers.kill(run.id)
    assert run.names == ["StartedReport", "LeaderLeftReport", "TreeEmptiedReport"]


# When one of ours is lost


async def test_a_killed_keeper_is_told_and_its_tree_swept_while_others_live(
    kept: Keeping, tmp_path: Path
) -> None:
    other = await kept.started("echo ready; sleep 60")
    run = await kept.started(*child("stubborn.py", "tag", tmp_path), grace_seconds=0.3)
    told = run.told(StartedReport)
    assert told is not None
    os.kill(told.keeper_pid, signal.SIGKILL)
    assert await run.until(KeeperLostReport) == KeeperLostReport(run=run.id)
    assert _exists(told.leader_pid)
    await run.until(SweptReport)
    assert not _exists(told.leader_pid)
    assert other.names == ["StartedReport"]


async def test_guardian_and_keepers_are_deaf_to_what_asks_nicely(kept: Keeping) -> None:
    run = await kept.started("echo ready; sleep 60")
    told = run.told(StartedReport)
    assert told is not None
    for pid in (kept.guardian_pid, told.keeper_pid):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            os.kill(pid, number)
    again = kept.start("exit 4")
    assert await again.has_gone() == LeaderLeftReport(run=again.id, exit=Exit(status=4))
    assert run.names == ["StartedReport"]


async def test_without_a_guardian_runs_go_on_and_none_is_started(kept: Keeping) -> None:
    run = await kept.started("echo ready; sleep 60")
    os.kill(kept.guardian_pid, signal.SIGKILL)
    await eventually(lambda: kept.guardian_lost)
    with pytest.raises(PlatformError, match="guardian has died"):
        kept.start("true")
    kept.keepers.order(run.id, "roots", signal.SIGTERM)
    assert await run.has_gone() == LeaderLeftReport(run=run.id, exit=Exit(signal=signal.SIGTERM))


async def test_a_stopped_guardian_blocks_nobody_and_loses_no_start(kept: Keeping) -> None:
    os.kill(kept.guardian_pid, signal.SIGSTOP)
    environment = {**os.environ, **{f"V{number}": "x" * 60_000 for number in range(15)}}
    runs = [kept.start("echo $#", environment=environment) for _ in range(5)]
    await asyncio.sleep(0)
    assert [run.names for run in runs] == [[]] * 5
    os.kill(kept.guardian_pid, signal.SIGCONT)
    for run in runs:
        await run.has_gone()
        assert run.text == "0\n"


async def test_the_lock_is_free_when_the_last_tree_has_ended(kept: Keeping, tmp_path: Path) -> None:
    ours = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(ours, fcntl.LOCK_EX)
    kept.keepers.hold_lock(ours)
    os.close(ours)
    await kept.started("echo ready; sleep 60")
    next_start = os.open(tmp_path / "lock", os.O_RDWR)
    with pytest.raises(BlockingIOError):
        fcntl.flock(next_start, fcntl.LOCK_EX | fcntl.LOCK_NB)
    await kept.end()
    fcntl.flock(next_start, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(next_start)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _names_in(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.glob(pattern)]


def _limits() -> tuple[int, int]:
    import resource  # noqa: PLC0415 - one test's need

    return resource.getrlimit(resource.RLIMIT_NOFILE)


def _set_limits(soft: int, hard: int) -> None:
    import resource  # noqa: PLC0415 - one test's need

    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
