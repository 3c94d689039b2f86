"""The event loop, as far as the runtime needs it; and one that is still to come.

The first processes are started before asyncio is loaded: it takes as long as they do to start.
What they ask of the loop until then is kept, and asked of the real one once it runs. Meanwhile
`serve` does it, so that first lines need not wait for asyncio either.
"""

import select
import time
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Any, Protocol


class Handle(Protocol):
    """A call that was asked for."""

    def cancel(self) -> None:
        """Let it not be made."""
        ...


class Loop(Protocol):
    """What the runtime asks of an event loop; asyncio's loops do it."""

    def time(self) -> float:
        """Monotonic seconds."""
        ...

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this at a monotonic time."""
        ...

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this after so many seconds."""
        ...

    def call_soon(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this in the next turn."""
        ...

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """The same, from any thread."""
        ...

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - the callback's
        """Call this whenever the descriptor can be read."""
        ...

    def remove_reader(self, fd: int) -> bool:
        """Do so no more."""
        ...

    def add_writer(self, fd: int, callback: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - the callback's
        """Call this whenever the descriptor can be written."""
        ...

    def remove_writer(self, fd: int) -> bool:
        """Do so no more."""
        ...


class _Kept:
    """A call that was asked for before the loop was there, and its handle.

    `when` is None for a call in the next turn.
    """

    def __init__(self, when: float | None, callback: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - the callback's
        self.when = when
        self._callback = callback
        self._args = args
        self._handle: Handle | None = None
        self._cancelled = False

    def ask(self, loop: Loop) -> None:
        if self._cancelled:
            return
        if self.when is None:
            self._handle = loop.call_soon(self._callback, *self._args)
        else:
            self._handle = loop.call_at(self.when, self._callback, *self._args)

    def call(self) -> None:
        if not self._cancelled:
            self._callback(*self._args)

    def cancel(self) -> None:
        self._cancelled = True
        if self._handle is not None:
            self._handle.cancel()


class LoopToCome:
    """Keeps what is asked until `run_on` brings the real loop, and passes on from then.

    In between, `serve` may be called, by the thread that is going to run the loop.
    """

    def __init__(self) -> None:
        self._loop: Loop | None = None
        self._calls: list[_Kept] = []
        self._readers: dict[int, tuple[Callable[..., object], tuple[Any, ...]]] = {}
        self._writers: dict[int, tuple[Callable[..., object], tuple[Any, ...]]] = {}
        self._lock = Lock()  # calls may come from other threads

    def run_on(self, loop: Loop) -> None:
        """Ask the real loop for all that was asked before; nothing if it has come already."""
        with self._lock:
            if self._loop is not None:
                return
            self._loop = loop
            for call in self._calls:
                call.ask(loop)
            for fd, (callback, args) in self._readers.items():
                loop.add_reader(fd, callback, *args)
            for fd, (callback, args) in self._writers.items():
                loop.add_writer(fd, callback, *args)
            self._calls.clear()

    def serve(self, *, until: Callable[[], bool], within_seconds: float) -> None:
        """Do what was asked, until `until` says that it is enough, at most for so long.

        A call from another thread is made in the next turn, and wakes nobody. What a callback
        raises is raised here.
        """
        end = self.time() + within_seconds
        while not until() and (left := end - self.time()) > 0:
            self._turn(left)

    def time(self) -> float:
        """Monotonic seconds: the clock that asyncio uses as well."""
        return time.monotonic()

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this at a monotonic time."""
        with self._lock:
            if self._loop is None:
                return self._keep(_Kept(when, callback, *args))
        return self._loop.call_at(when, callback, *args)

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this after so many seconds, from now on."""
        return self.call_at(self.time() + delay, callback, *args)

    def call_soon(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this in the next turn."""
        with self._lock:
            if self._loop is None:
                return self._keep(_Kept(None, callback, *args))
        return self._loop.call_soon(callback, *args)

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """The same, from any thread."""
        with self._lock:
            if self._loop is None:
                return self._keep(_Kept(None, callback, *args))
        return self._loop.call_soon_threadsafe(callback, *args)

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - the callback's
        """Call this whenever the descriptor can be read."""
        if self._loop is not None:
            self._loop.add_reader(fd, callback, *args)
        else:
            self._readers[fd] = (callback, args)

    def remove_reader(self, fd: int) -> bool:
        """Do so no more."""
        if self._loop is not None:
            return self._loop.remove_reader(fd)
        return self._readers.pop(fd, None) is not None

    def add_writer(self, fd: int, callback: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - the callback's
        """Call this whenever the descriptor can be written."""
        if self._loop is not None:
            self._loop.add_writer(fd, callback, *args)
        else:
            self._writers[fd] = (callback, args)

    def remove_writer(self, fd: int) -> bool:
        """Do so no more."""
        if self._loop is not None:
            return self._loop.remove_writer(fd)
        return self._writers.pop(fd, None) is not None

    def _keep(self, call: _Kept) -> _Kept:
        self._calls.append(call)
        return call

    def _turn(self, longest: float) -> None:
        """Make the calls that are due, or wait at most so long for a descriptor."""
        with self._lock:
            now = self.time()
            due = [call for call in self._calls if call.when is None or call.when <= now]
            self._calls = [call for call in self._calls if call not in due]
            waits = [call.when - now for call in self._calls if call.when is not None]
        for call in due:
            call.call()
        if not due:
            self._wait(min([longest, *waits]))

    def _wait(self, seconds: float) -> None:
        poll = select.poll()
        for fd in {*self._readers, *self._writers}:
            wanted = (fd in self._readers and select.POLLIN) | (
                fd in self._writers and select.POLLOUT
            )
            poll.register(fd, wanted)
        for fd, events in poll.poll(ceil(seconds * 1000)):
            # Ends and faults are for whoever waits for anything: the call itself tells which.
            if fd in self._readers and events & ~select.POLLOUT:
                callback, args = self._readers[fd]
                callback(*args)
            if fd in self._writers and events & ~select.POLLIN:
                callback, args = self._writers[fd]
                callback(*args)
