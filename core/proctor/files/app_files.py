"""Reads an app's files: finds its Procfile, reads its env files, and makes one value of it all."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from proctor.errors import NoProcfile, UserError
from proctor.files.env_file import EnvFile, parse_env_file
from proctor.model.configuration import AppConfiguration
from proctor.model.environment import Environment, Layer, layered
from proctor.model.formation import choose_formation, parse_formation
from proctor.model.ports import DEFAULT_BASE, parse_port, require_ports
from proctor.model.procfile import LONGEST_FILE, Remark, read_procfile
from proctor.model.quoting import printable, quoted
from proctor.model.settings import Settings

PROCFILE = "Procfile"
ENV_FILE = ".env"
INHERITED = "inherited"
LARGEST_FILE = 4 * LONGEST_FILE  # bytes: the most that so many characters can have


class AppOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line (or a caller) says about an app, before any file was read.

    Relative paths are seen from `folder`. With `search_upward` the app may lie in a folder above.
    """

    folder: str
    procfile: str | None = None
    root: str | None = None
    env_files: tuple[str, ...] | None = None  #: None: `.env` of the root, if there is one
    port: str | None = None
    formation: str | None = None
    words: tuple[str, ...] = ()  #: the arguments of `start`: "web=2", "worker"
    settings: Settings = Settings()
    search_upward: bool = False


class AppFiles(msgspec.Struct, frozen=True):
    """Where an app's files are, and what its env files say."""

    root: Path
    procfile_path: Path
    env_files: tuple[EnvFile, ...]
    chosen: Environment  #: PROCFILE and PORT by all layers; for us alone

    @property
    def procfile_name(self) -> str:
        """The Procfile as messages name it: from the root, if it lies there."""
        return _name_from(self.root, self.procfile_path)


def load_app(options: AppOptions, inherited: Mapping[str, str]) -> AppConfiguration:
    """Read an app's files; called again when it is reloaded.

    `inherited` is the environment that proctor was started with.

    Raises:
        UserError: a file is missing, cannot be read or is wrong; an option is not possible.
    """
    files = find_app(options, inherited)
    name = files.procfile_name
    procfile = read_procfile(read_procfile_text(files), name=name)
    formation = parse_formation(options.formation or "", procfile.types)
    formation = choose_formation(options.words, formation, where="arguments")
    port = files.chosen.variables["PORT"]
    base_port = parse_port(port.value, where=port.origin)
    require_ports(formation, base=base_port)
    return AppConfiguration(
        root=str(files.root),
        name=options.settings.app_name or printable(files.root.name) or "root",
        procfile_path=str(files.procfile_path),
        procfile=procfile,
        env_paths=tuple(env_file.path for env_file in files.env_files),
        environment=layered(
            [Layer(INHERITED, inherited), *(env_file.layer for env_file in files.env_files)]
        ),
        formation=formation,
        base_port=base_port,
        settings=options.settings,
        warnings=(
            *(_sentence(name, warning) for warning in procfile.warnings),
            *(warning for env_file in files.env_files for warning in env_file.warnings),
        ),
    )


def find_app(options: AppOptions, inherited: Mapping[str, str]) -> AppFiles:
    """Find the root, the Procfile and the env files, and read the latter.

    Raises:
        UserError: one that is named is missing, or cannot be read.
    """
    root = _find_root(options, inherited)
    env_files = tuple(_read_env_files(options, root, inherited))
    flags = {"PROCFILE": options.procfile, "PORT": options.port}
    chosen = layered(
        [
            Layer("default", {"PROCFILE": PROCFILE, "PORT": str(DEFAULT_BASE)}),
            Layer(INHERITED, _said(inherited)),
            *(Layer(env_file.name, _said(env_file.layer.values)) for env_file in env_files),
            *(
                Layer(f"--{name.lower()}", {name: value})
                for name, value in flags.items()
                if value is not None
            ),
        ]
    )
    return AppFiles(root, _choose_procfile(options, root, chosen), env_files, chosen)


