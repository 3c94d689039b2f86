"""Values of settings as `proctor.toml` has them, from the values that the app works with."""

from collections.abc import Mapping

from proctor.model.secrets import masked
from proctor.model.settings_table import SettingEntry
from proctor.model.toml_values import toml_value
from proctor.model.type_settings import (
    Dependency,
    ReadyRule,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)

NONE = "-"


def raw_value(entry: SettingEntry, value: object) -> object:
    """What would be written in the file; None for what is not set. Secrets are masked."""
    if entry.kind == "globs":
        return True if value is None else list(value) if value else False  # type: ignore[call-overload]  # as its reader gives it
    match value:
        case tuple():
            return [
                _raw_dependency(each) if isinstance(each, Dependency) else each for each in value
            ]
        case Mapping():
            return {name: masked(name, text) for name, text in value.items()}
        case float():
            return int(value) if value.is_integer() else value
        case (
            ReadyWhenLogged() | ReadyWhenListening() | ReadyWhenAnswering() | ReadyWhenSucceeding()
        ):
            return _raw_rule(value)
        case _:
            return value


def value_text(entry: SettingEntry, value: object) -> str:
    """The same as one line of text; `-` for what is not set."""
    raw = raw_value(entry, value)
    return NONE if raw is None or raw == {} else toml_value(raw)


def _raw_dependency(dependency: Dependency) -> object:
    return {"type": dependency.type, "restart": True} if dependency.restart else dependency.type


def _raw_rule(rule: ReadyRule) -> dict[str, object]:
    match rule:
        case ReadyWhenLogged(pattern):
            return {"log": pattern}
        case ReadyWhenAnswering(url):
            return {"http": masked("", url)}
        case ReadyWhenSucceeding(command_line):
            return {"command": masked("", command_line)}
        case ReadyWhenListening(port, host):
            if host == ReadyWhenListening().host:
                return {"tcp": True if port is None else port}
            return {"tcp": f"[{host}]:{port}" if ":" in host else f"{host}:{port}"}
