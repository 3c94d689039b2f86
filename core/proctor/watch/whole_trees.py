"""News of file changes by `watchfiles`: for systems whose kernel watches whole trees (macOS)."""

import os
import threading
from pathlib import Path

from watchfiles._rust_notify import RustNotify

from proctor.watch import forked
from proctor.watch.notifier import News, NothingToldError, NoWatchError

_STEP_MS = 50


class WatchfilesNotifier:
    """News by `watchfiles`: for systems whose kernel watches whole trees (macOS)."""

    delay_seconds = 2 * _STEP_MS / 1000

    def __init__(self, root: Path) -> None:
        """Begin to watch.

        Raises:
            NoWatchError: the system refuses; or, as `NothingToldError`, tells copies nothing.
        """
        if forked.is_copy():
            raise NothingToldError
        self._stopped = threading.Event()
        self._roots = [os.fspath(root)]
        self._watch = _open(self._roots)

    def watch_folder(self, folder: str) -> None:
        """What lies below the root is watched already; other folders are added.

        Raises:
            NoWatchError: the system refuses.
        """
        if any(folder == root or folder.startswith(root + "/") for root in self._roots):
            return
        self._roots.append(folder)
        self._watch.close()
        self._watch = _open(self._roots)

    def wait(self, seconds: float | None) -> News:
        """Wait for news, so long at most."""
        timeout = 0 if seconds is None else max(1, round(seconds * 1000))
        told = self._watch.watch(_STEP_MS, _STEP_MS, timeout, self._stopped)
        news = News()
        if isinstance(told, set):
            for _, path in told:
                (news.folders if Path(path).is_dir() else news.files)[path] = None
        return news

    def stop(self) -> None:
        """End the present and every later `wait` within 50 ms."""
        self._stopped.set()

    def close(self) -> None:
        """End the thread that watches."""
        self._watch.close()


def _open(roots: list[str]) -> RustNotify:
    try:
        return RustNotify(
            roots,
            debug=False,
            force_polling=False,
            poll_delay_ms=0,
            recursive=True,
            ignore_permission_denied=False,  # else a reached limit would not be told
        )
    except (OSError, RuntimeError) as error:
        raise NoWatchError(f"The files cannot be watched: {error}.") from error
