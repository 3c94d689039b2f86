"""The git repository around an app: its rules from above the app, and whether git is at work."""

import os
from pathlib import Path

from proctor.watch.ignore import IgnoreRules

IGNORE_FILE = ".gitignore"


class Repository:
    """The repository that `root` lies in, if it does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = next((f for f in (root, *root.parents) if (f / ".git").exists()), None)
        self._git = _git_folder(self._top) if self._top is not None else None

    @property
    def is_at_work(self) -> bool:
        """Is git in the middle of changing the index, as during a checkout?"""
        return self._git is not None and (self._git / "index.lock").exists()

    def rules(self) -> IgnoreRules:
        """The rules that hold before the app's own `.gitignore` files are read."""
        if self._top is None or self._git is None:
            rules = IgnoreRules()
            rules.set_general([read_text(_users_ignore_file())])
            return rules
        prefix = self._root.relative_to(self._top).as_posix()
        rules = IgnoreRules(prefix="" if prefix == "." else prefix)
        common = _common_folder(self._git)
        rules.set_general([read_text(_users_ignore_file()), read_text(common / "info" / "exclude")])
        folder = self._root
        while folder != self._top:
            folder = folder.parent
            name = folder.relative_to(self._top).as_posix()
            rules.set_repository_folder(
                "" if name == "." else name, read_text(folder / IGNORE_FILE)
            )
        if rules.root_is_ignored:
            rules.forget_folders_above()
        return rules


def read_text(path: Path) -> str:
    """The text of a file of rules; empty if it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _git_folder(top: Path) -> Path:
    """`.git` itself, or where the file `.git` of a worktree or submodule points."""
    entry = top / ".git"
    if entry.is_dir():
        return entry
    return top / read_text(entry).removeprefix("gitdir:").strip()


def _common_folder(git: Path) -> Path:
    """Where a worktree keeps what it shares with the others."""
    shared = read_text(git / "commondir").strip()
    return git / shared if shared else git


def _users_ignore_file() -> Path:
    configured = os.environ.get("XDG_CONFIG_HOME")
    folder = Path(configured) if configured else Path("~/.config").expanduser()
    return folder / "git" / "ignore"
