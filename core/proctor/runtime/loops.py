"""The event loop, as far as the runtime needs it; and one that is still to come.

The first processes are started before asyncio is loaded: it takes as long as they do to start.
What they ask of the loop until then is kept, and asked of the real one once it runs.
"""

import time
from collections.abc import Callable
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
    """A call for the loop to come, and its handle."""

    def __init__(self, ask: Callable[[Loop], Handle]) -> None:
        self._ask = ask
        self._handle: Handle | None = None
        self._cancelled = False

    def ask(self, loop: Loop) -> None:
        if not self._cancelled:
            self._handle = self._ask(loop)

    def cancel(self) -> None:
        self._cancelled = True
        if self._handle is not None:
            self._handle.cancel()


class LoopToCome:
    """Keeps what is asked until `run_on` brings the real loop, and passes on from then."""

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

    def time(self) -> float:
        """Monotonic seconds: the clock that asyncio uses as well."""
        return time.monotonic()

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this at a monotonic time."""
        return self._call(lambda loop: loop.call_at(when, callback, *args))

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this after so many seconds, from now on."""
        return self.call_at(self.time() + delay, callback, *args)

    def call_soon(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """Call this in the next turn."""
        return self._call(lambda loop: loop.call_soon(callback, *args))

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any) -> Handle:  # noqa: ANN401 - the callback's
        """The same, from any thread."""
        return self._call(lambda loop: loop.call_soon_threadsafe(callback, *args))

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

    def _call(self, ask: Callable[[Loop], Handle]) -> Handle:
        with self._lock:
            if self._loop is None:
                kept = _Kept(ask)
                self._calls.append(kept)
                return kept
            loop = self._loop
        return ask(loop)
