"""Reads an app's files: finds its Procfile, reads its env files, and makes one value of it all."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proctor.errors import NoProcfile, UserError
from proctor.files.env_file import EnvFile
from proctor.files.env_files import (
    env_file_names_procfile,
    named_env_files,
    read_env_files,
    usual_env_files,
)
from proctor.files.other_tools import unread_settings
from proctor.files.reading import name_from, read_start
from proctor.files.settings_files import has_settings, read_settings
from proctor.files.true_path import true_path
from proctor.model.configuration import AppConfiguration, type_settings
from proctor.model.environment import Layer, layered
from proctor.model.formation import Formation, choose_formation, parse_formation
from proctor.model.ports import require_ports
from proctor.model.procfile import Procfile, Remark, read_procfile
from proctor.model.quoting import printable, quoted
from proctor.model.resolution import (
    DEFAULT,
    PROCFILE,
    Written,
    choose,
    default_of,
    settings_of,
    variable_remark,
)
from proctor.model.settings import Settings
from proctor.model.settings_table import APP_SETTINGS, TYPE_SETTINGS
from proctor.model.start_order import require_ends, require_order
from proctor.model.type_settings import TypeSettings

if TYPE_CHECKING:
    from proctor.model.settings_file import SettingsFile

INHERITED = "inherited"


class AppOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line (or a caller) says about an app, before any file was read.

    Relative paths are seen from `folder`. With `search_upward` the app may lie in a folder above.
    """

    folder: str
    procfile: str | None = None
    root: str | None = None
    env_files: tuple[str, ...] | None = None  #: None: as the settings say
    port: str | None = None
    formation: str | None = None
    detach: bool = False  #: without screen or terminal; seen to before anything is read
    words: tuple[str, ...] = ()  #: the arguments of `start`: "web=2", "worker"
    flags: Mapping[str, str | bool] = {}  #: other settings of the table that are said, by name
    settings: Settings | None = None  #: a caller's own, instead of what anything else says of them
    reads_settings: bool = True  #: `proctor.toml` and the variables PROCTOR_…; else neither
    search_upward: bool = False


class AppFiles(msgspec.Struct, frozen=True):
    """Where an app's files are, and what they say of its settings.

    `said` has what anything but a flag says, `flags` what those say: both by the settings' names.
    """

    root: Path
    procfile_path: Path
    env_files: tuple[EnvFile, ...]
    settings_file: "SettingsFile | None"
    said: Mapping[str, Written]
    flags: Mapping[str, Written]

    @property
    def procfile_name(self) -> str:
        """The Procfile as messages name it: from the root, if it lies there."""
        return name_from(self.root, self.procfile_path)

    def own(self, type_: str) -> Mapping[str, Written]:
        """What the settings file says of a process type, and no flag or env file overrules."""
        if self.settings_file is None:
            return {}
        return {
            name: written
            for name, written in self.settings_file.types.get(type_, {}).items()
            if TYPE_SETTINGS[name].scope != "both" or not self._overrules_the_file(name)
        }

    def groups(self) -> Mapping[str, str]:
        """The group of each type that has one."""
        types = self.settings_file.types if self.settings_file else {}
        return {type_: str(own["group"].value) for type_, own in types.items() if "group" in own}

    def places(self, name: str) -> Mapping[str, str]:
        """Where the settings file says this of process types, by type."""
        types = self.settings_file.types if self.settings_file else {}
        return {type_: own[name].where for type_, own in types.items() if name in own}

    def _overrules_the_file(self, name: str) -> bool:
        variable = APP_SETTINGS[name].environment_name
        return name in self.flags or any(file.layer.values.get(variable) for file in self.env_files)

    def written(self, name: str) -> Written:
        """What counts of a setting of the app."""
        return self.flags.get(name) or self.said.get(name) or default_of(APP_SETTINGS[name])


