"""Who has survived: by a unique argument in the list of processes, and by files that still grow.

Neither alone would do: one may change its arguments, another be missed while it hops from pid to
pid; and a stopped process does not beat.
"""

import time
import uuid
from pathlib import Path

_BEATS_SECONDS = 0.1  # five beats: a living process writes in this time, even on a busy machine


class Oracle:
    """Knows the processes that carry its tag, or beat in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tag = f"tag-{uuid.uuid4().hex}"

    def carriers(self) -> dict[int, str]:
        """The living processes with the tag among their arguments, with their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_bytes().rpartition(b")")[2].split()[0]
            except OSError:
                continue
            if self.tag.encode() in words and state not in (b"Z", b"X"):
                found[int(entry.name)] = words.replace(b"\0", b" ").decode(errors="replace")
        return found

    def beating(self) -> set[str]:
        """The files that grew while this looked."""
        before = self._sizes()
        time.sleep(_BEATS_SECONDS)
        after = self._sizes()
        return {name for name in after if after[name] > before.get(name, 0)}

    def survivors(self) -> dict[str, str]:
        """Who lives now, by pid or file, with the command line."""
        found = {str(pid): words for pid, words in self.carriers().items()}
        return found or dict.fromkeys(self.beating(), "beats")

    def survivors_after(self, seconds: float) -> dict[str, str]:
        """Who still lives when so much time has passed; at once, if nobody does any more."""
        end = time.monotonic() + seconds
        while (found := self.survivors()) and time.monotonic() < end:
            time.sleep(0.02)
        return found

    def _sizes(self) -> dict[str, int]:
        sizes = {}
        for path in self.folder.iterdir():
            try:
                sizes[path.name] = path.stat().st_size
            except FileNotFoundError:
                continue
        return sizes
