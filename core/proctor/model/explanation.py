"""Why a process is in the state that it is in: the chain of what led to it, the newest first."""

from collections.abc import Callable, Sequence

import msgspec

from proctor.model.events import ProcessState, ProcessView
from proctor.model.slots import Move


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One move of the process. `because` is its cause in words; None: it happened by itself."""

    at: float
    before: ProcessState
    after: ProcessState
    run: int
    reason: str
    cause: str
    because: str | None = None


class LastWords(msgspec.Struct, frozen=True, kw_only=True):
    """The last lines that a run printed before it crashed."""

    run: int
    lines: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A process, the moves that led to its state, the newest first, and a crash's last words."""

    process: ProcessView
    steps: tuple[Step, ...]
    last_words: LastWords | None = None


def steps_of(
    history: Sequence[Move], *, wall: float, because: Callable[[str], str | None]
) -> tuple[Step, ...]:
    """The moves of a history, the newest first.

    `wall` is added to their monotonic times to make wall times; `because` tells causes in words.
    """
    return tuple(
        Step(
            at=move.at + wall,
            before=move.before,
            after=move.after,
            run=move.run,
            reason=move.reason,
            cause=move.cause,
            because=because(move.cause),
        )
        for move in reversed(history)
    )


def crashed_run(history: Sequence[Move]) -> int | None:
    """The number of the run that crashed last, as far as the history goes."""
    return next((move.run for move in reversed(history) if move.after == "crashed"), None)


def step_words(step: Step) -> str:
    """A step in one sentence."""
    because = "" if step.because is None else f"  ({step.because})"
    return f"{step.before} → {step.after}: {step.reason}{because}"
