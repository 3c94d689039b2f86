"""The files of an app as they were last seen, and what has changed since.

Nothing here waits for anything: it is called from the watcher's own thread.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from proctor.watch.fingerprint import (
    LARGEST_READ,
    Fingerprint,
    differs,
    look,
    of_status,
    with_digest,
)
from proctor.watch.ignore import parents
from proctor.watch.repository import IGNORE_FILE, Repository, read_text

MOST_READ_FILES = 20_000
MOST_READ_BYTES = 64 * 1024 * 1024
MOST_COMPARED = 500  #: in a larger burst the time of a file decides: reading all would take long
_RULE_FILES = (IGNORE_FILE, "pyvenv.cfg")


class Tree:
    """The app's folders and files that are not ignored; paths are relative, with `/`.

    `entered` is called for each folder (with its full path) before it is listed, so that it can
    be watched first: what appears in it afterwards is told, what was there before is listed.
    What is `named` is not ignored.
    """

    def __init__(
        self,
        root: Path,
        *,
        entered: Callable[[str], None],
        own: Iterable[Path] = (),
        named: Iterable[str] = (),
    ) -> None:
        self.root = root
        self._root = os.fspath(root)
        self._entered = entered
        self._own = [os.path.relpath(path, root) for path in own if path.is_relative_to(root)]
        self._named = tuple(named)
        self.repository = Repository(root)
        self._files: dict[str, Fingerprint] = {}
        self._unread: dict[str, None] = {}  # files whose content is not known yet
        self._load_rules()

    def __len__(self) -> int:
        return len(self._files)

    def load(self) -> None:
        """See the whole tree for the first time: nothing counts as changed."""
        self._files = self._walk("")
        budget = MOST_READ_BYTES
        for path, seen in self._files.items():
            budget -= min(seen.size, LARGEST_READ)
            if budget < 0 or len(self._unread) == MOST_READ_FILES:
                break
            self._unread[path] = None

    def cares_about(self, path: str, *, is_folder: bool) -> bool:
        """Is this file or folder, which may have gone, one that is not ignored?"""
        return not self._rules.ignores(path, is_folder=is_folder)

    def is_hidden(self, path: str) -> bool:
        """Is this file one that is ignored, and watched only because it was named?"""
        return self._rules.hides(path)

    def enter(self, folder: str) -> set[str]:
        """A folder has appeared: watch it and all below; tells the files that are in it."""
        if self._rules.ignores(folder, is_folder=True):
            return set()
        return set(self._walk(folder))

    def changed(self, paths: Iterable[str]) -> list[str]:
        """Which of these have other content than before, in the given order; remembers it."""
        wanted = dict.fromkeys(paths)
        if any(_name(path) in _RULE_FILES for path in wanted):
            self._read_rules_again(besides=wanted)
        gone = {path for path in wanted if path not in self._files and not self._is_file(path)}
        wanted.update(dict.fromkeys(self._below(gone)))
        read = len(wanted) <= MOST_COMPARED
        return [path for path in wanted if self._has_changed(path, read=read)]

    def changed_anywhere(self) -> list[str]:
        """Look through the whole tree; for when it is not known where to look."""
        self._load_rules()
        now = self._walk("")
        paths = [path for path in self._files if path not in now]
        for path, seen in now.items():
            before = self._files.get(path)
            if before is None or not before.same_status(seen):
                paths.append(path)
        read = len(paths) <= MOST_COMPARED
        return [path for path in paths if self._has_changed(path, read=read)]

    def statuses(self) -> dict[str, Fingerprint]:
        """All files as they are now; remembers nothing. For who must look again and again."""
        return self._walk("")

    def read_some(self, count: int = 32) -> bool:
        """Read the content of a few files not read yet; False when all that will be read is.

        Only then a touch can be told from a change; it takes a while, so it is done bit by bit.
        """
        for _ in range(min(count, len(self._unread))):
            path, _ = self._unread.popitem()
            seen = self._files.get(path)
            if seen is not None and seen.digest is None:
                self._files[path] = with_digest(self._full(path), seen)
        return bool(self._unread)

    def _has_changed(self, path: str, *, read: bool) -> bool:
        before, now = self._files.get(path), look(self._full(path))
        if now is None or self._rules.ignores(path):
            return self._files.pop(path, None) is not None and not self._rules.ignores(path)
        if before is None:
            self._remember(path, now)
            return True
        if not read:
            before = before._replace(digest=None)
        has_changed, seen = differs(self._full(path), before, now)
        self._remember(path, seen)
        return has_changed

    def _remember(self, path: str, seen: Fingerprint) -> None:
        self._files[path] = seen
        if seen.digest is None and len(self._unread) < MOST_READ_FILES:
            self._unread[path] = None

    def _is_file(self, path: str) -> bool:
        return look(self._full(path)) is not None

    def _below(self, folders: set[str]) -> list[str]:
        """The files that were seen in one of these folders."""
        if not folders:
            return []
        return [path for path in self._files if any(folder in folders for folder in parents(path))]

    def _read_rules_again(self, *, besides: Iterable[str]) -> None:
        """What the rules hide now is forgotten, and what they show now is no change."""
        self._load_rules()
        shown = self._walk("")
        for path in [path for path in self._files if self._rules.ignores(path)]:
            del self._files[path]
        for path in shown.keys() - self._files.keys() - set(besides):
            self._remember(path, shown[path])

    def _load_rules(self) -> None:
        self._rules = self.repository.rules()
        for path in self._own:
            self._rules.exclude(path)
        self._rules.name(self._named)

    def _walk(self, top: str) -> dict[str, Fingerprint]:
        """All regular files below a folder; symbolic links to folders are not followed."""
        found: dict[str, Fingerprint] = {}
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            self._entered(self._full(folder))
            waiting.extend(self._list(folder, found))
        return found

    def _list(self, folder: str, found: dict[str, Fingerprint]) -> list[str]:
        try:
            with os.scandir(self._full(folder)) as listing:
                entries = list(listing)
        except OSError:  # gone since, or not ours to read
            return []
        names = {entry.name for entry in entries}
        if folder and "pyvenv.cfg" in names:
            self._rules.exclude(folder)
            return []
        if IGNORE_FILE in names:
            self._rules.set_folder(folder, read_text(Path(self._full(folder)) / IGNORE_FILE))
        folders: list[str] = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if not self._rules.ignores(path, is_folder=True):
                    folders.append(path)
            elif not self._rules.ignores(path):
                self._add(entry, path, found)
        return folders

    def _add(self, entry: os.DirEntry[str], path: str, found: dict[str, Fingerprint]) -> None:
        try:
            seen = of_status(entry.stat())
        except OSError:  # gone since, or a link to nowhere
            return
        if seen is not None:
            found[path] = seen

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root


def _name(path: str) -> str:
    return path.rpartition("/")[2]
