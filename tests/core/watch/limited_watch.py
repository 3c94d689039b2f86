"""A watch under a low limit: makes more folders than can be watched, and prints what is told."""

import asyncio
import sys
from pathlib import Path

from proctor.watch.lookout import Subject
from proctor.watch.watcher import Watcher


async def main(root: Path) -> None:
    done = asyncio.Event()
    limited = asyncio.Event()

    def failed(words: str) -> None:
        print("problem:", words, flush=True)  # noqa: T201 - how it tells
        limited.set()

    def changed(change: object) -> None:
        if "late.py" in getattr(change, "paths", ()):
            print("changed: late.py", flush=True)  # noqa: T201 - how it tells
            done.set()

    watcher = Watcher(Subject(root), changed=changed, failed=failed)
    watch = asyncio.create_task(watcher.run())
    await watcher.ready()
    for number in range(30):
        (root / f"more{number}").mkdir()
    await limited.wait()
    (root / "more29" / "late.py").write_text("x")
    (root / "late.py").write_text("x")
    await done.wait()
    watch.cancel()


asyncio.run(main(Path(sys.argv[1])))
