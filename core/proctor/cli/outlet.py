"""Writes bytes to a descriptor without ever blocking the event loop."""

import os
import select
import stat
from collections import deque
from collections.abc import Callable
from pathlib import Path

from proctor.runtime.loops import Loop

_SMALL_WRITE = 512  # what a pipe that is ready to be written to takes without blocking, anywhere
_PARTS_AT_ONCE = 64


class Outlet:
    """A queue of bytes in front of a descriptor.

    Regular files and the null device are written to at once. What may stall (pipe, terminal,
    socket) is written to as it takes the bytes. The descriptor's own flags stay as they are: the
    shell and other programs share them.

    Args:
        descriptor: where to write; it is not closed.
        on_gone: called once when nobody reads any more, or writing fails.
        on_room: called when all that was queued has been written.
    """

    def __init__(
        self, descriptor: int, *, on_gone: Callable[[], None], on_room: Callable[[], None]
    ) -> None:
        self.queued = 0
        self.gone = False
        self.problem: OSError | None = None
        self.terminal = os.isatty(descriptor)
        mode = os.fstat(descriptor).st_mode
        self._stalls = self.terminal or not (stat.S_ISREG(mode) or stat.S_ISCHR(mode))
        self._descriptor = descriptor
        self._own = _reopened(descriptor) if self._stalls else None
        self._on_gone = on_gone
        self._on_room = on_room
        self._parts: deque[memoryview | bytes] = deque()
        self._loop: Loop | None = None
        self._waiting = False

    def attach(self, loop: Loop) -> None:
        """Begin to write, and to notice when the reader goes away."""
        self._loop = loop
        if self._stalls and not self.terminal:
            # A writing end becomes readable when its last reader has gone
            loop.add_reader(self._fileno(), self._look)

    def detach(self) -> None:
        """Stop writing; what is queued is dropped."""
        if self._loop is None:
            return
        if self._stalls:
            self._loop.remove_reader(self._fileno())
            self._loop.remove_writer(self._fileno())
        if self._own is not None:
            os.close(self._own)
            self._own = None
        self._loop = None
        self._parts.clear()
        self.queued = 0

    def write(self, parts: list[bytes]) -> None:
        """Write, or queue what cannot be written yet."""
        if self.gone:
            return
        self._parts.extend(parts)
        self.queued += sum(map(len, parts))
        if not self._waiting:
            self._flush()

    def _fileno(self) -> int:
        return self._descriptor if self._own is None else self._own

    def _flush(self) -> None:
        try:
            while self._parts and self._ready():
                self._took(self._write_some())
        except BlockingIOError:
            pass
        except OSError as problem:
            self._end(problem)
            return
        self._wait(bool(self._parts))

    def _ready(self) -> bool:
        if not self._stalls or self._own is not None:
            return True
        return bool(select.select([], [self._descriptor], [], 0)[1])

    def _write_some(self) -> int:
        if self._stalls and self._own is None:
            return os.write(self._descriptor, self._parts[0][:_SMALL_WRITE])
        if len(self._parts) > _PARTS_AT_ONCE:
            self._parts = deque([b"".join(self._parts)])
        return os.writev(self._fileno(), self._parts)

    def _took(self, count: int) -> None:
        self.queued -= count
        while self._parts and count >= len(self._parts[0]):
            count -= len(self._parts.popleft())
        if count:
            self._parts[0] = memoryview(self._parts[0])[count:]

    def _wait(self, waiting: bool) -> None:  # noqa: FBT001 - the state itself
        if waiting == self._waiting or self._loop is None:
            return
        self._waiting = waiting
        if waiting:
            self._loop.add_writer(self._fileno(), self._go_on)
        else:
            self._loop.remove_writer(self._fileno())

    def _go_on(self) -> None:
        self._flush()
        if not self._parts and not self.gone:
            self._on_room()

    def _look(self) -> None:
        poll = select.poll()
        poll.register(self._descriptor, 0)
        if any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0)):
            self._end(BrokenPipeError())
        elif self._loop is not None:  # a socket whose other side said something: not for us
            self._loop.remove_reader(self._fileno())

    def _end(self, problem: OSError) -> None:
        self.gone = True
        self.problem = problem
        self.detach()
        self._on_gone()


def _reopened(descriptor: int) -> int | None:
    """The same pipe or terminal, opened anew so that it can be non-blocking for us alone."""
    path = Path(f"/proc/self/fd/{descriptor}")
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:  # a socket, another user's terminal, no Linux: small writes when it is ready
        return None
