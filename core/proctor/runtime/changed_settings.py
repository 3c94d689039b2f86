"""What is new in an app's settings since they were last read, and what that asks for.

What a process is started with takes a restart of its type. All else holds at once, but for what
is decided when the app itself is started.
"""

from collections.abc import Iterable

import msgspec

from proctor.model.configuration import AppConfiguration
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS, SettingEntry

_GIVEN_AT_THE_START = frozenset({"env", "pty", "stdin", "port", "platform_env"})
_OF_THE_NEXT_START = frozenset({"app", "tui", "log_format"})


class ChangedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`words` are parts of one sentence; `watch` is the switch's new position, if it has one."""

    restart: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    watch: bool | None = None


def changed_settings(
    before: AppConfiguration, after: AppConfiguration, types: Iterable[str]
) -> ChangedSettings:
    """Compare the settings of two readings; `types` are those of both."""
    of_app = _changed(before.settings, after.settings, APP_SETTINGS.values())
    of_types = {
        type_: _changed(before.settings_of(type_), after.settings_of(type_), TYPE_SETTINGS.values())
        for type_ in types
    }
    restart = {type_ for type_, names in of_types.items() if _GIVEN_AT_THE_START & set(names)}
    words = []
    if before.base_port != after.base_port:
        restart |= set(of_types)
        words.append(f"changed base port {after.base_port}")
    if of_app:
        words.append(f"changed settings {', '.join(of_app)}")
    for type_, names in of_types.items():
        # What the app says of all its types is told once.
        own = [name for name in names if name not in of_app]
        if own:
            words.append(f"changed settings of {type_}: {', '.join(own)}")
    later = [name for name in of_app if name in _OF_THE_NEXT_START]
    if later:
        words.append(f"{', '.join(later)}: from the next start of the app on")
    if "app" in later and before.settings.app_name is not None:
        words.append(f"until then commands find it with --app {before.settings.app_name}")
    return ChangedSettings(
        restart=frozenset(restart),
        words=tuple(words),
        watch=after.settings.watch if "watch" in of_app else None,
    )


def _changed(old: object, new: object, entries: Iterable[SettingEntry]) -> list[str]:
    return [
        entry.name
        for entry in entries
        if getattr(old, entry.field, None) != getattr(new, entry.field, None)
    ]
