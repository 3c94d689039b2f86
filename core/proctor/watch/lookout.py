"""The watcher's thread: from news of the kernel to change sets.

What takes time (listing twenty thousand folders, reading files) is done here, so that nothing else
in the supervisor waits for it.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proctor.errors import PlatformError
from proctor.watch.beside import FilesBeside
from proctor.watch.changes import ChangeSet
from proctor.watch.fingerprint import Fingerprint
from proctor.watch.interests import Concern, Interests
from proctor.watch.notifier import News, NothingToldError, Notifier, NoWatchError
from proctor.watch.pausing import Pausing
from proctor.watch.polling import LOOK_SECONDS, PollingNotifier
from proctor.watch.repository import IGNORE_FILE
from proctor.watch.settle import Patience, Settle
from proctor.watch.tree import Tree

_BETWEEN_READS_SECONDS = 0.02
_SHORTEST_WAIT_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Subject:
    """What is watched.

    The Procfile and the environment files are watched whatever the rules say, and told apart;
    with `whole_tree` off they are all that is watched. `globs` are what each process type looks at
    (None: at everything); empty where all types do.
    """

    root: Path
    procfile: Path | None = None
    environment_files: tuple[Path, ...] = ()
    own: tuple[Path, ...] = ()  #: our own files, which are no part of the app
    whole_tree: bool = True
    globs: Mapping[str, Sequence[str] | None] = field(default_factory=dict)


class Lookout:
    """Watches in its own thread, until stopped; tells by its callbacks (from there)."""

    def __init__(
        self,
        subject: Subject,
        *,
        changed: Callable[[ChangeSet], None],
        failed: Callable[[str], None],
        recovered: Callable[[], None],
        became_ready: Callable[[], None],
        open_notifier: Callable[[Path], Notifier] | None = None,
    ) -> None:
        self._subject = subject
        self._changed = changed
        self._failed = failed
        self._recovered = recovered
        self._became_ready = became_ready
        self._root = os.path.realpath(subject.root)
        self._beside = FilesBeside(subject.procfile, subject.environment_files)
        self._open_notifier = open_notifier if open_notifier is not None else open_best_notifier
        self._tree: Tree | None = None
        self._notifier: Notifier | None = None
        self._settle = Settle()
        self._interests = Interests(subject.globs)
        self._pausing = Pausing(lambda words: self._failed(_printable(words)))
        self._is_incomplete = False
        self._stopped = threading.Event()
        self._is_loaded = False

    def watch(self) -> None:
        """Watch until stopped.

        Raises:
            PlatformError: the app's folder has gone.
        """
        try:
            self._begin()
            while not self._stopped.is_set():
                self._turn()
        except _StoppedError:
            pass
        finally:
            if self._notifier is not None:
                self._notifier.close()

    def stop(self) -> None:
        """End `watch` soon; may be called from any thread, and more than once."""
        self._stopped.set()
        notifier = self._notifier
        if notifier is not None:
            notifier.stop()

    def _begin(self) -> None:
        try:
            self._notifier = self._open_notifier(Path(self._root))
            self._settle = Settle(_patience(self._notifier))
            self._load()
        except NoWatchError as error:
            self._poll_instead(error)
        self._is_loaded = True
        self._tell_recovery()
        self._became_ready()

    def _tell_recovery(self) -> None:
        if not isinstance(self._notifier, PollingNotifier):  # whose trouble lasts
            self._recovered()

    def _load(self) -> None:
        for folder in self._beside.folders:
            self._enter(folder)
        self._beside.load()
        if self._subject.whole_tree:
            own = [Path(os.path.realpath(path)) for path in self._subject.own]
            self._tree = Tree(
                Path(self._root), entered=self._enter, own=own, named=self._interests.named
            )
            self._tree.load()

    def _enter(self, folder: str) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        if self._notifier is not None:
            self._notifier.watch_folder(folder)

    def _poll_instead(self, error: NoWatchError) -> None:
        if self._notifier is not None:
            self._notifier.close()
            self._notifier = None
        if not self._is_loaded:
            self._load()
        self._notifier = PollingNotifier(self._statuses)
        self._settle = Settle(_patience(self._notifier))
        self._is_incomplete = True
        if isinstance(error, NothingToldError):
            return
        self._failed(
            f"{error} Until then all files are looked at every {LOOK_SECONDS:.0f} seconds."
        )

    def _statuses(self) -> dict[str, Fingerprint]:
        seen = self._beside.statuses()
        if self._tree is not None:
            for path, fingerprint in self._tree.statuses().items():
                seen[f"{self._root}/{path}"] = fingerprint
        return seen

    def _turn(self) -> None:
        """Wait once, and deal with what came."""
        assert self._notifier is not None
        wait = self._settle.wait_seconds(time.monotonic())
        if wait is not None:
            wait = max(wait, _SHORTEST_WAIT_SECONDS)
        elif self._tree is not None and self._tree.read_some():
            wait = _BETWEEN_READS_SECONDS
        try:
            self._gather(self._notifier.wait(wait))
        except NoWatchError as error:
            self._poll_instead(error)
            self._settle.note([self._root], time.monotonic())
        paths = self._settle.take(time.monotonic(), held=self._is_held())
        if paths is not None and not self._stopped.is_set():
            self._report(paths)

    def _is_held(self) -> bool:
        if self._tree is None or not self._settle.is_open:
            return False
        return self._tree.repository.is_at_work

    def _gather(self, news: News) -> None:
        """Of the news, what the app is made of goes into the burst."""
        if not news:
            return
        paths: dict[str, None] = {}
        for path in news.files:
            if self._beside.has(path) or self._cares_about(path, is_folder=False):
                paths[path] = None
        for path in news.folders:
            if self._tree is not None and self._cares_about(path, is_folder=True):
                paths[path] = None
                inside = self._tree.enter(path[len(self._root) + 1 :])
                paths.update(dict.fromkeys(f"{self._root}/{file}" for file in inside))
        if news.is_incomplete:
            self._is_incomplete = True
            paths[self._root] = None
        self._settle.note(paths, time.monotonic())

    def _cares_about(self, path: str, *, is_folder: bool) -> bool:
        if self._tree is None or not path.startswith(self._root + "/"):
            return False
        return self._tree.cares_about(path[len(self._root) + 1 :], is_folder=is_folder)

    def _report(self, paths: Sequence[str]) -> None:
        if not Path(self._root).is_dir():
            raise PlatformError("the app's folder has gone", where=self._root)
        procfile_changed, environment_changed = self._beside.changed()
        files = [path for path in self._changed_files(paths) if not self._is_beside(path)]
        if any(path.rpartition("/")[2] == IGNORE_FILE for path in files) and self._pausing.end():
            self._tell_recovery()
        concerns = [*self._let_through(files)]
        concerned = {path for concern in concerns for path in concern.files}
        files = [path for path in files if path in concerned]
        if files or procfile_changed or environment_changed:
            first = files[0] if files else self._first_beside(paths, procfile=procfile_changed)
            changes = ChangeSet(
                paths=tuple(_printable(path) for path in sorted(files)),
                first=_printable(first),
                procfile_changed=procfile_changed,
                environment_changed=environment_changed,
                types=self._interests.are_concerned(concerns),
            )
            self._changed(changes)

    def _is_beside(self, path: str) -> bool:
        return self._beside.has(f"{self._root}/{path}")

    def _changed_files(self, paths: Iterable[str]) -> list[str]:
        if self._tree is None:
            return []
        if self._is_incomplete:
            self._is_incomplete = False
            return self._tree.changed_anywhere()
        inside = self._root + "/"
        return self._tree.changed(path[len(inside) :] for path in paths if path.startswith(inside))

    def _let_through(self, files: Sequence[str]) -> Iterator[Concern]:
        """Who is restarted for which of these, without those for whom it is one too many."""
        if self._tree is None or not files:
            return
        now = time.monotonic()
        for concern in self._interests.concerns(files, self._tree.is_hidden):
            if self._pausing.lets(concern.who, concern.files, now):
                yield concern

    def _first_beside(self, paths: Iterable[str], *, procfile: bool) -> str:
        path = next(path for path in paths if self._beside.has(path))
        if procfile and self._subject.procfile is not None:
            path = os.fspath(self._subject.procfile.absolute())
        return os.path.relpath(path, self._root)


def open_best_notifier(root: Path) -> Notifier:
    """The kernel's own way on this system.

    Raises:
        NoWatchError: there is none.
    """
    if sys.platform == "linux":
        from proctor.watch.inotify import InotifyNotifier  # noqa: PLC0415 - Linux only

        return InotifyNotifier()
    else:  # noqa: RET505 - so a type checker sees that this is for another system
        from proctor.watch.whole_trees import WatchfilesNotifier  # noqa: PLC0415 - 27 ms and 5 MB

        return WatchfilesNotifier(root)


class _StoppedError(Exception):
    """The watch was stopped while it was listing folders."""


def _patience(notifier: Notifier) -> Patience:
    """News that come late, or in steps, need so much more silence."""
    usual = Patience()
    late = notifier.delay_seconds
    return Patience(
        quiet=usual.quiet + late,
        quiet_after_many=max(usual.quiet_after_many, usual.quiet + late),
        noise=usual.noise + 4 * late,
    )


def _printable(path: str) -> str:
    """A path as text that can be sent on: bytes that are no UTF-8 are replaced."""
    return os.fsencode(path).decode(errors="replace")
