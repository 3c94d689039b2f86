r"""The grammar of env files, which is python-dotenv's.

`NAME=value`, also with `export` before it and blanks around `=`; quotes, in double ones with
escapes such as `\n`, and over several lines; `#` begins a comment at a line's start and after a
blank. A name that is given twice counts with its last line. `${NAME}` and `${NAME:-default}` are
replaced by what stands above, in this file or an earlier one, or by what was inherited; nothing
else is evaluated: `$(…)` and `$NAME` are text. LF, CRLF and a byte order mark are all read.
A name without `=` sets nothing; a line that is none of this is skipped and warned of.
"""

import io
from collections import ChainMap
from collections.abc import Mapping

import msgspec

from proctor.model.environment import Layer, require_possible


class EnvFile(msgspec.Struct, frozen=True):
    """What an env file says. `name` is the file as its user named it."""

    path: str
    name: str
    layer: Layer
    warnings: tuple[str, ...] = ()


def parse_env_file(text: str, *, path: str, name: str, known: Mapping[str, str]) -> EnvFile:
    """Read the text of an env file; `known` are the variables that `${NAME}` may mean.

    Raises:
        UserError: no program can be given such a variable; names it, never its value.
    """
    # Not at the top: an app without env files does not pay for it.
    from dotenv.parser import parse_stream  # noqa: PLC0415 - see above
    from dotenv.variables import parse_variables  # noqa: PLC0415 - see above

    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    warnings: list[str] = []
    seen = ChainMap(values, dict(known))
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    for binding in parse_stream(io.StringIO(plain)):
        line = binding.original.line + _blank_lines_before(binding.original.string)
        if binding.error:
            warnings.append(f"{name}:{line}: this line sets no variable and is skipped")
        if binding.key is None or binding.value is None:
            continue
        value = "".join(atom.resolve(seen) for atom in parse_variables(binding.value))
        require_possible(binding.key, value, where=f"{name}:{line}")
        values[binding.key] = value
        lines[binding.key] = line
    return EnvFile(path, name, Layer(name, values, lines), tuple(warnings))


def _blank_lines_before(statement: str) -> int:
    return statement[: len(statement) - len(statement.lstrip())].count("\n")
