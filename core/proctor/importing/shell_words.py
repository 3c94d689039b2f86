"""Writes commands and words for bash, on the one line that a Procfile has for each.

Values from compose files hold `${NAME}`, `${NAME:-default}` and `$$`: the shell knows the former
as they are, and the values of an env file know the commonest.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from proctor.importing.app_draft import OF_EACH_PROCESS, Value

_VARIABLE = re.compile(r"\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)([^}]*)\})")
_DEFAULT = re.compile(r":?-[^${}]*")
_SPECIAL = re.compile(r'(["\\`$])')
_COMPOUND = re.compile(r"[;&|<>()#\n]|(?:^|\s)(?:if|for|while|until|case)\s")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Piece(NamedTuple):
    """Part of a value: text as it is, or a variable with what follows its name in the braces."""

    text: str
    variable: bool = False
    rest: str = ""


def pieces_of(value: str) -> tuple[Piece, ...]:
    """Part a value into texts and variables."""
    found: list[Piece] = []
    end = 0
    for match in _VARIABLE.finditer(value):
        found.append(Piece(value[end : match.start()]))
        end = match.end()
        if match[1]:
            found.append(Piece("$"))
        else:
            found.append(Piece(match[2] or match[3], variable=True, rest=match[4] or ""))
    return (*found, Piece(value[end:]))


def plain_text(value: str) -> str | None:
    """The value without variables; None if it has one."""
    pieces = pieces_of(value)
    if any(piece.variable for piece in pieces):
        return None
    return "".join(piece.text for piece in pieces)


def shell_word(value: str) -> str:
    """One word for the shell, its variables left to be replaced there."""
    plain = plain_text(value)
    if plain is not None:
        return quoted_word(plain)
    words = []
    for piece in pieces_of(value):
        if piece.variable:
            words.append(f"${{{piece.text}{_SPECIAL.sub(_outside_variables, piece.rest)}}}")
        else:
            words.append(_SPECIAL.sub(r"\\\1", piece.text))
    return f'"{"".join(words)}"'


def _outside_variables(match: re.Match[str]) -> str:
    return match[1] if match[1] == "$" else f"\\{match[1]}"


def quoted_word(text: str) -> str:
    """One word for the shell that is exactly this text."""
    if not _CONTROL.search(text):
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{_CONTROL.sub(_as_escape, escaped)}'"


def _as_escape(match: re.Match[str]) -> str:
    return {"\n": "\\n", "\t": "\\t"}.get(match[0], f"\\x{ord(match[0]):02x}")


def env_file_value(value: str) -> str | None:
    """The value with its variables as env files have them; None where they cannot say it."""
    words = []
    for piece in pieces_of(value):
        if not piece.variable:
            words.append(piece.text)
        elif not piece.rest:
            words.append(f"${{{piece.text}}}")
        elif _DEFAULT.fullmatch(piece.rest):
            words.append(f"${{{piece.text}:-{piece.rest.lstrip(':').removeprefix('-')}}}")
        else:
            return None
    text = "".join(words)
    as_meant = sum(piece.variable for piece in pieces_of(value))
    # A `${` that is meant as it is would be replaced; a quote cannot follow a backslash.
    possible = text.count("${") == as_meant and not text.endswith("\\") and "\0" not in text
    return text if possible else None


def one_line(command: str) -> str:
    """A command on one line: a script of several is handed to `eval` as one word."""
    command = command.strip()
    if "'" not in command:
        command = command.replace("\\\n", " ")
    lines = [line.strip() for line in command.split("\n") if line.strip()]
    return lines[0] if len(lines) == 1 else f"eval {quoted_word(command)}"


def in_folder(folder: str | None, command_line: str) -> str:
    """The command line, run in a folder below the app's, or elsewhere."""
    if folder in (None, "", ".", "./"):
        return command_line
    return f"cd {shell_word(str(folder))} && {grouped(command_line)}"


def grouped(command_line: str) -> str:
    """The command line as one command, so that something may stand before it."""
    if not _COMPOUND.search(command_line):
        return command_line
    # A comment at its end would swallow what closes the group.
    return (
        f"{{ {command_line}; }}" if "#" not in command_line else f"eval {quoted_word(command_line)}"
    )


def with_variables(
    values: Mapping[str, str | None], command_line: str
) -> tuple[dict[str, Value], str]:
    """Give a command variables of its own: as settings where they are plain, else before it.

    None takes a variable away. Returns the value of the setting `env`, and the command line.
    """
    settings: dict[str, Value] = {}
    before: list[str] = []
    for name, value in values.items():
        plain = None if value is None else plain_text(value)
        if value is None:
            before.append(f"unset {name};")
        elif plain is not None and name not in OF_EACH_PROCESS:
            settings[name] = plain
        else:
            before.append(f"export {name}={shell_word(value)};")
    return settings, " ".join([*before, command_line])


def joined(words: Iterable[str]) -> str:
    """Words as a command line, their variables left to the shell."""
    return " ".join(shell_word(word) for word in words)
