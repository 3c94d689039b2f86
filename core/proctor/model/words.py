"""The platform's sentences for what happens to a process, beside our own.

Our own say more: how a process was ended, where it listens, when it is tried again. Programs that
read the platform's logs know its sentences by the letter, so those are made here, and nowhere
else. The platform has no word for a process that is being stopped: one that comes back is
`starting` from the request on, one that does not is `down`.
"""

from collections.abc import Mapping
from typing import Self

from proctor.model.events import ProcessState
from proctor.model.exits import Exit

SIZE = "Local"
"""Stands where the platform names the size of a machine."""

VASTLY = 2
"""R15 instead of R14: at so many times the limit."""

_START = "Starting process with command "


class Sentence(str):
    """A sentence of ours that carries those of the platform for the same; none if it has none.

    It is text like any other to all who only pass it on. What is made out of it, by an f-string
    for example, is plain text, and has no equal on the platform.
    """

    __slots__ = ("platform",)

    platform: tuple[str, ...]

    def __new__(cls, words: str, *platform: str) -> Self:
        """Our words, then the platform's lines in their order."""
        sentence = super().__new__(cls, words)
        sentence.platform = platform
        return sentence


def changed(before: str, after: str) -> str:
    """A process came from one state into another."""
    return f"State changed from {before} to {after}"


def is_start(line: str) -> bool:
    """Whether this line of the platform begins a run."""
    return line.startswith(_START)


def starting_command(command_line: str, port: int) -> Sentence:
    """The command is being started."""
    words = f"{_START}`{command_line}`"
    return Sentence(f"{words} (PORT={port})", words)


def came_up(where: str) -> Sentence:
    """It serves; `where` is ours alone, such as " on port 5006"."""
    words = changed("starting", "up")
    return Sentence(f"{words}{where}", words)


def stopping_all(signal: str, *, before: ProcessState, again: bool) -> Sentence:
    """It is told to stop, by a signal such as "TERM"; `again`: another run follows."""
    words = f"Stopping all processes with SIG{signal}"
    if again:
        return Sentence(words, "Restarting", changed(before, "starting"), words)
    return Sentence(words, changed(before, "down"), words)


def killed_on_request(*, before: ProcessState) -> Sentence:
    """It is killed because somebody asked for that; `before` may be `stopping`."""
    words = "Stopping all processes with SIGKILL"
    if before == "stopping":
        return Sentence(words, changed("up", "down"), "Stopping remaining processes with SIGKILL")
    return Sentence(words, changed(before, "down"), "Stopping process with SIGKILL")


def exit_timeout(seconds: float, signal: str) -> Sentence:
    """It did not end within the grace period."""
    error = "Error R12 (Exit timeout) -> At least one process failed to exit within"
    words = f"{error} {seconds:g} seconds of SIG{signal}"
    return Sentence(words, words)


def killing_the_rest() -> Sentence:
    """What is left after the grace period is killed."""
    words = "Stopping remaining processes with SIGKILL"
    return Sentence(words, words)


def boot_timeout(seconds: float) -> Sentence:
    """It does not listen yet; here it may go on trying, there it is killed for that."""
    words = (
        "Error R10 (Boot timeout) -> Web process failed to bind to $PORT "
        f"within {seconds:g} seconds of launch"
    )
    return Sentence(f"{words}; it is still waited for", words)


def ready_timeout(seconds: float, missing: str) -> str:
    """It is not up yet by the rule of its own; the platform knows no such rules."""
    error = f"Error R10 (Boot timeout) -> Process is not ready within {seconds:g} seconds"
    return f"{error}: {missing}; it is still waited for"


def memory_quota(used: int, limit: int) -> Sentence:
    """Its tree uses more bytes than it may. There it is only told, unless it is twice as much."""
    percent = f"{100 * used / limit:.1f}%"
    vastly = "vastly " if used >= VASTLY * limit else ""
    error = f"Error R1{5 if vastly else 4} (Memory quota {vastly}exceeded)"
    amounts = f"{used / 2**20:.1f} MiB of {limit / 2**20:.1f} MiB ({percent}): restarting"
    return Sentence(
        f"{error} -> {amounts}", f"Process running mem={used / 2**20:.0f}M({percent})", error
    )


def exited(exit_: Exit) -> Sentence:
    """Its end. The platform tells a signal as a shell does: 128 and its number."""
    return Sentence(f"Process {exit_.words}", f"Process exited with status {exit_.shell_status}")


def came_to(
    after: ProcessState, *, before: ProcessState, was_up: bool = False, more: str = ""
) -> Sentence:
    """It rests in a state now; `more` is ours alone. `was_up`: before it was stopping."""
    seen: str = before
    if before == "stopping":
        seen = "up" if was_up else "starting"
    elif before == "waiting":
        seen = "starting"
    return Sentence(f"{changed(before, after)}{more}", changed(seen, after))


def scaled_to(words: str, formation: Mapping[str, int], by: str) -> Sentence:
    """Other quantities are wanted; the platform names all of them, each with a size."""
    kinds = " ".join(f"{type_}@{quantity}:{SIZE}" for type_, quantity in formation.items())
    return Sentence(f"{words} by {by}", f"Scaled to {kinds} by user {by}")
