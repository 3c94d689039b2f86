"""The Procfile: which process types an app has, and the command of each.

A line is `name: command`. Names are letters, digits, `-` and `_`; the blank after the colon is
optional; lines may be indented; blank lines and lines that begin with `#` say nothing. The
command goes to the shell as it stands, to the end of the line: a `#` in it, quotes, `$PORT` and
blanks at its end are the shell's affair. Line ends may be LF or CRLF, the file may begin with a
byte order mark, and its last line needs no newline.

A name that is given twice counts with its last line, and is warned of. Any other line is an error.

The text comes decoded from UTF-8 with `surrogateescape`, so that a command with other bytes in it
reaches the shell unharmed.
"""

import re
from collections.abc import Iterator

import msgspec

from proctor.errors import UserError
from proctor.model.quoting import quoted

LONGEST_NAME = 63  # as on the platform
LONGEST_COMMAND = 131_071  # bytes; the kernel takes no longer argument (MAX_ARG_STRLEN)
LONGEST_FILE = 1_000_000  # characters; what is larger is some other file
MOST_ERRORS = 100  # nobody reads on

_ENTRY = re.compile(r"[ \t]*([A-Za-z0-9_-]+):[ \t]*(.*)", re.DOTALL)
_SIGNLESS = re.compile(r"[A-Za-z0-9_-]+(?=[ \t]|$)")
_SPACED_COLON = re.compile(r"[A-Za-z0-9_-]+[ \t]+:")


class ProcfileEntry(msgspec.Struct, frozen=True):
    """One process type: its name, its shell command, and the line (from 1) that gives it."""

    type: str
    command_line: str
    line_number: int


class Remark(msgspec.Struct, frozen=True):
    """Something to say about one line of a Procfile: an error or a warning."""

    message: str
    line_number: int
    hint: str | None = None


class Procfile(msgspec.Struct, frozen=True):
    """What a Procfile says. A name occurs once; the order is that of the lines that count."""

    entries: tuple[ProcfileEntry, ...]
    warnings: tuple[Remark, ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        """The process types in file order."""
        return tuple(entry.type for entry in self.entries)

    def entry(self, type_: str) -> ProcfileEntry | None:
        """The entry of a process type; None if there is no such type."""
        return next((entry for entry in self.entries if entry.type == type_), None)


class Examination(msgspec.Struct, frozen=True):
    """A Procfile as far as it can be read, with all that is wrong with it."""

    procfile: Procfile
    errors: tuple[Remark, ...]


def read_procfile(text: str, *, name: str = "Procfile") -> Procfile:
    """Read the text of a Procfile; `name` is the file's, for messages.

    Raises:
        UserError: a line is no entry, or there is no process type; the first such problem.
    """
    examination = examine_procfile(text)
    for error in examination.errors:
        raise UserError(error.message, where=f"{name}:{error.line_number}", hint=error.hint)
    return examination.procfile


def examine_procfile(text: str) -> Examination:
    """Read the text of a Procfile to its end, whatever is wrong, and tell all of it."""
    if len(text) > LONGEST_FILE:
        return Examination(Procfile(()), (_too_long(text),))
    entries: dict[str, ProcfileEntry] = {}
    warnings: list[Remark] = []
    errors: list[Remark] = []
    for found in _read_lines(text.removeprefix("\ufeff")):
        if isinstance(found, Remark):
            errors.append(found)
            if len(errors) == MOST_ERRORS:
                break
            continue
        earlier = entries.pop(found.type, None)
        if earlier is not None:
            warnings.append(_named_twice(earlier, found))
        entries[found.type] = found
    if not entries and not errors:
        errors.append(Remark("there is no process type", 1, hint="Write one, as in web: ./server"))
    return Examination(Procfile(tuple(entries.values()), tuple(warnings)), tuple(errors))


def _read_lines(text: str) -> Iterator[ProcfileEntry | Remark]:
    # Not splitlines(): it also splits at form feeds and Unicode separators, which a
    # command may well hold.
    continued = False
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip("\r")
        content = line.strip(" \t")
        if content and not content.startswith("#"):
            found = _read_line(line, number)
            if continued and isinstance(found, Remark):
                found = Remark(
                    found.message,
                    number,
                    hint="A command is one line: a backslash at its end does not continue it",
                )
            yield found
        continued = content.endswith("\\")


def _read_line(line: str, number: int) -> ProcfileEntry | Remark:
    match = _ENTRY.fullmatch(line)
    if match is None:
        return _no_entry(line.strip(" \t"), number)
    name, command = match[1], match[2]
    if len(name) > LONGEST_NAME:
        return Remark(
            f"the name {quoted(name)} has {len(name)} characters; {LONGEST_NAME} are allowed",
            number,
        )
    if not command:
        return Remark(f"'{name}' has no command", number, hint=f"Write one, as in {name}: ./server")
    fault = _fault_of(command)
    if fault is not None:
        return Remark(f"the command of '{name}' {fault}", number)
    return ProcfileEntry(name, command, number)


def _fault_of(command: str) -> str | None:
    if "\0" in command:
        return "holds a NUL byte"
    if "\r" in command:
        return "holds a carriage return without a newline"
    size = len(command.encode("utf-8", "surrogatepass"))
    if size > LONGEST_COMMAND:
        return f"has {size} bytes; {LONGEST_COMMAND} are possible"
    return None


def _no_entry(content: str, number: int) -> Remark:
    if content.startswith(":"):
        return Remark(f"there is no name before the colon in {quoted(content)}", number)
    if spaced := _SPACED_COLON.match(content):
        name = spaced[0].rstrip(" \t:")
        return Remark(
            f"there is a blank between '{name}' and its colon", number, hint=f"Write {name}: …"
        )
    if (bare := _SIGNLESS.match(content)) or ":" not in content:
        name = quoted(bare[0] if bare else content)
        return Remark(f"there is no colon after {name}", number, hint="Write name: command")
    return Remark(
        f"{quoted(content.split(':', 1)[0])} is no name of a process type",
        number,
        hint="Use letters, digits, - and _ alone",
    )


def _named_twice(earlier: ProcfileEntry, later: ProcfileEntry) -> Remark:
    return Remark(
        f"'{later.type}' stands on lines {earlier.line_number} and {later.line_number}; "
        f"line {later.line_number} counts",
        later.line_number,
    )


def _too_long(text: str) -> Remark:
    return Remark(
        f"this is too long for a Procfile: {LONGEST_FILE} characters are allowed",
        text.count("\n", 0, LONGEST_FILE) + 1,
    )
