"""Places: where an app's state, its lock and its control socket live on this machine.

The app is known by the real path of its root, so that a symlinked path means the same app, and
by the name that `--app` gives where one folder holds two. All of it belongs to the user alone
(0700 and 0600). Nothing is written into the user's project.
"""

import os
import re
import stat
import sys
import zlib
from pathlib import Path

import msgspec

from proctor.errors import PlatformError, UserError
from proctor.files.true_path import true_path
from proctor.model.settings import require_app_name

#: A socket's path may have 107 bytes on Linux and 103 on macOS, its closing zero not counted.
LONGEST_SOCKET_PATH = 100


class Places(msgspec.Struct, frozen=True):
    """The paths of one app. `root` is the real path of its folder."""

    root: Path
    app: str  #: the name to show: the folder's, or what `--app` said
    state: Path
    runtime: Path
    socket: Path

    @property
    def lock(self) -> Path:
        """Held by whoever runs the app or still cleans up after it."""
        return self.state / "lock"

    @property
    def logs(self) -> Path:
        """The folder of the stored output."""
        return self.state / "logs"

    @property
    def exposed_marker(self) -> Path:
        """When it was told last that others can read an env file."""
        return self.state / "env-files-told"

    @property
    def base_port(self) -> Path:
        """The base port of the last start, where it was another one than the default."""
        return self.state / "base-port"

    @property
    def record(self) -> Path:
        """Who runs the app, and where its socket is: see `SupervisorRecord`."""
        return self.state / "supervisor.json"

    def create(self) -> None:
        """Make the folders, for the user alone.

        Raises:
            UserError: a folder cannot be made, or belongs to somebody else, or is open to others.
        """
        _make_state_root(self.state.parent.parent)
        for folder in (self.state.parent, self.state, self.logs, self.runtime):
            _make_private(folder)


class SupervisorRecord(msgspec.Struct, frozen=True):
    """What a supervisor writes down about itself, for clients with another environment.

    A terminal without `XDG_RUNTIME_DIR` would otherwise look for the socket at another place.
    """

    pid: int
    socket: Path

    def write(self, places: Places) -> None:
        """Replace the record at once: a reader sees the old one or the new one."""
        draft = places.record.with_suffix(f".{os.getpid()}")
        fields = {"pid": self.pid, "socket": str(self.socket)}
        draft.write_bytes(msgspec.json.encode(fields))
        draft.chmod(0o600)
        draft.replace(places.record)

    @classmethod
    def read(cls, places: Places) -> "SupervisorRecord | None":
        """The last supervisor's record, whether or not it still runs; None where there is none."""
        return cls.read_from(places.record)

    @classmethod
    def read_from(cls, path: Path) -> "SupervisorRecord | None":
        """The record in this file; None where there is none."""
        try:
            fields = msgspec.json.decode(path.read_bytes())
            return cls(pid=int(fields["pid"]), socket=Path(fields["socket"]))
        except (OSError, ValueError, KeyError, TypeError, msgspec.DecodeError):
            return None


def places_of(root: Path, app: str | None = None) -> Places:
    """Where the app of this folder keeps its things; makes nothing.

    Raises:
        UserError: `app` is no name.
    """
    if app is not None:
        require_app_name(app)
    real = true_path(root)
    key = _key(real, app)
    runtime = runtime_root()
    return Places(
        root=real,
        app=app or real.name or "app",
        state=state_root() / "apps" / key,
        runtime=runtime,
        socket=runtime / f"{key}.sock",
    )


def socket_to_try(places: Places) -> Path:
    """Where a running supervisor of this app can be reached, if one runs."""
    record = SupervisorRecord.read(places)
    return record.socket if record is not None else places.socket


def state_root() -> Path:
    """The folder for all apps' state: the system's place, or a temporary one if that is denied."""
    usual = _user_state()
    # Without HOME and without an entry in the list of users the path begins with a literal "~".
    usable = usual.is_absolute() and _can_be_made(usual)
    return usual if usable else _temporary_root() / "state"


