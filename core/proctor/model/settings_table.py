"""Every setting there is: its name in `proctor.toml`, what it may be, and what it means.

The file's reader, its schema, `proctor settings` and the docs are made of this table.
"""

from typing import Literal, NamedTuple

from proctor.model.settings import LOG_FORMATS, ON_EXIT

Kind = Literal[
    "text", "name", "switch", "seconds", "signal", "choice", "port", "formation", "names", "globs",
    "variables", "bytes", "after", "ready",
]  # fmt: skip
Scope = Literal["app", "type", "both"]


class SettingEntry(NamedTuple):
    """One setting.

    `name` is its key in the file, `field` that of the value in `Settings` or `TypeSettings`.
    A setting of `both` scopes holds for the types that do not say otherwise. `flag` is the one
    that sets it; of a switch, that which turns it on.
    """

    name: str
    field: str
    kind: Kind
    scope: Scope
    meaning: str
    flag: str | None = None
    choices: tuple[str, ...] = ()
    variable: str | None = None  #: the environment variable, where it is not PROCTOR_ and the name

    @property
    def environment_name(self) -> str:
        """The variable that sets it for the app; none sets what only a process type has."""
        return self.variable or f"PROCTOR_{self.name.upper()}"

    def read(self, raw: object, where: str) -> object:
        """The value that a file gives, as the app works with it.

        Raises:
            UserError: it is not possible; names the place.
        """
        # Not at the top: who writes no setting down waits for no reader.
        from proctor.model.setting_values import READERS, one_of  # noqa: PLC0415 - see above

        if self.choices:
            return one_of(*self.choices)(raw, where)
        return READERS[self.kind](raw, where)

    def read_text(self, text: str, where: str) -> object:
        """The same of a variable or a flag, which are text whatever they mean.

        Raises:
            UserError: it is not possible; names the place.
        """
        from proctor.model.setting_values import TEXT_READERS  # noqa: PLC0415 - as above

        read = TEXT_READERS.get(self.kind)
        return self.read(text, where) if read is None else read(text, where)


SETTINGS: tuple[SettingEntry, ...] = (
    SettingEntry(
        "procfile", "procfile", "text", "app",
        "the Procfile, from the folder of the app", flag="--procfile", variable="PROCFILE",
    ),
    SettingEntry(
        "env_files", "env_files", "names", "app", "the env files; the later wins", flag="--env"
    ),
    SettingEntry(
        "app", "app_name", "name", "app",
        "the name of the app, which parts it from others of its folder", flag="--app",
    ),
    SettingEntry(
        "port", "port", "port", "app", "the base port", flag="--port", variable="PORT"
    ),
    SettingEntry(
        "formation", "formation", "formation", "app",
        "how many processes of each type run at the start", flag="--formation",
    ),
    SettingEntry(
        "fixed_ports", "fixed_ports", "switch", "app",
        "a taken port is refused, not evaded", flag="--fixed-ports",
    ),
    SettingEntry(
        "watch", "watch", "switch", "app", "a file save restarts", flag="--watch"
    ),
    SettingEntry(
        "tui", "screen", "switch", "app",
        "the screen opens, else the log stream is printed", flag="--tui",
    ),
    SettingEntry(
        "log_format", "log_format", "choice", "app",
        "how the log stream is printed", flag="--log-format", choices=LOG_FORMATS,
    ),
    SettingEntry(
        "grace", "grace_seconds", "seconds", "both",
        "from the request to stop until the kill, in seconds", flag="--grace",
    ),
    SettingEntry(
        "on_exit", "on_exit", "choice", "both",
        "what follows when a process ends by itself", flag="--on-exit", choices=ON_EXIT,
    ),
    SettingEntry(
        "stop_signal", "stop_signal", "signal", "both", "the signal that asks a process to stop"
    ),
    SettingEntry(
        "stop_scope", "stop_scope", "choice", "both",
        "who gets that signal: the roots of the tree, or all of it, as on the platform",
        choices=("roots", "all"),
    ),
    SettingEntry(
        "pty", "terminal", "switch", "both", "a process has a terminal, else pipes", flag="--pty"
    ),
    SettingEntry(
        "stdin", "stdin", "choice", "both",
        "standard input where there is no terminal: at its end, or open", choices=("null", "open"),
    ),
    SettingEntry(
        "memory_limit", "memory_limit_bytes", "bytes", "both",
        "a process whose tree uses more memory is restarted",
    ),
    SettingEntry(
        "platform_env", "platform_env", "switch", "both",
        "processes also get DYNO and the other variables of the platform",
    ),
    SettingEntry(
        "watch", "watch", "globs", "type",
        "the files whose save restarts this type; false for none",
    ),
    SettingEntry(
        "after", "after", "after", "type", "the types that must be up before this one starts"
    ),
    SettingEntry(
        "ready", "ready", "ready", "type", "when a process of this type counts as up"
    ),
    SettingEntry(
        "env", "environment", "variables", "type", "variables that only this type gets"
    ),
    SettingEntry(
        "port", "port", "port", "type", "the port of its first process; the next ones follow"
    ),
    SettingEntry(
        "group", "group", "text", "type", "types of one group are steered together by its name"
    ),
)  # fmt: skip

APP_SETTINGS = {entry.name: entry for entry in SETTINGS if entry.scope != "type"}
TYPE_SETTINGS = {entry.name: entry for entry in SETTINGS if entry.scope != "app"}
