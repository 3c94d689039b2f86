"""How long whole commands take, from their start to their end."""

import subprocess
import sys
import time
from pathlib import Path

from bench.children import entry
from bench.tools import Tool
from bench.trial import Trial

_TIMES = 7
BASELINE = "python -c 'import click'"


def commands(tool: Tool) -> dict[str, object]:
    """Milliseconds of each command; beside them those of an interpreter that loads click."""
    results: dict[str, object] = {}
    with Trial(tool, [entry("wait web")]) as trial:
        if not trial.wait_for(b"READY web"):
            return results
        trial.wait_until_quiet(seconds=0.5, within=3)
        proctor = str(Path(sys.executable).with_name("proctor"))
        asked = {
            BASELINE: [sys.executable, "-c", "import click"],
            "proctor --version": [proctor, "--version"],
            "proctor --help": [proctor, "--help"],
            "proctor ps": [proctor, "ps"],
            "proctor info --json": [proctor, "info", "--json"],
            "proctor scale web=1": [proctor, "scale", "web=1"],
        }
        times: dict[str, list[float]] = {words: [] for words in asked}
        for _ in range(_TIMES):
            for words, argv in asked.items():
                times[words].append(_timed(argv, trial))
    return {words: sorted(taken)[_TIMES // 2] for words, taken in times.items()}


def _timed(argv: list[str], trial: Trial) -> float:
    began = time.monotonic()
    subprocess.run(
        argv, cwd=trial.folder, env=trial.environment, check=True, stdout=subprocess.DEVNULL
    )
    return (time.monotonic() - began) * 1000
