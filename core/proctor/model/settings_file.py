"""Reads `proctor.toml`: settings of the app, and in `[types.web]` those of a process type."""

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from proctor.errors import UserError
from proctor.model.quoting import listed, printable, quoted
from proctor.model.resolution import Written
from proctor.model.settings import SETTINGS_FILE
from proctor.model.settings_places import Path, Places
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS, SettingEntry

TYPES = "types"
LARGEST_SETTINGS = 64 * 1024  # characters; what a file of that size can ask of its parser is little

#: a key of fifty parts; possessive, so that nothing is looked at twice
_LONG_KEY = r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}"""
_OF_A_TYPE = f"It is for a process type: write it below [{TYPES}.web]"
_LONGEST_LINE = 1000
_LONGEST_WORD = 40  # of one that may be misspelled

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


class SettingsFile(msgspec.Struct, frozen=True):
    """What the file says, by the names of the settings; `types` by process type."""

    app: Mapping[str, Written] = {}
    types: Mapping[str, Mapping[str, Written]] = {}
    tables: Mapping[str, str] = {}  #: process type -> where its table stands

    def names(self) -> frozenset[str]:
        """What it speaks of: "port", "web.on_exit"."""
        own = (f"{type_}.{name}" for type_, settings in self.types.items() for name in settings)
        return frozenset((*self.app, *own))

    def require_types(self, known: tuple[str, ...]) -> None:
        """See that no type that the file speaks of is one of the Procfile's, misspelled.

        Raises:
            UserError: one is; or one starts after a type that the Procfile lacks.
        """
        for type_, where in self.tables.items():
            near = _nearest(type_, known)
            if type_ not in known and near is not None:
                raise UserError(f"there is no process type {quoted(type_)}", where=where, hint=near)
        for type_ in known:
            after = self.types.get(type_, {}).get("after")
            for dependency in after.value if after else ():  # type: ignore[attr-defined]  # as it was read
                if dependency.type not in known:
                    raise UserError(
                        f"there is no process type {quoted(dependency.type)} to start after",
                        where=after.where if after else None,
                        hint=_nearest(dependency.type, known)
                        or f"The Procfile has {listed(known)}",
                    )

    def idle_types(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """A sentence for each type that is in no way one of the Procfile's: of another, perhaps."""
        return tuple(
            f"{where}: the Procfile has no process type {quoted(type_)}"
            for type_, where in self.tables.items()
            if type_ not in known and _nearest(type_, known) is None
        )


def read_settings_file(text: str, *, name: str = SETTINGS_FILE) -> SettingsFile:
    """Read the text of a settings file; `name` is what messages call the file.

    Bytes that are no UTF-8 are expected as surrogates.

    Raises:
        UserError: it is no TOML, a key is unknown, or a value is not possible; says where.
    """
    text = _plain(text)
    _require_harmless(text, name)
    found = _parse(text, name)
    places = Places(text, name)
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
                hint="Write [types.web], and settings of web below it",
            )
        types[type_] = _read_table(table, TYPE_SETTINGS, places, (TYPES, type_))
    return SettingsFile(
        _read_table(found, APP_SETTINGS, places, ()),
        types,
        {type_: places.of((TYPES, type_)) for type_ in types},
    )


def read_app_name(text: str, *, name: str = SETTINGS_FILE) -> Written | None:
    """What the file says of `app` alone, however wrong the rest of it is.

    An app that runs can be steered while somebody writes in the file.

    Raises:
        UserError: it is no name.
    """
    text = _plain(text)
    try:
        _require_harmless(text, name)
        found = _parse(text, name)
        where = Places(text, name).of(("app",))
    except UserError:
        found, where = _app_line(text, name)
    return Written(APP_SETTINGS["app"].read(found["app"], where), where) if "app" in found else None


def _app_line(text: str, name: str) -> tuple[dict[str, object], str]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("["):
            break
        if re.match(r"\s*app\s*=", line) and len(line) < _LONGEST_LINE:
            where = f"{name}:{number}"
            with suppress(UserError):
                return _parse(line, where), where
    return {}, name


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _require_harmless(text: str, name: str) -> None:
    """See that its parser is done with it in no time, and that it is text."""
    if len(text) > LARGEST_SETTINGS:
        raise UserError(f"the file is larger than {LARGEST_SETTINGS} bytes", where=name)
    if (found := re.search("[\udc80-\udcff]", text)) is not None:
        raise UserError("this is no UTF-8", where=_line_of(found.start(), text, name))
    if (found := re.search(_LONG_KEY, text)) is not None:
        raise UserError("this key has too many parts", where=_line_of(found.start(), text, name))


def _line_of(place: int, text: str, name: str) -> str:
    return f"{name}:{text.count(chr(10), 0, place) + 1}"


def _parse(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, text, name) from error
    except RecursionError as error:
        raise UserError("lists or tables are nested too deeply", where=name) from error
    except ValueError as error:  # of a number with thousands of digits
        raise UserError("this is no TOML: a value is not possible", where=name) from error


def _read_table(
    table: Mapping[str, object], known: Mapping[str, SettingEntry], places: Places, path: Path
) -> dict[str, Written]:
    read = {}
    for key, raw in table.items():
        where = places.of((*path, key))
        entry = known.get(key)
        if entry is None:
            raise UserError(
                f"there is no setting {quoted(key)}{' of a process type' if path else ''}",
                where=where,
                hint=_hint_for(key, raw, known, of_type=bool(path)),
            )
        try:
            read[key] = Written(entry.read(raw, where), where)
        except UserError as error:
            hint = error.hint if path or not _suits_types(key, raw) else _OF_A_TYPE
            raise UserError(f"{key}: {error.what}", where=where, hint=hint) from error
    return read


def _suits_types(key: str, raw: object) -> bool:
    """Whether a value that the app cannot have is one that a process type can."""
    entry = TYPE_SETTINGS.get(key)
    if entry is None or entry.kind == APP_SETTINGS[key].kind:
        return False
    try:
        entry.read(raw, key)
    except UserError:
        return False
    return not isinstance(raw, str)  # which may be a switch in quotes


def _hint_for(key: str, raw: object, known: Mapping[str, SettingEntry], *, of_type: bool) -> str:
    word = key.lower().replace("-", "_")
    other = APP_SETTINGS if of_type else TYPE_SETTINGS
    near = word if word in known else _ALSO_CALLED.get(word)
    if near in known:
        return f"It is called '{near}' here"
    if word in other:
        return "It is for the whole app: write it above the tables" if of_type else _OF_A_TYPE
    if isinstance(raw, Mapping) and not of_type:
        return f"Settings of a process type stand below [{TYPES}.{key if key != 'type' else 'web'}]"
    return _nearest(word, tuple(known)) or "'proctor settings' lists all of them"


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only who misspells pays for it

    near = get_close_matches(word[:_LONGEST_WORD], known, n=1)
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