def load_app(options: AppOptions, inherited: Mapping[str, str]) -> AppConfiguration:
    """Read an app's files; called again when it is reloaded.

    `inherited` is the environment that proctor was started with.

    Raises:
        UserError: a file is missing, cannot be read or is wrong; an option is not possible.
    """
    files = find_app(options, inherited)
    name = files.procfile_name
    procfile = read_procfile(read_procfile_text(files), name=name)
    return configuration_of(options, files, procfile, inherited)


def configuration_of(
    options: AppOptions, files: AppFiles, procfile: Procfile, inherited: Mapping[str, str]
) -> AppConfiguration:
    """What the files say of an app whose Procfile has been read.

    Raises:
        UserError: it does not fit together, or a setting is not possible.
    """
    settings = options.settings or settings_of({**files.said, **files.flags})
    formation = _formation(options, files, procfile.types)
    port = files.written("port")
    base_port = port.value
    assert isinstance(base_port, int), "as its reader gives it"
    app = AppConfiguration(
        root=str(files.root),
        name=settings.app_name or printable(files.root.name) or "root",
        procfile_path=str(files.procfile_path),
        procfile=procfile,
        env_paths=tuple(env_file.path for env_file in files.env_files),
        environment=layered(
            [Layer(INHERITED, inherited), *(env_file.layer for env_file in files.env_files)]
        ),
        formation=formation,
        base_port=base_port,
        base_port_is_default=port.where == DEFAULT,
        read_at=time.time(),
        settings=settings,
        types=_types(settings, files, procfile.types),
        warnings=(
            *(_sentence(files.procfile_name, warning) for warning in procfile.warnings),
            *warnings_beside(files, procfile.types),
        ),
        unread=tuple(settings_of_others(files)),
    )
    require_ports(formation, base=base_port, own=app.own_ports, places=files.places("port"))
    if app.types:
        from proctor.model.groups import require_groups  # noqa: PLC0415 - for who has settings alone

        require_groups(app.types, procfile.types, files.places("group"))
    return app


def find_app(options: AppOptions, inherited: Mapping[str, str]) -> AppFiles:
    """Find the root, the Procfile and the env files, and read all but the Procfile.

    Raises:
        UserError: one that is named is missing, or cannot be read; a setting is not possible.
    """
    root = _find_root(options, inherited)
    file = read_settings(root) if options.reads_settings else None
    in_file = file.app if file else {}
    layer = Layer(INHERITED, inherited if options.reads_settings else _usual(inherited))
    flags = dict(_flags(options))
    said = choose(["env_files"], env_files=(), file=in_file, inherited=layer)
    named = flags.get("env_files") or said.get("env_files")
    env_files = tuple(read_env_files(_env_files(options, root, named), inherited))
    layers = [env_file.layer for env_file in env_files]
    if not options.reads_settings:
        layers = [Layer(each.origin, _usual(each.values), each.lines) for each in layers]
    # A formation is one over the other; of all else, what a flag overrules may be wrong.
    open_ = [name for name in APP_SETTINGS if name not in flags or name == "formation"]
    said |= choose(open_, env_files=layers, file=in_file, inherited=layer)
    procfile = flags.get("procfile") or said.get("procfile")
    return AppFiles(root, _choose_procfile(options, root, procfile), env_files, file, said, flags)


def _usual(values: Mapping[str, str]) -> dict[str, str]:
    """Of variables, those that speak of an app wherever it is run."""
    return {name: values[name] for name in ("PROCFILE", "PORT") if name in values}


def _flags(options: AppOptions) -> Iterator[tuple[str, Written]]:
    named = {"procfile": options.procfile, "port": options.port, "formation": options.formation}
    if options.env_files is not None:
        yield "env_files", Written(options.env_files, "--env")
    for name, value in {**named, **options.flags}.items():
        entry = APP_SETTINGS[name]
        flag = entry.flag or name
        if value is False:
            flag = f"--no-{flag.removeprefix('--')}"
        if value is not None:
            yield (
                name,
                Written(entry.read_text(value, flag) if isinstance(value, str) else value, flag),
            )


