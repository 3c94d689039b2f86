"""Loading a command's module without what it does not need."""

import _signal  # type: ignore[import-not-found]  # without signal, which loads enum
import sys


class LeanLoading:
    """A context to load a command in: ^C is kept for later, and some modules are hidden.

    asyncio loads TLS wherever it finds it, which costs as much as reading a whole app does, and
    nothing that is said here is said over a network. msgspec prefers typing_extensions, wherever
    that is installed, to what `typing` itself has; and a ^C while it is loaded would be swallowed
    and leave it in pieces, which crash later on.
    """

    def __enter__(self) -> None:
        self._signals = _signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGINT])
        sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]  # the documented way to hide
        self._extensions = sys.modules.get("typing_extensions")
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # the same

    def __exit__(self, *exception: object) -> None:
        del sys.modules["typing_extensions"]
        if self._extensions is not None:
            sys.modules["typing_extensions"] = self._extensions
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._signals)
