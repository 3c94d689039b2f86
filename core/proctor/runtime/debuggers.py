"""Sees when a process waits at a debugger's prompt: its terminal shows one, and is still."""

from collections.abc import Callable

import msgspec

from proctor.logs.track import Track
from proctor.model.facts import PromptShown
from proctor.model.names import ProcessName, RunId
from proctor.runtime.timers import Handle, Timers

STILL_SECONDS = 0.5
"""A prompt counts once nothing was written for so long; a debugger at work is no news."""


class _Watched(msgspec.Struct):
    """One run that has written lately, or stands at a prompt."""

    track: Track
    wrote_at: float
    prompt: str | None = None
    look: Handle | None = None


class Debuggers:
    """Looks at the last line of a terminal when output came and then stopped.

    `attended` says whether somebody is attached to a process; `tell` takes the fact, when a
    prompt comes and when it goes.
    """

    def __init__(
        self,
        timers: Timers,
        *,
        attended: Callable[[ProcessName], bool],
        tell: Callable[[PromptShown], None],
    ) -> None:
        self._timers = timers
        self._attended = attended
        self._tell = tell
        self._watched: dict[RunId, _Watched] = {}

    def wrote(self, run: RunId, track: Track) -> None:
        """A run has written to its terminal, and its track has taken it."""
        now = self._timers.now()
        watched = self._watched.get(run)
        if watched is None:
            watched = self._watched[run] = _Watched(track, now)
        watched.wrote_at = now
        if watched.look is None:
            watched.look = self._timers.call_at(now + STILL_SECONDS, lambda: self._look(run))

    def end(self, run: RunId) -> None:
        """Look no more: the run is over."""
        watched = self._watched.pop(run, None)
        if watched is not None and watched.look is not None:
            watched.look.cancel()

    def close(self) -> None:
        """Look no more at anything."""
        for run in list(self._watched):
            self.end(run)

    def _look(self, run: RunId) -> None:
        # Only now: no start waits for these expressions.
        from proctor.model.prompts import LONGEST, prompt_of  # noqa: PLC0415 - see above

        watched = self._watched[run]
        track = watched.track
        prompt = prompt_of(track.pending) if 0 < track.pending_size <= LONGEST else None
        due = watched.wrote_at + STILL_SECONDS
        if due > self._timers.now():
            watched.look = self._timers.call_at(due, lambda: self._look(run))
            if prompt is not None or watched.prompt is None:
                return  # it still writes: only the end of a prompt is certain
        else:
            watched.look = None
        if prompt != watched.prompt:
            watched.prompt = prompt
            attended = self._attended(run.process)
            self._tell(PromptShown(run=run, prompt=prompt, attended=attended))
