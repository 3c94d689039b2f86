"""Which files nobody edits: pure rules, given names and the text of `.gitignore` files.

Two kinds. Some names are always ignored: what version control, caches, package managers, editors
and databases write. The others are what the user's own `.gitignore` files say, in git's grammar
and git's order: the deepest file with a matching line decides, the last such line in it, and what
lies in an ignored folder stays ignored.
"""

import re
from collections.abc import Iterable

from proctor.watch.gitignore import RuleFile

IGNORED_FOLDERS = frozenset({
    # version control
    ".git", ".hg", ".svn", ".bzr", ".jj", ".sl", ".pijul", "CVS", "_darcs",
    # caches
    "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox", ".hypothesis",
    ".import_linter_cache", ".pytype", ".cache", ".parcel-cache", ".sass-cache", ".turbo",
    ".next", ".nuxt", ".svelte-kit", ".eggs", ".gradle", ".terraform", ".ipynb_checkpoints",
    # packages
    "node_modules", "bower_components", ".venv", ".bundle", "__pypackages__",
    # editors
    ".idea", ".vscode", ".vs", ".fleet", ".zed",
})  # fmt: skip

_IGNORED_FILES = re.compile(
    r"""
      .* \.py[cod]                          # Python's byte code
    | .* \. sw[a-z] | .* ~ | 4913           # vim: swap, backup, and its probe of a folder
    | \.\# .* | \# .* \#                    # Emacs: lock, autosave
    | .* ___jb_(tmp|old|bak)___             # JetBrains
    | \.goutputstream- .* | .* \.kate-swp   # GNOME, KDE
    | \.~lock\. .* \#                       # LibreOffice
    | .* \.(tmp|temp) | .* \.crdownload     # atomic saves before the rename
    | \.nfs[0-9a-f]+ | \.fuse_hidden .*     # deleted while open, on network file systems
    | \.DS_Store | Thumbs\.db | desktop\.ini
    | .* -(wal|shm) | .* \. .* -journal     # SQLite's journals
    | .* \.(db|sqlite|sqlite3|db3)          # databases: data, which the app itself writes
    | \.coverage (\..*)? | \.eslintcache | .* \.tsbuildinfo
    | .* \.(pid|sock)
    """,
    re.VERBOSE,
)
_IGNORED_FOLDER_ENDINGS = (".egg-info", ".dist-info")
_REMEMBERED = 50_000


class IgnoreRules:
    """The rules of one app: `ignores("static/app.css")`.

    `prefix` is where the app's root lies in its repository ("" at the top, "services/shop"):
    rules of the folders above count too. All paths are relative to the root, with `/`.
    """

    def __init__(self, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._general: tuple[RuleFile, ...] = ()
        self._by_folder: dict[str, RuleFile] = {}  # by folder in the repository
        self._excluded: set[str] = set()
        self._named: frozenset[str] = frozenset()
        self._on_the_way: frozenset[str] = frozenset()
        self._decided: dict[str, bool] = {}

    def set_general(self, texts: Iterable[str]) -> None:
        """Rules of the whole repository (its exclude file, the user's own), weakest first."""
        self._general = tuple(RuleFile(text) for text in texts)
        self._decided.clear()

    def set_folder(self, folder: str, text: str) -> None:
        """The `.gitignore` of a folder of the app; an empty text takes it away."""
        self.set_repository_folder(_join(self._prefix, folder), text)

    def set_repository_folder(self, folder: str, text: str) -> None:
        """The `.gitignore` of a folder of the repository, which may lie above the app."""
        if text.strip():
            self._by_folder[folder] = RuleFile(text)
        else:
            self._by_folder.pop(folder, None)
        self._decided.clear()

    def forget_folders_above(self) -> None:
        """Leave out what lies above the root.

        For a root that its own repository ignores: someone runs it all the same, so the rules
        that hide all of it are not for this purpose.
        """
        above = {"", *parents(self._prefix)} if self._prefix else set()
        for folder in above:
            self._by_folder.pop(folder, None)
        self._general = ()
        self._decided.clear()

    def exclude(self, path: str) -> None:
        """Ignore one file or folder whatever the rules say: ours, or a virtual environment."""
        self._excluded.add(path)
        self._decided.clear()

    def name(self, paths: Iterable[str]) -> None:
        """Ignore none of these files and folders, whatever hides them, but what is excluded.

        What lies in such a folder is ignored only by rules about itself, or a folder in between.
        """
        self._named = frozenset(paths)
        self._on_the_way = frozenset(above for path in self._named for above in parents(path))

    @property
    def root_is_ignored(self) -> bool:
        """Do the rules of the folders above hide the whole app?"""
        return any(
            self._ask_git(folder + "/") is True
            for folder in (*parents(self._prefix), self._prefix)
            if folder
        )

    def ignores(self, path: str, *, is_folder: bool = False) -> bool:
        """Is this file or folder ignored, by itself or for a folder that it lies in?"""
        if not self._named:
            return self.hides(path, is_folder=is_folder)
        above = [*parents(path), path]
        if not self._excluded.isdisjoint(above):
            return True
        if is_folder and path in self._on_the_way:
            return False
        within = max((len(each) for each in above if each in self._named), default=0)
        return self.hides(path, is_folder=is_folder, below=within)

    def hides(self, path: str, *, is_folder: bool = False, below: int = 0) -> bool:
        """The same by the rules alone, whatever was named.

        `below`: of the path, only what is longer than so many characters is asked about.
        """
        for parent in parents(path):
            if len(parent) > below and self._decide(parent, is_folder=True):
                return True
        return len(path) > below and self._decide(path, is_folder=is_folder)

    def _decide(self, path: str, *, is_folder: bool) -> bool:
        key = path + "/" if is_folder else path
        decided = self._decided.get(key)
        if decided is None:
            if len(self._decided) >= _REMEMBERED:
                self._decided.clear()
            decided = (
                path in self._excluded
                or _always_ignored(path.rpartition("/")[2], is_folder=is_folder)
                or self._ask_git(_join(self._prefix, key)) is True
            )
            self._decided[key] = decided
        return decided

    def _ask_git(self, path: str) -> bool | None:
        """Whether git ignores this path of the repository; None if no line is about it."""
        folders = [*parents(path.rstrip("/"))]
        for folder in reversed(["", *folders]):
            file = self._by_folder.get(folder)
            if file is not None:
                verdict = file.verdict(path[len(folder) + 1 :] if folder else path)
                if verdict is not None:
                    return verdict
        for file in reversed(self._general):
            verdict = file.verdict(path)
            if verdict is not None:
                return verdict
        return None


def _always_ignored(name: str, *, is_folder: bool) -> bool:
    if is_folder:
        return name in IGNORED_FOLDERS or name.endswith(_IGNORED_FOLDER_ENDINGS)
    return name == ".git" or _IGNORED_FILES.fullmatch(name) is not None


def parents(path: str) -> Iterable[str]:
    """The folders that a path lies in, outermost first: "a", "a/b" for "a/b/c"."""
    position = path.find("/")
    while position != -1:
        yield path[:position]
        position = path.find("/", position + 1)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
