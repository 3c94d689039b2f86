"""The registry of the apps that this user runs: a record for each in the folder of the sockets.

A record is locked by its supervisor for as long as that lives, however it ends: one that nobody
holds is dead, and is removed by the next start. Blocks of ports are chosen under one lock, so that
two apps that start at the same moment get two.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from proctor.control.places import Places, runtime_root
from proctor.model.configuration import AppConfiguration
from proctor.model.port_blocks import Choice, PortBlock, block_size, choose_base
from proctor.model.quoting import printable

_SUFFIX = ".app"
_LOCK = "apps.lock"
_PATIENCE_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.005


class AppRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An app that runs, as its supervisor has written it down."""

    app: str
    root: str
    pid: int
    socket: str
    base_port: int
    ports: int  #: so many from `base_port` on

    @property
    def block(self) -> PortBlock:
        """Its usual ports."""
        return PortBlock(self.app, self.root, self.base_port, self.ports)


class Registration:
    """The record of this process's app, which it holds until it ends or calls `close`."""

    def __init__(
        self, choice: Choice, path: Path, descriptor: int | None, *, is_chosen: bool
    ) -> None:
        self.base_port = choice.base
        self.note = choice.note
        self._is_chosen = is_chosen
        self._path = path
        self._descriptor = descriptor

    def applied_to(self, app: AppConfiguration) -> AppConfiguration:
        """The app with its base port, where nobody names one; also when it is read again."""
        if not self._is_chosen or not app.base_port_is_default or app.settings.fixed_ports:
            return app
        return msgspec.structs.replace(app, base_port=self.base_port)

    def close(self) -> None:
        """The app does not run any more."""
        if self._descriptor is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = None


def register(app: AppConfiguration, places: Places, *, pid: int) -> Registration:
    """Write down that this app runs, and choose its base port where nobody names one.

    Where the record cannot be written the app runs all the same, without one.
    """
    path = places.socket.with_suffix(_SUFFIX)
    size = block_size(len(app.procfile.types))
    descriptor: int | None = None
    choice = Choice(app.base_port)
    is_free = app.base_port_is_default and not app.settings.fixed_ports
    try:
        with _locked(places.runtime):
            if is_free:
                others = [each.block for each in _held(places.runtime, but=path)]
                choice = choose_base(size, others, former=_former(places))
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            record = AppRecord(
                app=printable(places.app), root=printable(str(places.root)), pid=pid,
                socket=str(places.socket), base_port=choice.base, ports=size,
            )  # fmt: skip
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, msgspec.json.encode(record), 0)
    except (OSError, UnicodeEncodeError):  # the latter: a place for sockets that is no text
        if descriptor is not None:
            os.close(descriptor)
        return Registration(choice, path, None, is_chosen=is_free)
    if is_free:
        _remember(places, choice.base, default=app.base_port)
    return Registration(choice, path, descriptor, is_chosen=is_free)


def running_apps(folder: Path | None = None) -> list[AppRecord]:
    """The apps that are written down in a folder of sockets, and whose supervisors live."""
    folder = folder or runtime_root()
    try:
        with _locked(folder):
            return list(_held(folder))
    except OSError:
        return []


def _held(folder: Path, *, but: Path | None = None) -> Iterator[AppRecord]:
    """The records that somebody holds; removes the others. Under the lock alone."""
    with os.scandir(folder) as entries:
        paths = [Path(entry.path) for entry in entries if entry.name.endswith(_SUFFIX)]
    for path in sorted(paths):
        if path == but:
            continue
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if _is_free(descriptor):
                    path.unlink()
                else:
                    yield msgspec.json.decode(os.read(descriptor, 1 << 16), type=AppRecord)
            finally:
                os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the registry; somebody who holds it for seconds is stopped, and is not waited for.

    Raises:
        OSError: the folder is not there, or cannot be written to.
    """
    descriptor = os.open(
        folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    try:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_LOOK_AGAIN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _former(places: Places) -> int | None:
    try:
        return int(places.base_port.read_bytes())
    except (OSError, ValueError):
        return None


def _remember(places: Places, base: int, *, default: int) -> None:
    """Keep a base for the next start, where it is not the one that holds anyway."""
    with suppress(OSError):
        if base == default:
            places.base_port.unlink()
        elif _former(places) != base:
            places.base_port.write_bytes(b"%d\n" % base)
