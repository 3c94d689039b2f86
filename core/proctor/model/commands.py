"""Every command: what anyone may ask of a supervisor, by key, mouse, CLI, socket or library.

One definition is the type, the wire format and the validation. `by` says through what the
command came ("cli", "key", "button", "slider", "palette", "library"): shown beside what was done.
A *target* is a process ("web.1"), a process type ("web") or "all".
"""

import shlex
from typing import ClassVar

import msgspec


class _Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    by: str = "library"

    #: the word of the command line that asks for this
    cli_word: ClassVar[str]


class Scale(_Command, frozen=True, kw_only=True, tag="formation.scale"):
    """Set how many processes of a type are wanted (`quantities`), or change it (`steps`)."""

    cli_word: ClassVar[str] = "scale"
    quantities: dict[str, int] = {}
    steps: dict[str, int] = {}


class Restart(_Command, frozen=True, kw_only=True, tag="process.restart"):
    """Stop and start again; those of one type one after the other, each up before the next."""

    cli_word: ClassVar[str] = "restart"
    target: str = "all"


class Start(_Command, frozen=True, kw_only=True, tag="process.start"):
    """Want what was stopped; start what has crashed at once."""

    cli_word: ClassVar[str] = "start"
    target: str = "all"


class Stop(_Command, frozen=True, kw_only=True, tag="process.stop"):
    """Stop gracefully and keep down until started; the second time, kill at once."""

    cli_word: ClassVar[str] = "stop"
    target: str = "all"


class Kill(_Command, frozen=True, kw_only=True, tag="process.kill"):
    """Send a signal to a process: SIGKILL to all of its tree, any other to its leader."""

    cli_word: ClassVar[str] = "kill"
    target: str
    signal: str = "KILL"


class RunOneOff(_Command, frozen=True, kw_only=True, tag="process.run"):
    """Run a command once, beside the formation, as run.1 (or the next free number).

    One of `words` is a line for the shell, several are a program and its arguments; a process
    type as the first word means its command line.
    """

    cli_word: ClassVar[str] = "run"
    words: tuple[str, ...]


class SetWatch(_Command, frozen=True, kw_only=True, tag="watch.set"):
    """Restart on a file save, or stop doing so."""

    cli_word: ClassVar[str] = "watch"
    on: bool


class Reload(_Command, frozen=True, kw_only=True, tag="app.reload"):
    """Read the Procfile and the env files again and apply what has changed."""

    cli_word: ClassVar[str] = "reload"


class Quit(_Command, frozen=True, kw_only=True, tag="app.quit"):
    """Stop all processes gracefully and end the supervisor; the second time, kill at once."""

    cli_word: ClassVar[str] = "quit"
    at_once: bool = False


AnyCommand = Scale | Restart | Start | Stop | Kill | RunOneOff | SetWatch | Reload | Quit


def to_cli(command: AnyCommand) -> str:
    """The command line that asks for the same thing: what people learn by using the mouse."""
    return " ".join(["proctor", command.cli_word, *_arguments(command)])


def _arguments(command: AnyCommand) -> list[str]:
    match command:
        case Scale():
            return [
                *(f"{type_}={quantity}" for type_, quantity in command.quantities.items()),
                *(f"{type_}{step:+d}" for type_, step in command.steps.items()),
            ]
        case Restart() | Start() | Stop():
            return [command.target]
        case Kill():
            return [command.target, *([command.signal] if command.signal != "KILL" else [])]
        case RunOneOff():
            ends_options = ["--"] if command.words[:1] and command.words[0].startswith("-") else []
            return ["--detach", *ends_options, *map(shlex.quote, command.words)]
        case SetWatch():
            return ["on" if command.on else "off"]
        case Quit():
            return ["--now"] if command.at_once else []
        case Reload():
            return []


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag_field="reply", tag="accepted"):
    """The command was decided upon: it will be carried out; its effects are events with this cause.

    `words` says what is done ("scaled web 3 → 4"), `sequence` is the last event before the effects.
    """

    cause: str
    words: str
    sequence: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag_field="reply", tag="refused"):
    """The command cannot be carried out: what, where and hint of the problem, and its exit code."""

    what: str
    where: str | None = None
    hint: str | None = None
    exit_code: int = 2


Reply = Accepted | Refused
