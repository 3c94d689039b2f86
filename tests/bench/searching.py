"""How long a search takes in a million lines, while another process floods."""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Any

from bench.children import entry
from bench.relaying import LINES, wait_for_notes
from bench.tools import Tool
from bench.trial import Trial
from proctor.control.client import RemoteSession, connect
from proctor.logs.search import SearchHit, SearchQuery
from proctor.model.events import OutputAppended

GREP = "grep -F on the same files, ms"
_PROCTOR = str(Path(sys.executable).with_name("proctor"))
_RARE = SearchQuery(text=r"L flood [0-9]+00000 ", regex=True, limit=1)
_OLDEST = SearchQuery(text="L quiet 000000000 ", targets=("quiet",))
_EXPRESSION = SearchQuery(text=r"L quiet 0+0 ", regex=True, targets=("quiet",))
_HOPELESS = SearchQuery(text=r"(x+x+)+y", regex=True)
_TIMES = 3
_LOOKS = 50
_FLOODED = 2_000_000


def searching(tool: Tool) -> dict[str, object]:
    """Milliseconds until a hit, of whole searches beside grep, and of answers meanwhile."""
    entries = [
        entry(f"flood quiet {LINES} {{folder}}/gate", name="quiet"),
        entry("flood flood 99999999 {folder}/sluice", name="flood"),
    ]
    with Trial(tool, entries, out="/dev/null") as trial:
        gate, sluice = trial.folder / "gate", trial.folder / "sluice"
        if not wait_for_notes(gate, ["quiet"], "ready"):
            return {}
        gate.touch()
        if not wait_for_notes(gate, ["quiet"], "done"):
            return {}
        info = json.loads(_printed(trial, "info", "--json"))
        logs = Path(info["state_dir"]) / "logs"
        sluice.touch()
        return asyncio.run(_measured(trial, Path(info["socket"]), logs))


async def _measured(trial: Trial, path: Path, logs: Path) -> dict[str, object]:
    times: dict[str, list[float]] = {}
    async with await connect(path) as session:
        await _flooded(session, "flood.1")
        for _ in range(_TIMES):
            for key, query in (
                ("search_hit", _RARE), ("search_all", _OLDEST), ("search_expression", _EXPRESSION)
            ):  # fmt: skip
                times.setdefault(key, []).append(await _first_hit(session, query))
            times.setdefault(GREP, []).append(await asyncio.to_thread(_grep, logs))
            command = await asyncio.to_thread(_timed, trial, _RARE.text)
            times.setdefault("search_command", []).append(command)
        times["answer"] = await _answers(session)
        hopeless = asyncio.create_task(_first_hit(session, _HOPELESS))
        times["answer_searching"] = await _answers(session)
        hopeless.cancel()
        await asyncio.gather(hopeless, return_exceptions=True)
    return {key: median(taken) for key, taken in times.items()} | {
        "answer_slowest": max(times["answer"]),
        "answer_searching_slowest": max(times["answer_searching"]),
    }


async def _flooded(session: RemoteSession, process: str) -> None:
    """Wait until a process has printed so much that much of it is on disk alone."""
    after = (await session.snapshot()).sequence
    async with aclosing(session.messages(after=after)) as messages:
        async for message in messages:
            if (
                isinstance(message, OutputAppended)
                and message.process == process
                and message.end >= _FLOODED
            ):
                return


async def _first_hit(session: RemoteSession, query: SearchQuery) -> float:
    began = time.monotonic()
    async with aclosing(session.search(query)) as found:
        async for item in found:
            if isinstance(item, SearchHit):
                return (time.monotonic() - began) * 1000
    raise AssertionError(f"{query.text!r} was not found")


async def _answers(session: RemoteSession) -> list[float]:
    taken = []
    for _ in range(_LOOKS):
        began = time.monotonic()
        await session.snapshot()
        taken.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(0.01)
    return taken


def _grep(logs: Path) -> float:
    files: list[Any] = sorted(logs.glob("quiet.1.log*"))
    began = time.monotonic()
    subprocess.run(
        ["grep", "-F", _OLDEST.text, *files], check=True, stdout=subprocess.DEVNULL
    )  # fmt: skip
    return (time.monotonic() - began) * 1000


def _timed(trial: Trial, pattern: str) -> float:
    began = time.monotonic()
    _printed(trial, "search", "-n", "1", pattern)
    return (time.monotonic() - began) * 1000


def _printed(trial: Trial, *words: str) -> bytes:
    done = subprocess.run(
        [_PROCTOR, *words], cwd=trial.folder, env=trial.environment, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return done.stdout
