"""What a burst of file changes comes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Files of the app that have other content than before; never empty.

    `paths` are relative to the app's root, sorted. The Procfile and the environment files stand
    outside of the rules: they are told apart, and are not among the paths. `types` are the process
    types that look at one of the paths; None where all types look at all files.
    """

    paths: tuple[str, ...]
    first: str  #: the file to name: the one that was changed first
    procfile_changed: bool = False
    environment_changed: bool = False
    types: frozenset[str] | None = None

    @property
    def count(self) -> int:
        """How many files of the tree have changed."""
        return len(self.paths)

    @property
    def words(self) -> str:
        """The change in words: "app.py", "app.py and 3 others"."""
        others = len(self.paths) - 1 if self.first in self.paths else len(self.paths)
        if others <= 0:
            return self.first
        return f"{self.first} and {others} other{'s' if others > 1 else ''}"
