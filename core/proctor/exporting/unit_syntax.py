r"""The grammar of systemd's unit files and environment files, as far as values need quoting.

In a unit, `%` begins a specifier, a backslash an escape, and in a command `$` a variable. Each
reader undoes these in its own order; what is written here comes out of them as it went in.

Source: systemd.syntax(7), "Quoting"; systemd.service(5), "Command lines"; systemd.exec(5),
"EnvironmentFile="; each tried with systemd 252.
"""

import re
from collections.abc import Iterable, Mapping

from proctor.errors import UserError
from proctor.model.quoting import quoted

LONGEST_UNIT_NAME = 255

_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_FOR_UNIT_NAMES = re.compile(r"[^A-Za-z0-9:_.-]")  # no `@`: it would be a template
_SHELL_SPECIAL = re.compile(r'(["\\`$])')
_BACKSLASHED = r"\\\1"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "%": "%%"}
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F


def unit_name(text: str) -> str:
    """The text with everything that no unit's name may hold replaced by `-`."""
    return _NOT_FOR_UNIT_NAMES.sub("-", text)


def command_word(text: str) -> str:
    """One word of ExecStart=, in double quotes."""
    return _in_quotes(text, {**_ESCAPES, "$": "$$"})


def assignment(name: str, value: str) -> str:
    """One variable for Environment=, in double quotes."""
    return _in_quotes(f"{name}={value}", _ESCAPES)


def whole_line(path: str, *, where: str) -> str:
    """A path that is a whole value, such as WorkingDirectory=.

    Raises:
        UserError: such a value cannot hold it: it is not UTF-8, holds a line's end, or ends
            in a blank or a backslash.
    """
    if not is_text(path) or not path.isprintable() or path.endswith((" ", "\\")):
        raise UserError(
            f"no unit can name the path {quoted(path)}",
            where=where,
            hint="Rename it, or link to it",
        )
    return path.replace("%", "%%")


def is_text(text: str) -> bool:
    """Whether systemd can read this: it takes UTF-8 alone."""
    return not _SURROGATE.search(text) and "\ufeff" not in text


def impossible_names(values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that systemd would pass over: an odd name, or a value that is not UTF-8."""
    return tuple(
        name
        for name, value in values.items()
        if not _VARIABLE_NAME.fullmatch(name) or not is_text(value)
    )


def environment_file(values: Mapping[str, str], comments: Iterable[str] = ()) -> str:
    """The text of a file for EnvironmentFile=; `comments` stand at its top."""
    lines = [f"# {comment}" for comment in comments]
    lines += [f'{name}="{_SHELL_SPECIAL.sub(_BACKSLASHED, values[name])}"' for name in values]
    return "\n".join(lines) + "\n"


def _in_quotes(text: str, escapes: Mapping[str, str]) -> str:
    return '"' + "".join(_escaped(character, escapes) for character in text) + '"'


def _escaped(character: str, escapes: Mapping[str, str]) -> str:
    if character in escapes:
        return escapes[character]
    number = ord(character)
    return f"\\x{number:02x}" if number < _FIRST_PRINTABLE or number == _DELETE else character
