"""The Procfile and the environment files: watched whatever the rules say, wherever they lie."""

import os
from collections.abc import Iterable
from pathlib import Path

from proctor.watch.fingerprint import Fingerprint, differs, look, with_digest


class FilesBeside:
    """Single files outside of the rules; one that is not there yet is waited for.

    A file that is a symbolic link is watched where it lies and where it leads.
    """

    def __init__(self, procfile: Path | None, environment_files: Iterable[Path] = ()) -> None:
        self._procfile = _names(procfile) if procfile is not None else frozenset()
        self._environment = frozenset(name for path in environment_files for name in _names(path))
        self._seen: dict[str, Fingerprint | None] = {}

    @property
    def folders(self) -> frozenset[str]:
        """The folders to watch, with their full paths."""
        return frozenset(os.path.dirname(name) for name in self._procfile | self._environment)  # noqa: PTH120 - strings come in and go out

    def load(self) -> None:
        """See all of them for the first time."""
        self._seen = {}
        for name in self._procfile | self._environment:
            seen = look(name)
            self._seen[name] = with_digest(name, seen) if seen is not None else None

    def has(self, path: str) -> bool:
        """Is this full path one of them?"""
        return path in self._seen

    def statuses(self) -> dict[str, Fingerprint]:
        """Those that exist as they are now; remembers nothing."""
        looks = {name: look(name) for name in self._seen}
        return {name: seen for name, seen in looks.items() if seen is not None}

    def changed(self) -> tuple[bool, bool]:
        """Has the Procfile other content than before, and has an environment file?"""
        different = {name for name in self._seen if self._has_changed(name)}
        return bool(different & self._procfile), bool(different & self._environment)

    def _has_changed(self, name: str) -> bool:
        before, now = self._seen[name], look(name)
        if before is None or now is None:
            self._seen[name] = with_digest(name, now) if now is not None else None
            return before is not now
        has_changed, seen = differs(name, before, now)
        self._seen[name] = seen if seen.digest is not None else with_digest(name, seen)
        return has_changed


def _names(path: Path) -> frozenset[str]:
    absolute = path.absolute()
    return frozenset({os.path.normpath(absolute), os.path.realpath(absolute)})
