"""Reads YAML and JSON so that each key knows its line, and each problem names file and line."""

import re
from collections.abc import Iterator
from typing import Any

from proctor.errors import UserError
from proctor.model.quoting import printable, quoted

LONGEST_DOCUMENT = 1_000_000  # characters


class Table(dict[str, Any]):
    """A mapping of a document; `line` is where it begins, `lines` has that of each key."""

    line: int
    lines: dict[str, int]

    def __init__(self, line: int = 1) -> None:
        super().__init__()
        self.line = line
        self.lines = {}


def read_document(text: str, name: str) -> Table:
    """Read a YAML document, or one of JSON where the file's name says so.

    Raises:
        UserError: it cannot be read, or is no table; names file and line.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise UserError(
            f"this is too long: {LONGEST_DOCUMENT} characters are allowed", where=printable(name)
        )
    try:
        found = _read_json(text, name) if name.endswith(".json") else _read_yaml(text, name)
    except RecursionError as error:
        raise UserError("this is nested too deeply", where=printable(name)) from error
    if not isinstance(found, Table):
        raise UserError("this is no table of names", where=f"{printable(name)}:1")
    return found


def _read_json(text: str, name: str) -> object:
    import json  # noqa: PLC0415 - not every document is JSON

    # Of equal keys the first line is told: the reader does not say where it is.
    lines: dict[str, int] = {}
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"\s*:', text):
        lines.setdefault(match[1], text.count("\n", 0, match.start()) + 1)

    def as_table(pairs: list[tuple[str, object]]) -> Table:
        table = Table(lines.get(pairs[0][0], 1) if pairs else 1)
        for key, value in pairs:
            table[key] = value
            table.lines[key] = lines.get(key, table.line)
        return table

    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=as_table)
    except json.JSONDecodeError as error:
        raise UserError(
            f"this is no JSON: {_as_words(error.msg)}", where=f"{printable(name)}:{error.lineno}"
        ) from error


def _read_yaml(text: str, name: str) -> object:
    import yaml  # noqa: PLC0415 - for `init` alone

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader, made of theirs
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{printable(name)}:{mark.line + 1}" if mark else printable(name)
        words = error.problem or error.context or "it cannot be read"
        raise UserError(f"this is no YAML: {_as_words(words)}", where=where) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(
            "this is no YAML: it holds a character that is not allowed",
            where=f"{printable(name)}:{line}",
        ) from error


def _as_words(message: str) -> str:
    message = printable(" ".join(message.split())).rstrip(".")
    return message[:1].lower() + message[1:]


def _loader() -> Any:  # noqa: ANN401 - a class of PyYAML's, which is loaded here first
    import yaml  # noqa: PLC0415 - for `init` alone

    class Loader(yaml.SafeLoader):
        """PyYAML's safe loader, with lines; as in YAML 1.2, `no`, 22:22 and 1.10 are texts."""

    Loader.yaml_implicit_resolvers = {}
    for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("merge", r"<<", "<"),
    ):
        Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first)
        )

    def table(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[Table]:
        made = Table(node.start_mark.line + 1)
        yield made
        loader.flatten_mapping(node)
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.constructor.ConstructorError(
                    None, None, "a name must be a text", key_node.start_mark
                )
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key)
            made[name] = loader.construct_object(value_node, deep=True)
            made.lines[name] = key_node.start_mark.line + 1

    Loader.add_constructor("tag:yaml.org,2002:map", table)
    return Loader


class Section:
    """A table of a document, read by what its keys are to be; what is not so names its line."""

    def __init__(self, table: Table, file: str) -> None:
        self._table = table
        self._file = file

    def __contains__(self, key: str) -> bool:
        return self._table.get(key) is not None

    def names(self) -> tuple[str, ...]:
        """The names, in the order of the file."""
        return tuple(self._table)

    def where(self, key: str | None = None) -> str:
        """The place of a key, or of the table: "compose.yaml:12"."""
        line = self._table.lines.get(key, self._table.line) if key else self._table.line
        return f"{printable(self._file)}:{line}"

    def raw(self, key: str) -> object:
        """What is there, of whatever kind; None if nothing is."""
        return self._table.get(key)

    def text(self, key: str) -> str | None:
        """A text, also where a number or a boolean is written; None if there is none."""
        raw = self.raw(key)
        return None if raw is None else self._as_text(raw, key)

    def switch(self, key: str) -> bool | None:
        """True or false; None if there is neither."""
        raw = self.raw(key)
        if raw is None or isinstance(raw, bool):
            return raw
        raise self.refused(key, "true or false")

    def number(self, key: str) -> int | None:
        """A whole number, also as a text; None if there is none."""
        raw = self.raw(key)
        if raw is None:
            return None
        if isinstance(raw, str) and raw.isdecimal():
            return int(raw)
        if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
            return raw
        raise self.refused(key, "a number")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a text alone is a list of one."""
        raw = self.raw(key)
        if raw is None:
            return ()
        if isinstance(raw, list):
            return tuple(self._as_text(each, key) for each in raw)
        return (self._as_text(raw, key),)

    def section(self, key: str) -> "Section | None":
        """The table that is there; None if nothing is."""
        raw = self.raw(key)
        if raw is None:
            return None
        if isinstance(raw, Table):
            return Section(raw, self._file)
        raise self.refused(key, "a table")

    def sections(self, key: str) -> tuple["Section", ...]:
        """The tables of a list, its other members left out."""
        raw = self.raw(key)
        members = raw if isinstance(raw, list) else []
        return tuple(Section(each, self._file) for each in members if isinstance(each, Table))

    def variables(self, key: str) -> dict[str, str | None]:
        """Variables, as a table or as a list of `NAME=value`; None has no value of its own."""
        raw = self.raw(key)
        if isinstance(raw, Table):
            return {
                name: None if value is None else self._as_text(value, key)
                for name, value in raw.items()
            }
        found: dict[str, str | None] = {}
        for text in self.texts(key):
            name, sign, value = text.partition("=")
            found[name] = value if sign else None
        return found

    def others(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """The names that are not known, but for those that say they are extensions (`x-…`)."""
        return tuple(key for key in self._table if key not in known and not key.startswith("x-"))

    def refused(self, key: str, wanted: str) -> UserError:
        """The error that what is there is not what is wanted."""
        return UserError(f"{quoted(key)} is not {wanted}", where=self.where(key))

    def _as_text(self, raw: object, key: str) -> str:
        if isinstance(raw, bool):
            return "true" if raw else "false"
        if isinstance(raw, str | int | float):
            return str(raw)
        raise self.refused(key, "a text")
