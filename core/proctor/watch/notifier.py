"""Where news of file changes comes from: what every source of it offers.

On Linux that is `inotify`, elsewhere `watchfiles` (`whole_trees`); and where the kernel has no more
watches to give, `polling`.
"""

from dataclasses import dataclass, field
from typing import Protocol


class NoWatchError(Exception):
    """The kernel gives no more watches; the text says why, and what to do, to the user."""


class NothingToldError(NoWatchError):
    """The system tells this process nothing, and nothing can be done: files are looked at."""


@dataclass(slots=True)
class News:
    """What has happened; full paths. `is_incomplete`: more has happened than could be told."""

    files: dict[str, None] = field(default_factory=dict)  #: in the order of the news
    folders: dict[str, None] = field(default_factory=dict)  #: appeared, renamed, or gone
    is_incomplete: bool = False

    def __bool__(self) -> bool:
        return bool(self.files or self.folders or self.is_incomplete)


class Notifier(Protocol):
    """A source of news. Used by one thread; only `stop` may be called by another."""

    delay_seconds: float  #: how late news may be

    def watch_folder(self, folder: str) -> None:
        """Tell what happens to the entries of this folder, not below it; no matter if it is gone.

        Raises:
            NoWatchError: the kernel does not allow it.
        """
        ...

    def wait(self, seconds: float | None) -> News:
        """Wait for news, so long at most; empty at the end of the time, and after `stop`."""
        ...

    def stop(self) -> None:
        """End the present and every later `wait` at once."""
        ...

    def close(self) -> None:
        """Give everything back to the kernel."""
        ...