def read_procfile_text(files: AppFiles) -> str:
    """The text of the Procfile; bytes that are no UTF-8 are kept as surrogates.

    Raises:
        UserError: it cannot be read.
    """
    # Of a file that is too large, enough is read for its reader to say so, and from which line.
    return _read_start(files.procfile_path, name=files.procfile_name)


def _said(values: Mapping[str, str]) -> dict[str, str]:
    # An empty one (`PORT=`) says nothing, as the shell's ${PORT:-…} has it.
    return {name: values[name] for name in ("PROCFILE", "PORT") if values.get(name)}


def _find_root(options: AppOptions, inherited: Mapping[str, str]) -> Path:
    folder = Path(options.folder)
    if options.root is not None:
        root = folder / options.root
        if not root.is_dir():
            raise UserError(f"{quoted(options.root)} is no folder", where="--root")
        return root.resolve()
    if options.procfile is not None:
        return (folder / options.procfile).parent.resolve()
    folder = folder.resolve()
    if options.search_upward:
        name = inherited.get("PROCFILE") or PROCFILE
        for above in (folder, *folder.parents):
            if (above / name).is_file() or _env_file_names_procfile(above):
                return above
    return folder


def _env_file_names_procfile(folder: Path) -> bool:
    path = folder / ENV_FILE
    if not _is_readable_file(path):
        return False
    try:
        env_file = _read_env_file(path, name=ENV_FILE, known={})
    except UserError:  # said when that folder's app is asked for; here it is only passed by
        return False
    name = env_file.layer.values.get("PROCFILE")
    return name is not None and (folder / name).is_file()


def _choose_procfile(options: AppOptions, root: Path, chosen: Environment) -> Path:
    variable = chosen.variables["PROCFILE"]
    if options.procfile is None:
        candidates = [root / variable.value]
    else:  # from here, as foreman has it; else from the root, as honcho has it
        candidates = [Path(options.folder) / variable.value, root / variable.value]
    for path in candidates:
        if path.exists():
            return path.resolve()
    if variable.origin == "default":
        searched = options.search_upward and options.root is None
        above = " nor in a folder above it" if searched else ""
        raise NoProcfile(
            f"there is no Procfile in {printable(str(root))}{above}",
            hint="Write one (proctor init drafts it), name another file with -f, or see one at "
            "work: proctor demo",
        )
    raise UserError(f"there is no file {quoted(variable.value)}", where=variable.origin)


def _read_env_files(
    options: AppOptions, root: Path, inherited: Mapping[str, str]
) -> Iterator[EnvFile]:
    if options.env_files is None:
        path = root / ENV_FILE
        # A folder of that name is a virtual environment.
        paths = [(path, ENV_FILE)] if _is_readable_file(path) else []
    else:
        paths = [(_named_env_file(options, root, name), name) for name in options.env_files]
    known = dict(inherited)
    for path, name in paths:
        env_file = _read_env_file(path, name=name, known=known)
        known.update(env_file.layer.values)
        yield env_file


def _named_env_file(options: AppOptions, root: Path, name: str) -> Path:
    for path in (Path(options.folder) / name, root / name):
        if path.exists():
            return path.resolve()
    raise UserError(f"there is no file {quoted(name)}", where="--env")


def _read_env_file(path: Path, *, name: str, known: Mapping[str, str]) -> EnvFile:
    text = _read_start(path, name=name)
    if len(text) > LARGEST_FILE:
        raise UserError(f"{quoted(name)} is larger than {LARGEST_FILE} bytes")
    return parse_env_file(text, path=str(path), name=name, known=known)


def _is_readable_file(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)  # some secret stores serve a named pipe


def _read_start(path: Path, *, name: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UserError(
            f"{quoted(name)} cannot be read: {error.strerror}", where=printable(str(path))
        ) from error


def _name_from(root: Path, path: Path) -> str:
    return printable(os.path.relpath(path, root) if path.is_relative_to(root) else str(path))


def _sentence(name: str, remark: Remark) -> str:
    return f"{name}:{remark.line_number}: {remark.message}"
