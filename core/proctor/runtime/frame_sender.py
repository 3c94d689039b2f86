"""Sends frames with descriptors to the guardian, also while it is stopped or slow."""

import _socket
import errno
from collections import deque
from contextlib import suppress

from proctor.keeper.protocol import close_all, send_some
from proctor.runtime.loops import Handle, Loop

RETRY_SECONDS = 0.05
#: The system has no room now, though the socket may be writable: no memory, or too many
#: descriptors of this user that are under way and have not been taken yet.
_NO_ROOM = frozenset([errno.ENOBUFS, errno.ENOMEM, errno.ETOOMANYREFS, errno.EMSGSIZE])


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
        self._retry: Handle | None = None

    def send(self, data: bytes, descriptors: list[int]) -> None:
        """Send a frame, now or later; not at all once the guardian has gone."""
        self._waiting.append((data, descriptors))
        self._flush()

    def close(self) -> None:
        """Give up what has not been sent: whoever waits at its other ends reads an end of file."""
        self._open = False
        self._watch(wanted=False)
        self._retry_no_more()
        while self._waiting:
            close_all(self._waiting.popleft()[1])

    def _flush(self) -> None:
        self._retry_no_more()
        try:
            while self._waiting and self._open:
                data, descriptors = self._waiting[0]
                sent = self._send_some(data, descriptors)
                close_all(descriptors)
                self._waiting[0] = (data[sent:], [])
                if sent == len(data):
                    self._waiting.popleft()
        except BlockingIOError:
            pass
        except OSError as problem:
            if problem.errno in _NO_ROOM:
                self._watch(wanted=False)  # else it would wake us at once, for nothing
                self._retry = self._loop.call_later(RETRY_SECONDS, self._flush)
            else:
                self._part()
            return
        if not self._open:
            self.close()
            return
        self._watch(wanted=bool(self._waiting))

    def _send_some(self, data: bytes, descriptors: list[int]) -> int:
        try:
            return send_some(self._sock, data, descriptors)
        except OSError as problem:
            if problem.errno != errno.EMSGSIZE or len(data) == 1:
                raise
            return send_some(self._sock, data[:1], descriptors)  # with them goes only so much

    def _part(self) -> None:
        """It has gone, or the stream is of no use any more: both ends read an end of file."""
        self.close()
        with suppress(OSError):
            self._sock.shutdown(_socket.SHUT_RDWR)

    def _retry_no_more(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _watch(self, *, wanted: bool) -> None:
        if wanted and not self._writing:
            self._loop.add_writer(self._sock.fileno(), self._flush)
        elif self._writing and not wanted:
            self._loop.remove_writer(self._sock.fileno())
        self._writing = wanted
