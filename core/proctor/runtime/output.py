"""Reads what processes print, from pipes and terminals, on the event loop."""

import os
from collections.abc import Callable

from proctor.runtime.loops import Loop

READ_BYTES = 64 * 1024


class Valve:
    """Pauses and resumes all readers of output at once: `LogStore(on_pressure=valve.hold)`."""

    def __init__(self) -> None:
        self.held = False
        self._readers: dict[OutputReader, None] = {}

    def hold(self, held: bool) -> None:  # noqa: FBT001 - a callback's only argument
        """Stop reading, or go on."""
        self.held = held
        for reader in list(self._readers):
            reader.watch()

    def add(self, reader: "OutputReader") -> None:
        """Let a reader know from now on."""
        self._readers[reader] = None

    def remove(self, reader: "OutputReader") -> None:
        """Forget a reader."""
        self._readers.pop(reader, None)


class OutputReader:
    """Reads one descriptor; 64 KiB at most for each time that the kernel wakes it.

    A pipe gives them at once. A terminal gives 4 KiB and fills up again behind each read: reading
    on saves the rest of the way, of the loop and of the store, for all but the first of them.

    It makes the descriptor non-blocking and does not close it. `on_end` is called once: at end of
    file of a pipe, when the other side of a terminal is closed, or by `drain`.
    """

    def __init__(
        self,
        loop: Loop,
        descriptor: int,
        on_bytes: Callable[[bytes], None],
        on_end: Callable[[], None],
        *,
        valve: Valve | None = None,
    ) -> None:
        os.set_blocking(descriptor, False)
        self._loop = loop
        self._descriptor = descriptor
        self._on_bytes = on_bytes
        self._on_end = on_end
        self._valve = valve or Valve()
        self._valve.add(self)
        self._watching = False
        self._ended = False
        self.watch()

    def watch(self) -> None:
        """Let the loop read, unless the valve is held or all is read."""
        wanted = not self._ended and not self._valve.held
        if wanted and not self._watching:
            self._loop.add_reader(self._descriptor, self._read)
        elif self._watching and not wanted:
            self._loop.remove_reader(self._descriptor)
        self._watching = wanted

    def drain(self) -> None:
        """Read all that there is now, then end: for when everything that could write has gone."""
        while not self._ended and self._read():
            pass
        self._end()

    def close(self) -> None:
        """Stop reading, without a word."""
        self._ended = True
        self._valve.remove(self)
        self.watch()

    def _read(self) -> bool:
        """Read what there is now; whether there may be more."""
        parts: list[bytes] = []
        left = READ_BYTES
        while left > 0 and (data := self._read_some(left)):
            parts.append(data)
            left -= len(data)
        if parts:
            self._on_bytes(parts[0] if len(parts) == 1 else b"".join(parts))
        if left > 0 and data is not None:
            self._end()
        return left <= 0

    def _read_some(self, size: int) -> bytes | None:
        """The next bytes; none of them at the end, None if there are none now."""
        try:
            return os.read(self._descriptor, size)
        except BlockingIOError:
            return None
        except OSError:  # EIO: nobody has the other side of the terminal open
            return b""

    def _end(self) -> None:
        if not self._ended:
            self.close()
            self._on_end()
