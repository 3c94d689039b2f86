"""Measures proctor beside its peers, and prints one table: `make bench`.

    python -m bench.run [--runs N] [--only MEASURE ...] [--peers NAME ...]

Runs take turns, so that what else the machine does hits all tools alike.
"""

import argparse
import platform
import sys
import time

from bench.commands import commands
from bench.idling import idle
from bench.key_lag import key_lag
from bench.oddities import odd_output
from bench.orphans import orphans
from bench.relaying import relay
from bench.searching import searching
from bench.starting import crash, first_line, twenty
from bench.table import HONCHO, Results
from bench.tools import Tool, install, installed

_ALONE = {
    "first": first_line,
    "twenty": twenty,
    "crash": crash,
    "relay": relay,
    "commands": commands,
}
_LONG = ("relay", "crash")  # from the second run on for those alone that are compared
_TOGETHER = {"idle": idle, "odd": odd_output, "orphans": orphans}
_OWN = {"keys": lambda _: key_lag(), "search": searching}


def main() -> None:
    """Measure, and print."""
    if sys.platform != "linux":
        sys.exit("bench: what it looks at is in /proc, which this system has not")
    options = argparse.ArgumentParser(description="Measure proctor beside its peers.")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", nargs="*", default=[], help=" ".join(_all_names()))
    options.add_argument("--peers", nargs="*", default=[], help="only these")
    asked = options.parse_args()
    install()
    tools = installed(asked.peers)
    results = Results()
    wanted = [name for name in _all_names() if not asked.only or name in asked.only]
    for name in wanted:
        began = time.monotonic()
        _measure(name, tools, asked.runs, results)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201 - its output
    _print(results, tools, asked.runs)


def _all_names() -> list[str]:
    return [*_ALONE, *_TOGETHER, *_OWN]


def _measure(name: str, tools: list[Tool], runs: int, results: Results) -> None:
    for run in range(1 if name in ("odd", "orphans") else runs):
        if together := _TOGETHER.get(name):
            for tool_name, found in together(tools).items():
                results.add(tool_name, found)
        elif alone := _ALONE.get(name):
            for tool in tools:
                if run and name in _LONG and not (tool.is_proctor or tool.name == HONCHO):
                    continue
                results.add(tool.name, alone(tool))
        else:
            results.add(tools[0].name, _OWN[name](tools[0]))


def _print(results: Results, tools: list[Tool], runs: int) -> None:
    python = platform.python_version()
    print(f"\nPython {python}, {platform.system()}, {time.strftime('%Y-%m-%d')}, {runs} runs each.")  # noqa: T201 - its output
    print("Medians, the best in parentheses; ratios are to honcho, those of commands to click.\n")  # noqa: T201 - its output
    print(results.table([tool.name for tool in tools]))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
