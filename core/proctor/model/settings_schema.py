"""The JSON schema of `proctor.toml`, by which editors complete keys and mark what is wrong."""

import json
from collections.abc import Iterable, Mapping

from proctor.model.setting_values import LEAST_MEMORY, LONGEST_TEXT, SIGNALS
from proctor.model.settings import LONGEST_GRACE_SECONDS, SETTINGS_FILE
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS, Kind, SettingEntry

Schema = dict[str, object]

_DURATION = r"^\s*[0-9]{1,9}(\.[0-9]{1,9})?\s*([mM][sS]|[sSmMhH])?\s*$"
_AMOUNT = r"^\s*[0-9]{1,18}(\.[0-9]{1,9})?\s*[kKmMgGtT]?[iI]?[bB]?\s*$"
_TEXT: Schema = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_TEXT}
_SWITCH: Schema = {"type": "boolean"}
_PORT: Schema = {"type": "integer", "minimum": 1, "maximum": 65_535}


def schema_text() -> str:
    """The schema as its file has it."""
    return json.dumps(settings_schema(), indent=2, ensure_ascii=False) + "\n"


def settings_schema() -> Schema:
    """The schema, made of the table of settings."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": SETTINGS_FILE,
        "description": "How proctor runs the app of this folder",
        **_table_of(
            APP_SETTINGS,
            types={
                "description": "settings of process types, as in [types.web]",
                "type": "object",
                "additionalProperties": _table_of(TYPE_SETTINGS),
            },
        ),
    }


def _table_of(entries: Mapping[str, SettingEntry], **others: Schema) -> Schema:
    properties = {name: _of_entry(entry) for name, entry in entries.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, **others},
    }


def _in_any_case(words: Iterable[str]) -> str:
    return "|".join(
        "".join(f"[{letter}{letter.lower()}]" if letter.isalpha() else letter for letter in word)
        for word in words
    )


def _of_entry(entry: SettingEntry) -> Schema:
    kind = {"enum": list(entry.choices)} if entry.choices else _KINDS[entry.kind]
    return {"description": entry.meaning, **kind}


def _list_of(*items: Schema) -> Schema:
    return {"type": "array", "items": {"anyOf": list(items)} if len(items) > 1 else items[0]}


def _closed(required: list[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_SIGNAL = f"^({_in_any_case(['SIG'])})?({_in_any_case(SIGNALS)})$"
_DEPENDENCY = _closed(["type"], type=_TEXT, restart=_SWITCH, completed=_SWITCH)
_KINDS: Mapping[Kind, Schema] = {
    "text": _TEXT,
    "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"},
    "switch": _SWITCH,
    "seconds": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": int(LONGEST_GRACE_SECONDS)},
            {"type": "string", "pattern": _DURATION},
        ]
    },
    "signal": {"type": "string", "pattern": _SIGNAL, "examples": list(SIGNALS)},
    "port": _PORT,
    "formation": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": 0},
                "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
            },
        ]
    },
    "names": {"anyOf": [{"type": "string"}, _list_of(_TEXT)]},
    "globs": {"anyOf": [_SWITCH, _TEXT, _list_of(_TEXT)]},
    "variables": {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    },
    "bytes": {
        "anyOf": [
            {"type": "integer", "minimum": LEAST_MEMORY},
            {"type": "string", "pattern": _AMOUNT},
        ]
    },
    "after": {"anyOf": [_TEXT, _DEPENDENCY, _list_of(_TEXT, _DEPENDENCY)]},
    "ready": {
        "anyOf": [
            _closed(["log"], log=_TEXT),
            _closed(["tcp"], tcp={"anyOf": [_PORT, {"const": True}, _TEXT]}),
            _closed(["http"], http={"type": "string", "pattern": "^(/|https?://)"}),
            _closed(["command"], command=_TEXT),
        ]
    },
}
