"""One-offs: commands that run beside the formation, once, with the app's environment."""

import shlex
from collections.abc import Iterable, Sequence

import msgspec

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.procfile import Procfile

#: the type of their processes: run.1, run.2 …
ONE_OFF = "run"
#: so many that have ended stay listed; then the oldest is forgotten
MOST_ENDED = 20


class OneOff(msgspec.Struct, frozen=True):
    """A line for the shell, and the process type whose settings hold for it, if it has one."""

    command_line: str
    type: str | None = None


def one_off(words: Sequence[str], procfile: Procfile) -> OneOff:
    """What these words mean.

    One word is a line already, several are a program and its arguments. A process type as the
    first word means its command line, and what follows is added to it.

    Raises:
        UserError: there are no words.
    """
    if not any(word.strip() for word in words):
        raise UserError("nothing says what to run", hint="Write it as in 'proctor run env'")
    first, *others = words
    entry = procfile.entry(first)
    if entry is not None:
        return OneOff(" ".join([entry.command_line, *map(shlex.quote, others)]), entry.type)
    return OneOff(shlex.join(words) if others else first)


def next_one_off(taken: Iterable[ProcessName]) -> ProcessName:
    """The name of the next one-off, with the lowest number that is free."""
    numbers = {name.number for name in taken if name.type == ONE_OFF}
    number = next(number for number in range(1, len(numbers) + 2) if number not in numbers)
    return ProcessName(ONE_OFF, number)
