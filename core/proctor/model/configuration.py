"""An app as it was read: all that the files, the environment and the flags say about it."""

from collections.abc import Mapping

import msgspec

from proctor.model.environment import Environment
from proctor.model.formation import Formation
from proctor.model.ports import DEFAULT_BASE
from proctor.model.procfile import Procfile
from proctor.model.settings import SETTINGS_FILE, Settings
from proctor.model.type_settings import TypeSettings


class AppConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """An app, ready to be run. Paths are absolute, and real paths."""

    root: str  #: the folder that its processes work in
    name: str  #: for people: the folder's, or what --app says
    procfile_path: str
    procfile: Procfile
    env_paths: tuple[str, ...] = ()  #: the env files that were read, the weakest first
    environment: Environment = Environment()  #: of all its processes
    formation: Formation = Formation()  #: what is wanted at the start
    base_port: int = DEFAULT_BASE
    base_port_is_default: bool = False  #: nobody has named one: it may be another one
    settings: Settings = Settings()
    types: Mapping[str, TypeSettings] = {}  #: of the types that have settings of their own
    read_at: float = 0.0  #: wall time at which its files were read
    warnings: tuple[str, ...] = ()  #: sentences to tell once, at the start
    unread: tuple[str, ...] = ()  #: of settings files of other tools, likewise

    @property
    def read_files(self) -> tuple[str, ...]:
        """The files that say what the app is; of the settings file that is where it may lie."""
        return (self.procfile_path, *self.env_paths, f"{self.root}/{SETTINGS_FILE}")

    @property
    def own_ports(self) -> dict[str, int]:
        """The ports of the types that have one of their own: those of their first processes."""
        own = {type_: settings.port for type_, settings in self.types.items()}
        return {type_: port for type_, port in own.items() if port is not None}

    @property
    def memory_limits(self) -> dict[str, int]:
        """The most bytes that a process of a type may use; without the types that have no limit."""
        limits = {
            type_: self.settings_of(type_).memory_limit_bytes for type_ in self.procfile.types
        }
        return {type_: limit for type_, limit in limits.items() if limit is not None}

    @property
    def watch_globs(self) -> dict[str, tuple[str, ...] | None]:
        """What each type looks at; None stands for all files, and empty is it where all do so."""
        globs = {type_: self.settings_of(type_).watch for type_ in self.procfile.types}
        return {} if all(own is None for own in globs.values()) else globs

    def settings_of(self, type_: str) -> TypeSettings:
        """What holds for the processes of a type: its own settings, else those of the app."""
        return self.types.get(type_) or type_settings(self.settings)


def type_settings(settings: Settings, **own: object) -> TypeSettings:
    """The settings of a type that says `own` of itself; all else is as the app has it."""
    shared = {field: getattr(settings, field) for field in _SHARED}
    return TypeSettings(**{**shared, **own})


_SHARED = frozenset(Settings.__struct_fields__) & frozenset(TypeSettings.__struct_fields__) - {
    "watch"
}
