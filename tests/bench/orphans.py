"""What lives on of what a tool has started, after it was killed and after it was stopped."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

from bench.children import entry, program
from bench.tools import Entry, Tool
from bench.trial import Trial

STARTED = 8  #: a plain one, two of a shell, one that talks, two with a child of their own
_AT_ONCE = 4


def orphans(tools: list[Tool]) -> dict[str, dict[str, object]]:
    """How many processes are left, of the eight."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip([tool.name for tool in tools], pool.map(_both, tools), strict=True))


def _both(tool: Tool) -> dict[str, object]:
    return {
        "left_after_kill": _left(tool, kill=True),
        "left_after_stop": _left(tool, kill=False),
    }


def _left(tool: Tool, *, kill: bool) -> int | None:
    child = program()
    shell = Entry("shell", f"{child} silent one & {child} silent other & wait")
    types = {"plain": "silent", "chatty": "ticking", "family": "parent", "apart": "daemon"}
    entries = [shell, *(entry(f"{mode} {name}", name=name) for name, mode in types.items())]
    with Trial(tool, entries) as trial:
        if not _wait_for_number(trial, STARTED, within=10):
            return None
        time.sleep(1)
        if kill:
            trial.process.send_signal(signal.SIGKILL)
            trial.process.wait()
        else:
            trial.stop()
            _wait_for_end(trial, within=14)
        _wait_for_number(trial, 0, within=2)
        return len(trial.family.children())


def _wait_for_number(trial: Trial, number: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while len(trial.family.children()) != number:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _wait_for_end(trial: Trial, *, within: float) -> None:
    deadline = time.monotonic() + within
    while trial.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
