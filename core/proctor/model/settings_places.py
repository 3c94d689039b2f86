"""Finds the lines of keys in a text that is known to be TOML: its parser does not tell them."""

import re
import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str, ...]

_DEEPEST = 4  # parts of a key that matter: types.web.ready.tcp

#: What a line end may stand in, so that it ends no statement. Each kind of text comes before the
#: ones that it begins like; possessive, so that no character is looked at twice.
_TOKENS = (
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|'
    r"'''(?:[^']|'(?!''))*+'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*+"|'
    r"'[^'\n]*+'|"
    r"#[^\n]*+|"
    r"[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]++"
)


class Places:
    """Where each key of a text stands, as in "proctor.toml:3"; `name` is the file's."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._lines = _lines_of_keys(text)

    def of(self, path: Path) -> str:
        """Where this key stands; else where what holds it does, or is first spoken of."""
        for end in range(len(path), 0, -1):
            line = self._lines.get(path[:end])
            if line is not None:
                return f"{self._name}:{line}"
        return self._name


def _lines_of_keys(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    table: Path = ()
    for number, statement in _statements(text):
        paths = list(_paths(_parsed(statement)))
        if statement.startswith("["):
            table = max(paths, key=len, default=())
            paths = [table[:end] for end in range(1, len(table) + 1)]
        else:
            paths = [(*table, *path) for path in paths]
        for path in paths:
            found.setdefault(path, number)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header and each assignment, over all of its lines, with the number of its first one."""
    number, begin, depth, line = 0, 0, 0, 1
    for token in re.finditer(_TOKENS, text, re.DOTALL):
        said = token[0]
        if not number and not said.isspace() and not said.startswith("#"):
            number, begin = line, token.start()
        depth += (said in ("[", "{")) - (said in ("]", "}"))
        if said == "\n" and depth == 0 and number:
            yield number, text[begin : token.start()].strip()
            number = 0
        line += said.count("\n")
    if number:
        yield number, text[begin:].strip()


def _parsed(statement: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(statement)
    except ValueError:  # it stands after one that was split wrongly: its line is not told
        return {}


def _paths(table: Mapping[str, object], above: Path = ()) -> Iterator[Path]:
    for key, value in table.items():
        path = (*above, key)
        yield path
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping) and len(path) < _DEEPEST:
            yield from _paths(inner, path)