def faults_folder() -> Path:
    """The folder for the details of our own faults; makes it, for the user alone.

    Raises:
        ProctorError: it cannot be made, or belongs to somebody else, or is open to others.
    """
    root = state_root()
    _make_state_root(root)
    folder = root / "faults"
    _make_private(folder)
    return folder


def _user_state() -> Path:
    if sys.platform == "linux":
        # What platformdirs does, without its import, which every start would wait for.
        given = os.environ.get("XDG_STATE_HOME", "")
        home = given if given.startswith("/") else os.path.expanduser("~/.local/state")  # noqa: PTH111 - may stay a literal "~"
        return Path(home) / "proctor"
    else:  # noqa: RET505 - so that a type checker sees that this is for another system
        import platformdirs  # noqa: PLC0415 - see above

        return platformdirs.user_state_path("proctor")


def runtime_root() -> Path:
    """The folder for sockets; short enough for a socket's path, whatever the temporary folder."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    longest_name = 44  # see _key: 16 of the folder's name, 16 of --app, the hash, dots and ".sock"
    candidates = [Path(given) / "proctor"] if given and _is_ours(Path(given)) else []
    candidates.append(_temporary_root())
    for folder in candidates:
        if len(os.fsencode(folder)) + 1 + longest_name <= LONGEST_SOCKET_PATH:
            return folder
    return Path("/tmp") / f"proctor-{os.geteuid()}"  # noqa: S108 - checked for owner and mode


def check_private(folder: Path) -> None:
    """See that a folder is the user's own and closed to all others.

    Raises:
        UserError: it is a link, or no folder, or somebody else's, or others may enter it.
    """
    try:
        found = folder.lstat()
    except OSError as error:
        raise UserError(f"{folder} cannot be used: {error.strerror}") from error
    if stat.S_ISLNK(found.st_mode):
        raise UserError(f"{folder} is a symbolic link: proctor keeps no sockets behind one",
                        hint="Remove it")  # fmt: skip
    if not stat.S_ISDIR(found.st_mode):
        raise UserError(f"{folder} is in the way: it is not a folder", hint="Remove it")
    if found.st_uid != os.geteuid():
        raise UserError(
            f"{folder} belongs to user {found.st_uid}, not to you",
            hint="Remove it, or set XDG_RUNTIME_DIR to a folder of your own",
        )
    if found.st_mode & 0o077:
        raise UserError(
            f"others may enter {folder}, where proctor keeps its sockets and logs",
            hint=f"Say: chmod 700 {folder}",
        )


def _key(root: Path, app: str | None) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", root.name)[:16].strip("-") or "app"
    # Tells folders of one name apart; hashlib would load all of OpenSSL at every start.
    path = os.fsencode(root) + b"\0" + (app or "").encode()
    number = f"{zlib.crc32(path):08x}{zlib.adler32(path):08x}"[:12]
    return f"{name}-{number}" if app is None else f"{name}-{number}-{app[:16]}"


def _make_state_root(root: Path) -> None:
    temporary = [root.parent] if root.parent == _temporary_root() else []
    for folder in (*temporary, root):
        _make_private(folder)


def _make_private(folder: Path) -> None:
    try:
        # Above the user's own folders the system's usual modes are right; proctor's are private.
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be made: {error.strerror}",
            hint="Set HOME or XDG_STATE_HOME to a folder that you may write to",
        ) from error
    check_private(folder)


def _can_be_made(folder: Path) -> bool:
    nearest = folder
    while not nearest.exists():
        if nearest == nearest.parent:
            return False
        nearest = nearest.parent
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _temporary_root() -> Path:
    # Not by the tempfile module, which costs its import at every start.
    for folder in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp"):  # noqa: S108 - checked for owner and mode
        if folder and folder.startswith("/") and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder) / f"proctor-{os.geteuid()}"
    raise PlatformError(
        "there is no folder for temporary files that can be written to", hint="Set TMPDIR to one"
    )
