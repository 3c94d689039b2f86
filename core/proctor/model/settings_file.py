"""Reads `proctor.toml`: settings of the app, and in `[types.web]` those of a process type."""

import re
import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from proctor.errors import UserError
from proctor.model.quoting import printable, quoted
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS, SettingEntry

SETTINGS_FILE = "proctor.toml"
TYPES = "types"

Path = tuple[str, ...]

#: what other tools, or this one's flags, call a setting
_ALSO_CALLED = {
    "timeout": "grace",
    "grace_seconds": "grace",
    "concurrency": "formation",
    "scale": "formation",
    "root": "procfile",
    "env_file": "env_files",
    "app_name": "app",
    "name": "app",
    "depends_on": "after",
    "healthcheck": "ready",
    "readiness_probe": "ready",
    "restart": "on_exit",
    "environment": "env",
    "memory": "memory_limit",
    "terminal": "pty",
    "tty": "pty",
    "no_tui": "tui",
    "no_pty": "pty",
}


class Written(msgspec.Struct, frozen=True):
    """A value of the file, and where it stands: "proctor.toml:3". Its `repr` hides the value."""

    value: object
    where: str

    def __repr__(self) -> str:
        return f"Written(where={self.where!r})"


class SettingsFile(msgspec.Struct, frozen=True):
    """What the file says, by the names of the settings; `types` by process type."""

    app: Mapping[str, Written] = {}
    types: Mapping[str, Mapping[str, Written]] = {}
    tables: Mapping[str, str] = {}  #: process type -> where its table stands

    def require_types(self, known: tuple[str, ...]) -> None:
        """See that the Procfile has each type that the file speaks of.

        Raises:
            UserError: it lacks one, with the nearest that it has.
        """
        for type_, where in self.tables.items():
            if type_ not in known:
                raise UserError(
                    f"there is no process type {quoted(type_)}",
                    where=where,
                    hint=_nearest(type_, known) or f"The Procfile has {', '.join(known)}",
                )
        for settings in self.types.values():
            after = settings.get("after")
            for dependency in after.value if after else ():  # type: ignore[attr-defined]  # as it was read
                if dependency.type not in known:
                    raise UserError(
                        f"there is no process type {quoted(dependency.type)} to start after",
                        where=after.where if after else None,
                        hint=_nearest(dependency.type, known)
                        or f"The Procfile has {', '.join(known)}",
                    )


def read_settings_file(text: str, *, name: str = SETTINGS_FILE) -> SettingsFile:
    """Read the text of a settings file; `name` is what messages call the file.

    Raises:
        UserError: it is no TOML, a key is unknown, or a value is not possible; says where.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, text, name) from error
    places = _Places(text, name)
    tables = found.pop(TYPES, {})
    if not isinstance(tables, Mapping):
        raise UserError(
            f"'{TYPES}' is not a table", where=places.of((TYPES,)), hint="Write [types.web]"
        )
    types = {}
    for type_, table in tables.items():
        if not isinstance(table, Mapping):
            raise UserError(
                f"{quoted(type_)} is not a table of settings",
                where=places.of((TYPES, type_)),
                hint=f"Write [types.{printable(type_)}]",
            )
        types[type_] = _read_table(table, TYPE_SETTINGS, places, (TYPES, type_))
    return SettingsFile(
        _read_table(found, APP_SETTINGS, places, ()),
        types,
        {type_: places.of((TYPES, type_)) for type_ in types},
    )


def _read_table(
    table: Mapping[str, object], known: Mapping[str, SettingEntry], places: "_Places", path: Path
) -> dict[str, Written]:
    read = {}
    for key, raw in table.items():
        where = places.of((*path, key))
        entry = known.get(key)
        if entry is None:
            raise UserError(
                f"there is no setting {quoted(key)}{' of a process type' if path else ''}",
                where=where,
                hint=_hint_for(key, known, of_type=bool(path)),
            )
        try:
            read[key] = Written(entry.read(raw, where), where)
        except UserError as error:
            raise UserError(f"{key}: {error.what}", where=where, hint=error.hint) from error
    return read


def _hint_for(key: str, known: Mapping[str, SettingEntry], *, of_type: bool) -> str:
    word = key.lower().replace("-", "_")
    other = APP_SETTINGS if of_type else TYPE_SETTINGS
    near = word if word in known else _ALSO_CALLED.get(word)
    if near in known:
        return f"It is called '{near}' here"
    if word in other:
        return (
            "It is for the whole app: write it above the tables"
            if of_type
            else "It is for a process type: write it below [types.web]"
        )
    return _nearest(word, tuple(known)) or "'proctor settings' lists all of them"


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only who misspells pays for it

    near = get_close_matches(word, known, n=1)
    return f"The nearest is '{near[0]}'" if near else None


def _no_toml(error: tomllib.TOMLDecodeError, text: str, name: str) -> UserError:
    found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
    if found is None:
        return UserError(f"this is no TOML: {error}", where=name)
    line = found[1] or str(text.rstrip("\n").count("\n") + 1)
    what = printable(str(error)[: found.start()])
    return UserError(
        f"this is no TOML: {what[:1].lower()}{what[1:]}",
        where=f"{name}:{line}",
        hint='Texts stand in quotes there, as in on_exit = "stay"',
    )


class _Places:
    """Finds the lines of keys in a text that is known to be TOML: its parser does not tell them."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._lines = dict(_keys_and_lines(text))

    def of(self, path: Path) -> str:
        """Where this key stands; else where what holds it does, or is first spoken of."""
        for end in range(len(path), 0, -1):
            line = self._lines.get(path[:end])
            if line is not None:
                return f"{self._name}:{line}"
        return self._name


def _keys_and_lines(text: str) -> Iterator[tuple[Path, int]]:
    """Each key with the number of its line; the first of several wins by coming last."""
    found: dict[Path, int] = {}
    table: Path = ()
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        number, statement = place + 1, lines[place]
        place += 1
        if not statement.strip() or statement.lstrip().startswith("#"):
            continue
        while (said := _parsed(statement)) is None and place < len(lines):
            statement += "\n" + lines[place]
            place += 1
        paths = list(_paths(said or {}))
        if statement.lstrip().startswith("["):
            table = max(paths, key=len, default=())
            paths = [table[:end] for end in range(1, len(table) + 1)]
        else:
            paths = [(*table, *path) for path in paths]
        for path in paths:
            found.setdefault(path, number)
    return iter(found.items())


def _parsed(statement: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _paths(table: Mapping[str, object], above: Path = ()) -> Iterator[Path]:
    for key, value in table.items():
        yield (*above, key)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping):
            yield from _paths(inner, (*above, key))
