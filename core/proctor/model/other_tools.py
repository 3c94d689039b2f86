"""What the settings files of other tools say, in the spelling of `proctor.toml`.

Such a file is not read as a settings file: whoever comes from that tool is told what of it means
nothing here, and what to write instead. Values of variables that are the app's own may be secrets,
and are never shown.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from proctor.model.quoting import printable

LARGEST = 64 * 1024  # characters that are looked at
_MOST_TOLD = 8
_LONGEST_VALUE = 80


class Said(NamedTuple):
    """One thing that such a file says: its key there, and how it is written here.

    `here` is None where there is no counterpart; `settings` are ours: "port", "web.on_exit".
    """

    key: str
    here: str | None
    settings: tuple[str, ...] = ()


def said_in_foreman(text: str) -> Iterator[Said]:
    """What a `.foreman` says: lines of YAML, "port: 5000"."""
    for line in text[:LARGEST].splitlines():
        match = re.fullmatch(r"\s*:?([A-Za-z_-]{1,40})\s*:\s+(.{1,500}?)\s*", line)
        if match is not None:
            yield _translated(match[1].lower().replace("-", "_"), match[2].strip("\"'"), match[1])


def said_in_forego(text: str) -> Iterator[Said]:
    """What a `.forego` says: "port=5000" or "port: 5000"."""
    for line in text[:LARGEST].splitlines():
        match = re.fullmatch(r"\s*([A-Za-z_-]{1,40})\s*[:=]\s*(.{1,500}?)\s*", line)
        if match is not None:
            yield _translated(match[1].lower().replace("-", "_"), match[2].strip("\"'"), match[1])


def said_in_overmind(variables: Mapping[str, str], *, has_env_file: bool) -> Iterator[Said]:
    """What a `.overmind.env` says: options of overmind, and variables for the app."""
    both = '".overmind.env", ".env"' if has_env_file else '".overmind.env"'
    for name, value in variables.items():
        if name.startswith(_OVERMIND):
            yield _translated(name.removeprefix(_OVERMIND).lower(), value, name)
        else:
            yield Said(name, f"env_files = [{both}]", ("env_files",))


def sentence(file: str, said: list[Said]) -> str:
    """One line that says what of this file is not read, and how it is spelled here."""
    known = list(dict.fromkeys(each.here for each in said if each.here is not None))
    unknown = [printable(each.key) for each in said if each.here is None]
    parts = []
    if known:
        more = f" and {len(known) - _MOST_TOLD} more" if len(known) > _MOST_TOLD else ""
        parts.append(f"write {'; '.join(known[:_MOST_TOLD])}{more} in proctor.toml")
    if unknown:
        parts.append(f"no setting here is like {', '.join(unknown[:_MOST_TOLD])}")
    return f"{file} is not read: {'; '.join(parts)}"


_OVERMIND = "OVERMIND_"


def _translated(key: str, value: str, shown: str) -> Said:
    translate = _TRANSLATED.get(key)
    if translate is None or not value:
        return Said(shown, None)
    here = translate(value)
    settings = tuple(
        re.sub(r"^\[types\.(.*)\] ", r"\1.", part).partition(" =")[0] for part in here.split("; ")
    )
    return Said(shown, here, settings)


def _text(value: str) -> str:
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
    return json.dumps(printable(shown), ensure_ascii=False)


def _number(setting: str) -> Callable[[str], str]:
    def translate(value: str) -> str:
        return (
            f"{setting} = {value}" if re.fullmatch("[0-9]{1,9}", value) else _quoted(setting, value)
        )

    return translate


def _quoted(setting: str, value: str) -> str:
    return f"{setting} = {_text(value)}"


def _texts(value: str) -> str:
    return ", ".join(_text(name.strip()) for name in value.split(",") if name.strip())


def _of_types(setting: str, pairs: Iterator[tuple[str, str]]) -> str:
    return "; ".join(
        f"[types.{printable(type_)}] {setting} = {_text(value)}" for type_, value in pairs
    )


def _names(value: str) -> Iterator[str]:
    return (name.strip() for name in value[:500].split(",") if name.strip())


def _can_die(value: str) -> str:
    return _of_types("on_exit", ((name, "stay") for name in _names(value)))


def _stop_signals(value: str) -> str:
    pairs = (name.partition("=") for name in _names(value))
    return _of_types("stop_signal", ((type_, signal) for type_, _, signal in pairs))


def _ignored(value: str) -> str:
    return _quoted("formation", ",".join(f"{name}=0" for name in _names(value)))


_TRANSLATED: Mapping[str, Callable[[str], str]] = {
    "port": _number("port"),
    "formation": lambda value: _quoted("formation", value),
    "concurrency": lambda value: _quoted("formation", value),
    "procfile": lambda value: _quoted("procfile", value),
    "env": lambda value: f"env_files = [{_texts(value)}]",
    "timeout": _number("grace"),
    "shutdown_grace_time": _number("grace"),
    "title": lambda value: _quoted("app", value),
    "can_die": _can_die,
    "any_can_die": lambda _: 'on_exit = "stay"',
    "auto_restart": lambda _: 'on_exit = "restart"',
    "stop_signals": _stop_signals,
    "ignored_processes": _ignored,
    "skip_env": lambda _: "env_files = []",
}
