"""First lines, stops, and the gap after a first crash."""

import re
from itertools import pairwise

from bench.children import entry
from bench.tools import Tool
from bench.trial import Trial

_TOLD = re.compile(rb"(UP|DOWN) web (\d+)")
MANY = 20


def first_line(tool: Tool) -> dict[str, object]:
    """Milliseconds from the start of the tool to the first line of its one process."""
    with Trial(tool, [entry("wait web")]) as trial:
        seen = trial.wait_for(b"READY web")
        return {"first_line": seen and (seen - trial.began_at) * 1000}


def twenty(tool: Tool) -> dict[str, object]:
    """Milliseconds to the first lines of twenty, and until all have gone; how many said goodbye."""
    with Trial(tool, [entry("wait web", count=MANY)]) as trial:
        seen = trial.wait_for(b"READY web", count=MANY)
        if seen is None:
            return {}
        trial.wait_until_quiet(seconds=0.5, within=5)
        took = trial.stopped_after()
        trial.wait_until_quiet(seconds=0.2, within=2)
        return {
            "first_lines": (seen - trial.began_at) * 1000,
            "stop": took and took * 1000,
            "last_lines": trial.text().count(b"BYE web"),
        }


def crash(tool: Tool) -> dict[str, object]:
    """Milliseconds from the last line of a process that crashes to its next first one."""
    if not tool.restarts:
        return {}
    with Trial(tool, [entry("crash web")], restart=True) as trial:
        trial.wait_for(b"UP web", count=2, within=12)
        trial.wait_until_quiet(seconds=0.1, within=1)
        told = [(word, int(at)) for word, at in _TOLD.findall(trial.text())]
    for (word, down), (following, up) in pairwise(told):
        if word == b"DOWN" and following == b"UP":
            return {"gap": (up - down) / 1e6}
    return {}
