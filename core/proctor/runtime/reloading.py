"""Reading an app's files again, and what is new in them since they were last read."""

import msgspec

from proctor.model.configuration import AppConfiguration
from proctor.model.formation import Formation
from proctor.runtime.mailbox import ConfigurationRead, FilesReading


class Readings:
    """Numbers the readings of an app's files, of which several may be under way.

    Each is done in a thread of its own, so that one which a file holds up does not hold up the
    next; the one that was asked for first may therefore end last.
    """

    def __init__(self) -> None:
        self._asked = 0
        self._newest: ConfigurationRead | None = None

    def ask(self, cause: str, *, apply: bool, awaited: bool = False) -> FilesReading:
        """The next reading."""
        self._asked += 1
        return FilesReading(number=self._asked, cause=cause, apply=apply, awaited=awaited)

    def newest(self, read: ConfigurationRead) -> ConfigurationRead:
        """What to decide on: of a reading that was overtaken the wish alone, with newer contents.

        The wish is kept because it may differ: a reload applies what a later save only told.
        """
        newest = self._newest
        if newest is not None and newest.reading.number > read.reading.number:
            return msgspec.structs.replace(newest, reading=read.reading)
        self._newest = read
        return read


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A new configuration against the one in force. `words` is empty where nothing is new."""

    configuration: AppConfiguration
    formation: Formation  #: present quantities; new types as the files say
    restart: frozenset[str]  #: process types whose processes are to be started anew
    words: str
    watch: bool | None = None  #: the switch's new position, if it has one
    watches_anew: bool = False  #: it has one, or one of the app's files names others


def difference(
    before: AppConfiguration, after: AppConfiguration, formation: Formation
) -> Difference:
    """What applying `after` would change, with the quantities in force."""
    from proctor.runtime.changed_settings import changed_settings  # noqa: PLC0415 - no start waits for it

    old = {entry.type: entry.command_line for entry in before.procfile.entries}
    new = {entry.type: entry.command_line for entry in after.procfile.entries}
    added = [type_ for type_ in new if type_ not in old]
    removed = [type_ for type_ in old if type_ not in new]
    changed = [type_ for type_ in new if type_ in old and new[type_] != old[type_]]
    variables = _changed_names(before, after)
    kept = [type_ for type_ in new if type_ in old]
    settings = changed_settings(before, after, kept)
    quantities = {
        type_: after.formation[type_]
        for type_ in kept
        if before.formation[type_] != after.formation[type_]  # the files wish another one
    }
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (
            (_types("new", added), added),
            (_types("removed", removed), removed),
            ("changed command of", changed),
            ("changed variables", variables),
        )
        if names
    ]
    parts += settings.words
    if quantities:
        parts.append(f"scaled {' '.join(f'{name}={count}' for name, count in quantities.items())}")
    return Difference(
        configuration=after,
        formation=after.formation.with_quantities(
            {type_: formation[type_] for type_ in new if type_ in formation} | quantities
        ),
        restart=frozenset(kept if variables else changed) | settings.restart,
        words="; ".join(parts),
        watch=settings.watch,
        watches_anew=settings.watch is not None
        or before.read_files != after.read_files
        or before.watch_globs != after.watch_globs,
    )


def _types(what: str, names: list[str]) -> str:
    return f"{what} process type" + ("s" if len(names) > 1 else "")


def _changed_names(before: AppConfiguration, after: AppConfiguration) -> list[str]:
    """Names alone: values may be secret."""
    old, new = before.environment.values(), after.environment.values()
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
