"""Environment variables: in layers, each value with where it came from, and a child's own.

Later layers win. From the weakest to the strongest: our defaults, the environment that we
inherited, the env files in the order they were named, the flags of the command line.

Values may be secrets: no message, and no `repr`, holds one.
"""

from collections.abc import Iterable, Mapping

import msgspec

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.quoting import quoted

LONGEST_VARIABLE = 131_071  # bytes of NAME=value; the kernel takes no longer one (MAX_ARG_STRLEN)
DEFAULT_TERMINAL = "xterm-256color"


class Variable(msgspec.Struct, frozen=True):
    """A value and its origin in a person's words: "--port", ".env", "inherited", "default"."""

    value: str
    origin: str

    def __repr__(self) -> str:
        return f"Variable(origin={self.origin!r})"


class Layer(msgspec.Struct, frozen=True):
    """The variables of one origin; of a file, also the line of each."""

    origin: str
    values: Mapping[str, str]
    lines: Mapping[str, int] = {}

    def place_of(self, name: str) -> str:
        """The place to name when this variable is wrong."""
        line = self.lines.get(name)
        return self.origin if line is None else f"{self.origin}:{line}"

    def __repr__(self) -> str:
        return f"Layer(origin={self.origin!r}, names={sorted(self.values)})"


class Environment(msgspec.Struct, frozen=True):
    """Variables by name, each with its origin. Its `repr` shows names alone."""

    variables: Mapping[str, Variable] = {}

    def __repr__(self) -> str:
        return f"Environment(names={tuple(sorted(self.variables))})"

    def get(self, name: str) -> str | None:
        """The value of a variable; None if it is not set."""
        variable = self.variables.get(name)
        return None if variable is None else variable.value

    def values(self) -> dict[str, str]:
        """Name -> value, as a program is given it."""
        return {name: variable.value for name, variable in self.variables.items()}


def layered(layers: Iterable[Layer]) -> Environment:
    """Put layers over one another, the weakest first.

    Raises:
        UserError: no program can be given such a variable; names it, never its value.
    """
    variables: dict[str, Variable] = {}
    for layer in layers:
        for name, value in layer.values.items():
            require_possible(name, value, where=layer.place_of(name))
            variables[name] = Variable(value, layer.origin)
    return Environment(variables)


def require_possible(name: str, value: str, *, where: str) -> None:
    """See that a program can be given this variable.

    Raises:
        UserError: the name is empty or holds `=`, NUL or a newline; the value holds NUL or
            is longer than the kernel allows. Names the variable, never its value.
    """
    if not name:
        raise UserError("a variable has no name", where=where)
    for character, word in (("=", "an equals sign"), ("\0", "a NUL byte"), ("\n", "a newline")):
        if character in name:
            raise UserError(f"the variable name {quoted(name)} holds {word}", where=where)
    if "\0" in value:
        raise UserError(f"the value of the variable {quoted(name)} holds a NUL byte", where=where)
    size = len(f"{name}={value}".encode("utf-8", "surrogatepass"))
    if size > LONGEST_VARIABLE:
        raise UserError(
            f"the variable {quoted(name)} has {size} bytes; {LONGEST_VARIABLE} are possible",
            where=where,
            hint="Put the value into a file and name the file",
        )


def child_environment(
    base: Mapping[str, str],
    *,
    process: ProcessName,
    port: int,
    terminal: bool,
    platform: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a process is given: everything of `base`, and who it is.

    Nothing is taken away, and nothing makes an app think that it is on the platform (no
    `DYNO`): apps then force HTTPS and TLS to the database. Only who asks for it gets `platform`,
    what the platform tells, where `base` does not say otherwise. `terminal` says whether it gets a
    pty; through pipes, Python would keep its lines back until a block is full.
    """
    variables = {**(platform or {}), **base}
    if platform:
        variables["DYNO"] = str(process)  # like PS: whatever was inherited, this is its name
    variables.update(PORT=str(port), PS=str(process), PROCTOR_PROCESS=str(process))
    if terminal:
        if not variables.get("TERM"):
            variables["TERM"] = DEFAULT_TERMINAL
    else:
        variables.setdefault("PYTHONUNBUFFERED", "1")
    return variables
