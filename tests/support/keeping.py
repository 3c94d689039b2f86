"""Runs under real keepers for one test: what they print, what is reported, and waiting for it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from proctor.keeper import guardian
from proctor.model.names import ProcessName, RunId
from proctor.runtime.keepers import (
    Channels,
    GuardianLostReport,
    KeeperLostReport,
    Keepers,
    LeaderLeftReport,
    Report,
    RunReport,
    SpawnFailedReport,
    SpawnOrder,
    StartedReport,
    SweptReport,
    TreeEmptiedReport,
)
from support.eventually import eventually

_LAST = (TreeEmptiedReport, SweptReport, SpawnFailedReport)

Kind = TypeVar("Kind", bound=RunReport)


@dataclass(slots=True, eq=False)
class Run:
    """One run: its output by stream, and its reports so far."""

    id: RunId
    channels: Channels = field(default_factory=Channels)
    output: dict[str, bytes] = field(default_factory=lambda: {"out": b"", "err": b""})
    reports: list[RunReport] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it wrote to its terminal or stdout, with plain newlines."""
        return self.output["out"].decode(errors="surrogateescape").replace("\r\n", "\n")

    def told(self, kind: type[Kind]) -> Kind | None:
        """The first report of this kind, if there has been one."""
        return next((report for report in self.reports if isinstance(report, kind)), None)

    @property
    def names(self) -> list[str]:
        """The kinds of its reports, in order."""
        return [type(report).__name__ for report in self.reports]

    async def until(self, kind: type[Kind], *, within: float = 10.0) -> Kind:
        """Wait for a report of this kind."""
        await eventually(lambda: self.told(kind) is not None, within=within)
        found = self.told(kind)
        assert found is not None
        return found

    async def prints(self, word: str, *, times: int = 1, within: float = 10.0) -> None:
        """Wait until it has written this."""
        await eventually(lambda: self.text.count(word) >= times, within=within)

    async def has_gone(self, *, within: float = 10.0) -> LeaderLeftReport | None:
        """Wait until nobody is left of it; gives how its leader ended."""
        await eventually(
            lambda: any(isinstance(report, _LAST) for report in self.reports), within=within
        )
        return self.told(LeaderLeftReport)


class Keeping:
    """Keepers with a guardian of their own, and the runs that a test starts."""

    def __init__(self) -> None:
        control, self.guardian_pid = guardian.spawn()
        self.runs: dict[RunId, Run] = {}
        self.guardian_lost = False
        self.keepers = Keepers(control, self._take, guardian_pid=self.guardian_pid)
        self.keepers.attach(asyncio.get_running_loop())

    def start(self, *argv: str | bytes, name: str = "web", **details: Any) -> Run:
        """Start a program; one word is a line for the shell."""
        run = Run(RunId(ProcessName(name, len(self.runs) + 1), 1))
        self.runs[run.id] = run
        values: dict[str, Any] = {"environment": dict(os.environ), "folder": "/", **details}
        words = ("bash", "-c", *argv) if len(argv) == 1 else argv
        run.channels = self.keepers.spawn(SpawnOrder(run=run.id, argv=words, **values))
        for stream, descriptor in run.channels.outputs():
            self.keepers.loop.add_reader(descriptor, self._read, run, stream, descriptor)
        return run

    async def started(self, *argv: str | bytes, prints: str = "ready", **details: Any) -> Run:
        """Start a program and wait until it has written a word."""
        run = self.start(*argv, **details)
        await run.until(StartedReport)
        await run.prints(prints)
        return run

    def _read(self, run: Run, stream: str, descriptor: int) -> None:
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        run.output[stream] += data
        if not data:
            self.keepers.loop.remove_reader(descriptor)

    def _take(self, report: Report) -> None:
        if isinstance(report, GuardianLostReport):
            self.guardian_lost = True
            return
        run = self.runs[report.run]
        if isinstance(report, _LAST):
            for stream, descriptor in run.channels.outputs():
                self._read(run, stream, descriptor)
        run.reports.append(report)

    async def end(self) -> None:
        """Kill what is left, wait for it, and end the guardian."""
        for run in self.runs.values():
            for _, descriptor in run.channels.outputs():
                self.keepers.loop.remove_reader(descriptor)
        self.keepers.close()
        await self.keepers.wait_closed(within_seconds=5)
        bugs = [told.bug for run in self.runs.values() if (told := run.told(KeeperLostReport))]
        assert not any(bugs), bugs


@asynccontextmanager
async def keeping() -> AsyncIterator[Keeping]:
    """Keepers for as long as the block runs; nothing of them is left after it."""
    kept = Keeping()
    try:
        yield kept
    finally:
        await kept.end()
