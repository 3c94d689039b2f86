"""What tools use while twenty processes do nothing."""

import time
from contextlib import ExitStack

from bench.children import entry
from bench.family import cpu_seconds, name_of, private_bytes
from bench.tools import Tool
from bench.trial import Trial

MANY = 20
_SETTLING_SECONDS = 6
_WINDOW_SECONDS = 15


def idle(tools: list[Tool]) -> dict[str, dict[str, object]]:
    """CPU in percent of a core over some seconds, and private memory, all tools at once."""
    with ExitStack() as open_trials:
        trials = []
        for tool in tools:
            trial = open_trials.enter_context(Trial(tool, [entry("wait web", count=MANY)]))
            if trial.wait_for(b"READY web", count=MANY):
                trials.append(trial)
        time.sleep(_SETTLING_SECONDS)
        members = [(trial, trial.family.tool()) for trial in trials]
        before = [_used(pids) for _, pids in members]
        began = time.monotonic()
        time.sleep(_WINDOW_SECONDS)
        after = [_used(pids) for _, pids in members]
        window = time.monotonic() - began
        return {
            trial.tool.name: {
                # A thread that has ended takes its time along.
                "idle_cpu": max(0.0, 100 * (end - start) / window),
                **_memory(pids),
            }
            for (trial, pids), start, end in zip(members, before, after, strict=True)
        }


def _used(pids: list[int]) -> float:
    return sum(cpu_seconds(pid) for pid in pids)


def _memory(pids: list[int]) -> dict[str, object]:
    sizes = {pid: private_bytes(pid) / 1e6 for pid in pids}
    found: dict[str, object] = {"idle_memory": sum(sizes.values())}
    for pid, size in sizes.items():
        name = name_of(pid)
        if name.startswith("proctor:web."):
            found["keeper_memory"] = max(size, float(str(found.get("keeper_memory", 0))))
        elif name == "proctor:guardian":
            found["guardian_memory"] = size
        elif "keeper_memory" in found or len(pids) == MANY + 2:
            found["supervisor_memory"] = size
    return found
