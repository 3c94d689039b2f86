"""The states of a process as glyph, colour and word: colour is never the only carrier."""

from typing import TYPE_CHECKING

from proctor.logs.safe import safe
from proctor.model.events import GLYPHS
from proctor_tui.render.units import span_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proctor.model.events import ExitView, ProcessState, ProcessView


def glyph(process: "ProcessView") -> str:
    """The sign of a process's state."""
    return "‖" if process.suspended or process.prompt else GLYPHS[process.state]


def paint(process: "ProcessView") -> str:
    """The paint of a process's state."""
    return "state-waiting" if process.suspended or process.prompt else f"state-{process.state}"


def exit_words(ending: "ExitView | None") -> str:
    """How a run ended: `exit 3`, `SIGKILL`, or `failed` when it never came to run."""
    if ending is None:
        return "failed"
    return safe(ending.signal) if ending.signal else f"exit {ending.status}"


def remarks(process: "ProcessView", now: float) -> tuple[str, ...]:
    """What is to be said instead of numbers, the fullest wording first; nothing if all is well."""
    if process.suspended:
        return ("stopped by ^Z · kill CONT goes on", "stopped by ^Z", "^Z")
    if process.prompt is not None and process.state != "stopping":
        prompt = safe(process.prompt)
        return (f"waits at {prompt} · c answers", f"waits at {prompt}", prompt)
    return _REMARKS[process.state](process, now)


def _up(process: "ProcessView", _now: float) -> tuple[str, ...]:
    if process.wanted:
        return ()
    return ("up · stops after those that need it", "up · stops later", "up")


def _down(process: "ProcessView", _now: float) -> tuple[str, ...]:
    return ("down · s starts it", "down") if not process.wanted else ("down",)


def _complete(process: "ProcessView", _now: float) -> tuple[str, ...]:
    return (f"complete · {exit_words(process.exit)}", "complete")


def _lasting(process: "ProcessView", now: float) -> tuple[str, ...]:
    lasted = span_in_words(now - process.since)
    return (f"{process.state} {lasted}", process.state)


def _waiting(process: "ProcessView", now: float) -> tuple[str, ...]:
    return (safe(process.why), *_lasting(process, now)) if process.why else _lasting(process, now)


def _stopping(process: "ProcessView", now: float) -> tuple[str, ...]:
    if process.deadline_at is None:
        return ("stopping",)
    rest = span_in_words(process.deadline_at - now)
    return (f"stopping · killed in {rest}", f"stopping · {rest}", "stopping")


def _crashed(process: "ProcessView", now: float) -> tuple[str, ...]:
    ending = exit_words(process.exit)
    if process.retry_at is None:
        return (f"{ending} · stays down", ending)
    rest = span_in_words(process.retry_at - now)
    return (f"{ending} · again in {rest}", f"{ending} · {rest}", ending)


_REMARKS: "Mapping[ProcessState, Callable[[ProcessView, float], tuple[str, ...]]]" = {
    "up": _up,
    "starting": _lasting,
    "stopping": _stopping,
    "crashed": _crashed,
    "waiting": _waiting,
    "complete": _complete,
    "down": _down,
}


def fitting(wordings: tuple[str, ...], width: int) -> str:
    """The fullest wording that fits; the shortest if none does."""
    return next((words for words in wordings if len(words) <= width), wordings[-1])
