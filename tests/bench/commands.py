"""How long whole commands take, from their start to their end."""

import subprocess
import sys
import time
from pathlib import Path

from bench.children import program
from bench.tools import Entry, Tool
from bench.trial import Trial

_TIMES = 7
_LINES = 2000
BASELINE = "python -c 'import click'"
#: What is asked of a running app; peers have some of it (see `Launch.asked`).
PS, SCALE, LOGS = "ps", "scale", "logs -n 1000"
_PROCTOR = str(Path(sys.executable).with_name("proctor"))


def commands(tool: Tool) -> dict[str, object]:
    """Milliseconds of each command; beside proctor's those of an interpreter with click."""
    results: dict[str, object] = {}
    talking = Entry("web", f"seq {_LINES} && exec {program()} wait web")
    with Trial(tool, [talking]) as trial:
        if not trial.asked or not trial.wait_for(b"READY web"):
            return results
        trial.wait_until_quiet(seconds=0.5, within=5)
        asked = {**trial.asked, **(_own() if tool.is_proctor else {})}
        times: dict[str, list[float]] = {words: [] for words in asked}
        for _ in range(_TIMES):
            for words, argv in asked.items():
                times[words].append(_timed(argv, trial))
    for words, taken in times.items():
        results[words] = sorted(taken)[_TIMES // 2]
    return results


def _own() -> dict[str, list[str]]:
    return {
        BASELINE: [sys.executable, "-c", "import click"],
        "proctor --version": [_PROCTOR, "--version"],
        "proctor --help": [_PROCTOR, "--help"],
        "proctor info --json": [_PROCTOR, "info", "--json"],
    }


def _timed(argv: list[str], trial: Trial) -> float:
    began = time.monotonic()
    subprocess.run(
        argv, cwd=trial.folder, env=trial.environment, check=True, stdout=subprocess.DEVNULL
    )
    return (time.monotonic() - began) * 1000
