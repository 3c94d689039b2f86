"""What a process of this app knows about itself: its name, and when it is asked to stop."""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from types import FrameType


def name_of_this_process(process_type: str) -> str:
    """Return `web.1` where a process manager says so, else something like `web.4711`."""
    given = os.environ.get("PROCTOR_PROCESS") or os.environ.get("PS")
    return given or f"{process_type}.{os.getpid()}"


class StopRequest:
    """Notes SIGTERM (stop, please) and SIGINT (^C), so that work can be put down in order.

    `reader` is a file descriptor that becomes readable when the stop is asked, and stays so:
    everything that waits can wait for it as well.
    """

    def __init__(self) -> None:
        self.asked = False
        self.reader, self._writer = os.pipe()
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            os.write(self._writer, b"stop")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the stop is asked, but not longer than `seconds`; say whether it is asked."""
        readable, _, _ = select.select([self.reader], [], [], seconds)
        return bool(readable)

    def wait_for_input(self, source: socket.socket, seconds: float) -> bool:
        """Wait until there is something to read from `source`, or its end.

        Returns False if there is nothing when the stop is asked, or after `seconds`.
        """
        waiting = select.poll()
        waiting.register(source, select.POLLIN)
        waiting.register(self.reader, select.POLLIN)
        ready = {descriptor for descriptor, _ in waiting.poll(seconds * 1000)}
        return source.fileno() in ready
