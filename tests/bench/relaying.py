"""How many lines a second get from processes to where a tool prints, and whether they are right."""

import hashlib
import os
import re
import time
from functools import cache
from pathlib import Path

from bench.children import entry
from bench.family import Family, written_bytes
from bench.tools import Tool
from bench.trial import Trial

LINES = 1_000_000
WRITERS = (1, 10)
_SETTLED_SECONDS = 0.4
_WITHIN_SECONDS = 60
_PREFIX = re.compile(rb"[0-9:]{8} \S+ +\| ")


def relay(tool: Tool) -> dict[str, object]:
    """Lines a second from one and from ten writers, to the null device and to a file."""
    results: dict[str, object] = {}
    if not tool.plain:
        return results
    kind = "ptys" if tool.terminal else "pipes"
    for writers in WRITERS:
        for where in ("null", "file"):
            rate, exact = _relay(tool, writers, where)
            results[f"relay_{kind}_{writers}_{where}"] = rate
            if where == "file":
                results[f"exact_{kind}_{writers}"] = exact
    return results


def _relay(tool: Tool, writers: int, where: str) -> tuple[float | None, bool]:
    each = LINES // writers // (10 if tool.slow else 1)
    names = [f"w{number}" for number in range(1, writers + 1)]
    entries = [entry(f"flood {name} {each} {{folder}}/gate", name=name) for name in names]
    with Trial(tool, entries, out="printed" if where == "file" else os.devnull) as trial:
        gate = trial.folder / "gate"
        if not wait_for_notes(gate, names, "ready"):
            return None, False
        time.sleep(0.5)  # what the tool does after a start is not what is measured
        began = time.monotonic()
        gate.touch()
        if not wait_for_notes(gate, names, "done"):
            return None, False
        ended = _last_write(trial.family, trial.process.pid, first_thread=tool.is_proctor)
        exact = where == "file" and _is_exact(trial, names, each)
    return each * writers / (ended - began), exact


def wait_for_notes(gate: Path, names: list[str], what: str) -> bool:
    """Wait until each of the writers at a gate has left this note; False if not in time."""
    deadline = time.monotonic() + _WITHIN_SECONDS
    missing = [Path(f"{gate}.{name}.{what}") for name in names]
    while missing and time.monotonic() < deadline:
        missing = [path for path in missing if not path.exists()]
        time.sleep(0.001)
    return not missing


def _last_write(family: Family, pid: int, *, first_thread: bool) -> float:
    """When the tool wrote for the last time.

    The writers are done when the tool has taken in their output; it may hold much of it still.
    proctor's log files, which a thread of its own writes, are not what is waited for.
    """
    assert pid in family.members()
    deadline = time.monotonic() + _WITHIN_SECONDS
    last, before = time.monotonic(), -1
    while time.monotonic() < min(deadline, last + _SETTLED_SECONDS):
        now = written_bytes(pid, first_thread=first_thread)
        if now != before:
            last, before = time.monotonic(), now
        time.sleep(0.001)
    return last


def _is_exact(trial: Trial, names: list[str], lines: int) -> bool:
    """Whether what was printed is, without the prefixes and for each writer, what it wrote."""
    assert trial.printed is not None
    sums = {name.encode(): hashlib.sha256() for name in names}
    with trial.printed.open("rb") as printed:
        for text in printed:
            prefix, mark, rest = text.partition(b"L w")
            if not mark:
                continue  # the tool's own words
            total = sums.get(b"w" + rest[: rest.find(b" ")])
            if total is None or (trial.tool.is_proctor and not _PREFIX.fullmatch(prefix)):
                return False
            if trial.tool.terminal and not trial.tool.is_proctor:
                rest = rest.replace(b"\r\n", b"\n")
            total.update(mark + rest)
    return all(total.digest() == _wanted(name, lines) for name, total in sums.items())


@cache
def _wanted(name: bytes, lines: int) -> bytes:
    total = hashlib.sha256()
    for number in range(lines):
        total.update((b"L %s %09d " % (name, number)).ljust(99, b"x") + b"\n")
    return total.digest()
