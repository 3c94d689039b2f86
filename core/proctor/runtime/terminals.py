"""Who is attached to the terminals of processes: for each process with one, from run to run."""

from typing import TYPE_CHECKING

import msgspec

from proctor.model.names import ProcessName, RunId

if TYPE_CHECKING:
    from proctor.runtime.keepers import Keepers
    from proctor.runtime.process_terminal import ProcessTerminal

SIZE = (120, 40)
"""Columns and rows of a terminal that nobody looks at."""


class _Run(msgspec.Struct, frozen=True):
    """The newest run of a process; `descriptor` is our end of its terminal, None with pipes."""

    id: RunId
    descriptor: int | None


class Terminals:
    """Knows the terminal of each process's newest run, and who is attached to it.

    Where nobody is, output costs one look into an empty table.
    """

    def __init__(self, keepers: "Keepers") -> None:
        self._keepers = keepers
        self._runs: dict[ProcessName, _Run] = {}
        self._watched: dict[ProcessName, ProcessTerminal] = {}
        self._ended = False

    # What becomes of runs

    def size_for(self, process: ProcessName) -> tuple[int, int]:
        """Columns and rows for a new run."""
        watched = self._watched.get(process)
        return SIZE if watched is None else watched.size

    def began(self, run: RunId, descriptor: int | None) -> None:
        """A run was started; its terminal, if it has one, may be read and written from now on."""
        self._runs[run.process] = _Run(run, descriptor)
        watched = self._watched.get(run.process)
        if watched is None:
            return
        if watched.is_left:  # what is still under way was for the run before
            watched.end("")
            del self._watched[run.process]
        elif descriptor is None:
            watched.end(f"{run.process} has no terminal any more: it runs with pipes")
            del self._watched[run.process]
        else:
            watched.begin(run, descriptor)
            watched.say_of(run, f"{run.process} was started again", over=True)

    def wrote(self, run: RunId, data: bytes) -> None:
        """A run has written to its terminal."""
        if self._watched and (watched := self._watched.get(run.process)) is not None:
            watched.feed(run, data)

    def stopped(self, run: RunId, signal: str) -> None:
        """A run's leader was stopped, by ^Z perhaps: it cannot be continued from its terminal."""
        if (watched := self._watched.get(run.process)) is not None:
            name = run.process
            words = (
                f"{name} was stopped by {signal}; from another terminal: proctor kill {name} CONT"
            )
            watched.say_of(run, words, over=False)

    def left(self, run: RunId, words: str) -> None:
        """A run's leader has ended, as the words say."""
        if (watched := self._watched.get(run.process)) is not None:
            said = f"{run.process} {words}; its next start is shown here"
            watched.say_of(run, said, over=True)

    def gone(self, run: RunId) -> None:
        """Nothing is left of a run; its terminal is about to be closed."""
        newest = self._runs.get(run.process)
        if newest is not None and newest.id == run:
            del self._runs[run.process]
        if (watched := self._watched.get(run.process)) is not None:
            watched.end_run(run)

    def close(self) -> None:
        """The app has ended, and all terminals are about to be closed."""
        self._ended = True
        self._runs.clear()
        watched, self._watched = self._watched, {}
        for each in watched.values():
            each.end("the app has ended")

    # Who is attached

    def is_watched(self, process: ProcessName) -> bool:
        """Whether somebody is attached."""
        watched = self._watched.get(process)
        return watched is not None and not watched.is_left

    def has_pipes(self, process: ProcessName) -> bool:
        """Whether its run, if there is one, was started with pipes."""
        run = self._runs.get(process)
        return run is not None and run.descriptor is None

    def open(self, process: ProcessName) -> "ProcessTerminal":
        """The terminal of a process that does not run with pipes; whether it runs or not."""
        from proctor.runtime.process_terminal import ProcessTerminal  # noqa: PLC0415 - hardly ever

        watched = self._watched.get(process)
        if watched is None:
            watched = ProcessTerminal(
                process,
                self._keepers.loop,
                set_size=self._keepers.resize,
                on_left=lambda: self._forget(process),
            )
            run = self._runs.get(process)
            if run is not None and run.descriptor is not None:
                watched.begin(run.id, run.descriptor)
            if self._ended:
                watched.end("the app has ended")
            else:
                self._watched[process] = watched
        return watched

    def _forget(self, process: ProcessName) -> None:
        self._watched.pop(process, None)
