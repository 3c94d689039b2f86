"""Sends frames with descriptors to the guardian, also while it is stopped or slow."""

import _socket
from collections import deque

from proctor.keeper.protocol import close_all, send_some
from proctor.runtime.loops import Loop


class FrameSender:
    """A queue of frames, sent as far as there is room; the loop wakes it for the rest.

    The descriptors of a frame are the sender's from then on: closed once they are on their way.
    """

    def __init__(self, loop: Loop, sock: _socket.socket) -> None:
        self._loop = loop
        self._sock = sock
        self._waiting: deque[tuple[bytes, list[int]]] = deque()
        self._open = True
        self._writing = False

    def send(self, data: bytes, descriptors: list[int]) -> None:
        """Send a frame, now or later; not at all once the guardian has gone."""
        self._waiting.append((data, descriptors))
        self._flush()

    def close(self) -> None:
        """Give up what has not been sent: whoever waits at its other ends reads an end of file."""
        self._open = False
        self._watch(wanted=False)
        while self._waiting:
            close_all(self._waiting.popleft()[1])

    def _flush(self) -> None:
        try:
            while self._waiting and self._open:
                data, descriptors = self._waiting[0]
                sent = send_some(self._sock, data, descriptors)
                close_all(descriptors)
                self._waiting[0] = (data[sent:], [])
                if sent == len(data):
                    self._waiting.popleft()
        except BlockingIOError:
            pass
        except OSError:  # it has gone: its end of file is read as well, and tells so
            self.close()
            return
        if not self._open:
            self.close()
            return
        self._watch(wanted=bool(self._waiting))

    def _watch(self, *, wanted: bool) -> None:
        if wanted and not self._writing:
            self._loop.add_writer(self._sock.fileno(), self._flush)
        elif self._writing and not wanted:
            self._loop.remove_writer(self._sock.fileno())
        self._writing = wanted
