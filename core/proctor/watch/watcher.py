"""Tells the supervisor when files of the app have changed.

    subject = Subject(root, procfile=root / "Procfile")
    watcher = Watcher(subject, changed=post_change, failed=post_problem)
    await watcher.run()          # until cancelled

One burst of changes, however large, is one `ChangeSet`. Both callbacks are called in the event
loop that `run` runs in. While nothing happens nothing runs: the thread waits in the kernel.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proctor.watch.changes import ChangeSet
from proctor.watch.lookout import Lookout, Subject
from proctor.watch.notifier import Notifier


class Watcher:
    """Watches the files of one app.

    `failed` gets a sentence for the user, when the kernel has no more watches (files are then
    looked at every two seconds) and when the watch pauses because the app restarts itself. A
    pause ends when a `.gitignore` is changed; a new watcher begins without one. `recovered` is
    called when all files are watched, and at the end of a pause.
    """

    def __init__(
        self,
        subject: Subject,
        *,
        changed: Callable[[ChangeSet], None],
        failed: Callable[[str], None],
        recovered: Callable[[], None] = lambda: None,
        open_notifier: Callable[[Path], Notifier] | None = None,
    ) -> None:
        self._subject = subject
        self._changed = changed
        self._failed = failed
        self._recovered = recovered
        self._open_notifier = open_notifier
        self._lookout: Lookout | None = None
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Watch until cancelled; cancelling takes effect at once.

        Raises:
            PlatformError: the app's folder has gone.
        """
        loop = asyncio.get_running_loop()

        def post(tell: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(lambda: tell() if self._lookout is lookout else None)

        lookout = Lookout(
            self._subject,
            changed=lambda changes: post(lambda: self._changed(changes)),
            failed=lambda words: post(lambda: self._failed(words)),
            recovered=lambda: post(self._recovered),
            became_ready=lambda: post(self._ready.set),
            open_notifier=self._open_notifier,
        )
        self._lookout = lookout
        # A thread of its own, which the interpreter joins at its end: it must not be cut down
        # while it is in foreign code.
        executor = ThreadPoolExecutor(1, thread_name_prefix="watch")
        try:
            await loop.run_in_executor(executor, lookout.watch)
        finally:
            self._lookout = None
            self._ready.clear()
            lookout.stop()
            executor.shutdown(wait=False)

    async def ready(self) -> None:
        """Wait until all folders are watched: every change from then on is told."""
        await self._ready.wait()