def _formation(options: AppOptions, files: AppFiles, types: tuple[str, ...]) -> Formation:
    """The quantities that files say; then those of the option, then those of the arguments."""
    formation = None
    for layer in (files.said, files.flags):
        if (written := layer.get("formation")) is not None:
            text = str(written.value)
            formation = parse_formation(text, types, where=written.where, base=formation)
    formation = formation or parse_formation("", types)
    return choose_formation(options.words, formation, where="arguments")


def _types(settings: Settings, files: AppFiles, known: tuple[str, ...]) -> dict[str, TypeSettings]:
    if files.settings_file is None:
        return {}
    files.settings_file.require_types(known)
    said = {type_: files.own(type_) for type_ in files.settings_file.types if type_ in known}
    types = {
        type_: type_settings(
            settings,
            **{TYPE_SETTINGS[name].field: written.value for name, written in own.items()},
        )
        for type_, own in said.items()
    }
    places = files.places("after")
    require_order(types, places)
    require_ends(types, type_settings(settings), places)
    return types


def warnings_beside(files: AppFiles, types: tuple[str, ...]) -> Iterator[str]:
    """What is odd about all files but the Procfile, which has these types."""
    for env_file in files.env_files:
        yield from env_file.warnings
        for name in env_file.layer.values:
            if name.startswith("PROCTOR_") and (said := variable_remark(name)) is not None:
                yield f"{env_file.layer.place_of(name)}: {said}"
    if files.settings_file is not None:
        yield from files.settings_file.idle_types(types)


def settings_of_others(files: AppFiles) -> Iterator[str]:
    """What settings files of other tools say, and is not read."""
    file = files.settings_file
    paths = [each.path for each in files.env_files]
    return unread_settings(files.root, file.names() if file else None, paths)


def read_procfile_text(files: AppFiles) -> str:
    """The text of the Procfile; bytes that are no UTF-8 are kept as surrogates.

    Raises:
        UserError: it cannot be read.
    """
    return read_start(files.procfile_path, name=files.procfile_name)


def _find_root(options: AppOptions, inherited: Mapping[str, str]) -> Path:
    folder = Path(options.folder)
    if options.root is not None:
        root = folder / options.root
        if not root.is_dir():
            raise UserError(f"{quoted(options.root)} is no folder", where="--root")
        return true_path(root)
    if options.procfile is not None:
        return true_path((folder / options.procfile).parent)
    folder = true_path(folder)
    if options.search_upward:
        name = inherited.get("PROCFILE") or PROCFILE
        for above in (folder, *folder.parents):
            if (
                (above / name).is_file()
                or (options.reads_settings and has_settings(above))
                or env_file_names_procfile(above)
            ):
                return above
    return folder


def _choose_procfile(options: AppOptions, root: Path, said: Written | None) -> Path:
    written = said or Written(PROCFILE, DEFAULT)
    name = str(written.value)
    if options.procfile is None:
        candidates = [root / name]
    else:  # from here, as foreman has it; else from the root, as honcho has it
        candidates = [Path(options.folder) / name, root / name]
    for path in candidates:
        if path.exists():
            return path.resolve()
    if said is None:
        searched = options.search_upward and options.root is None
        above = " nor in a folder above it" if searched else ""
        raise NoProcfile(
            f"there is no Procfile in {printable(str(root))}{above}",
            hint="Write one (proctor init drafts it), name another file with -f, or see one at "
            "work: proctor demo",
        )
    raise UserError(f"there is no file {quoted(name)}", where=written.where)


def _env_files(options: AppOptions, root: Path, named: Written | None) -> list[tuple[Path, str]]:
    if named is None:
        return usual_env_files(root)
    names = named.value
    assert isinstance(names, tuple), "as its reader gives it"
    folders = [root] if options.env_files is None else [Path(options.folder), root]
    return named_env_files(names, folders, where=named.where)


def _sentence(name: str, remark: Remark) -> str:
    return f"{name}:{remark.line_number}: {remark.message}"
