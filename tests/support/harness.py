"""A bare supervisor for tests, as a program: TREE_TAG=TAG harness.py FOLDER GRACE TREE...

The tag is not among its own arguments, lest the oracle take it for one of the trees. A tree is a
name of `trees.TREES`, or a whole command as a JSON list. With TREE_UID it becomes that user first,
and with TREE_PROCESSES that user may have no more processes than so many. TREE_SIGNAL and
TREE_SCOPE are how the keepers stop the trees when the supervisor has gone.
It starts each tree by its own keeper and says what happens, a JSON object a line. When the guardian
dies it stops all in order and ends with 70. Its stdin is obeyed, a word a line: `stop` stops all,
`copy` makes a forked copy that lives on; at the end of file it stops all and ends.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from proctor.keeper import guardian

sys.path.append(str(Path(__file__).parents[1]))

if "TREE_UID" in os.environ:
    import _ctypes  # noqa: F401 - the files of our Python may be closed to that user
    import resource

    import proctor.keeper.guarding
    import proctor.runtime.keepers  # noqa: F401 - as above

    if "TREE_PROCESSES" in os.environ:
        most = int(os.environ["TREE_PROCESSES"])
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    os.setgroups([])
    os.setgid(int(os.environ["TREE_UID"]))
    os.setuid(int(os.environ["TREE_UID"]))

_guardian, _guardian_pid = guardian.launch()

from proctor.model.names import ProcessName, RunId  # noqa: E402 - after the fork
from proctor.runtime import keepers  # noqa: E402 - after the fork
from support.trees import command  # noqa: E402 - after the fork


def say(**words: object) -> None:
    """One line for the test; nobody may be there to read it."""
    try:
        os.write(1, json.dumps(words).encode() + b"\n")
    except OSError:
        return


class Harness:
    """Starts the trees, hears of them, and stops them."""

    def __init__(self, tag: str, folder: str, grace: float, trees: list[str]) -> None:
        self._grace = grace
        self._exit_code = 0
        self._stopping = False
        self._printing: set[RunId] = set()
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._keepers = keepers.Keepers(
            _guardian, self._take, guardian_pid=_guardian_pid, adopts_orphans=True
        )
        self._keepers.attach(self._loop)
        self._left = {
            RunId(ProcessName("web", number), 1): command(tree, tag, folder)
            for number, tree in enumerate(trees, start=1)
        }

    async def run(self) -> int:
        """Run until all has gone; the exit code."""
        say(guardian=_guardian_pid)
        self._loop.add_reader(0, self._obey)
        for run, argv in list(self._left.items()):
            order = keepers.SpawnOrder(
                run=run,
                argv=argv,
                environment=dict(os.environ),
                folder="/",
                stop_signal=signal.Signals[os.environ.get("TREE_SIGNAL", "SIGTERM")],
                stop_scope="all" if os.environ.get("TREE_SCOPE") == "all" else "roots",
                grace_seconds=self._grace,
                terminal=bool(run.process.number % 2),
            )
            for _, descriptor in self._keepers.spawn(order).outputs():
                self._loop.add_reader(descriptor, self._read, run, descriptor)
        await self._ended.wait()
        self._keepers.close()
        await self._keepers.wait_closed(within_seconds=self._grace + 1)
        return self._exit_code

    def _read(self, run: RunId, descriptor: int) -> None:
        try:
            if os.read(descriptor, 65536):
                if run not in self._printing:
                    self._printing.add(run)
                    say(prints=str(run))
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._loop.remove_reader(descriptor)

    def _obey(self) -> None:
        words = os.read(0, 4096).decode().split()
        if not words:
            self._loop.remove_reader(0)
            self._stop(quits=True)
        for word in words:
            if word == "stop":
                self._stop()
            elif word == "copy":
                self._copy()

    def _copy(self) -> None:
        copy = os.fork()
        if copy == 0:
            signal.pause()
        say(copy=copy)

    def _stop(self, *, quits: bool = False) -> None:
        if quits and not self._left:
            self._ended.set()
        if not self._stopping:
            self._stopping = True
            for run in self._left:
                self._keepers.order(run, "roots", signal.SIGTERM)
            self._loop.call_later(self._grace, self._kill)

    def _kill(self) -> None:
        for run in self._left:
            self._keepers.kill(run)

    def _take(self, report: keepers.Report) -> None:
        name = type(report).__name__.removesuffix("Report")
        if isinstance(report, keepers.GuardianLostReport):
            say(report=name)
            self._exit_code = 70
            self._stop(quits=True)
            return
        keeper = report.keeper_pid if isinstance(report, keepers.StartedReport) else None
        about = (
            str(report)
            if isinstance(report, keepers.DeniedReport | keepers.SpawnFailedReport)
            else None
        )
        say(report=name, run=str(report.run), keeper=keeper, about=about)
        if isinstance(
            report, keepers.TreeEmptiedReport | keepers.SweptReport | keepers.SpawnFailedReport
        ):
            del self._left[report.run]
            if self._stopping and not self._left:
                self._ended.set()


async def main() -> int:
    _, folder, grace, *trees = sys.argv
    tag = os.environ.pop("TREE_TAG")
    return await Harness(tag, folder, float(grace), trees).run()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
