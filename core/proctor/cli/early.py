"""What has to happen before anything is loaded, when an app is about to be run.

Here one process becomes the two or three that run an app, while it is still small: the screen, if
one can open, then the supervisor, then the guardian.

    shell ── proctor start        the screen, which holds the lease
               └─ supervisor      a session of its own
                    └─ guardian

Without a screen the process that the shell started is the supervisor; detached, it only waits
until the supervisor, in a session of its own, has started the app.
"""

import _signal  # type: ignore[import-not-found]  # without signal, which loads enum
import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    import socket

_NO_SCREEN = ("--no-tui", "--no-run", "--log-format")
_ENOUGH_OPEN = 10_240
"""Descriptors for three thousand processes; and the most that macOS lets anybody have."""


class Prepared:
    """What was made in time. `lease` is connected to the screen, if there is one.

    `starter` is a pipe to who waits until the app runs, where it is to run detached.
    """

    __slots__ = ("guardian", "guardian_pid", "lease", "starter")

    def __init__(
        self,
        guardian: "_socket.socket",
        guardian_pid: int,
        lease: "socket.socket | None" = None,
        starter: int | None = None,
    ) -> None:
        self.guardian = guardian
        self.guardian_pid = guardian_pid
        self.lease = lease
        self.starter = starter


_prepared: Prepared | None = None


def prepare() -> None:
    """Get ready to run an app, while this process is still small.

    If a screen can open, this process becomes the screen and ends in here; if the app is to run
    detached, it waits for the start and ends in here. What comes back is the supervisor.
    """
    global _prepared  # noqa: PLW0603 - what a process is made of is global to it
    # asyncio loads TLS wherever it finds it, which costs as much as reading the whole app does,
    # and nothing that is said here is said over a network.
    sys.modules["ssl"] = None  # type: ignore[assignment]  # the documented way to hide a module
    # Nothing that is loaded now becomes garbage: collections would only look at it again and again.
    gc.disable()
    words = sys.argv[1:]
    starter = _fork_from_starter() if is_to_be_detached(words) else None
    has_screen = starter is None and screen_can_open(words) and _screen_is_wanted(words)
    lease = _fork_from_screen() if has_screen else None
    guardian, pid = _launch_guardian()
    _take_enough_descriptors()
    _load_msgspec()
    _prepared = Prepared(guardian, pid, lease, starter)


def prepared() -> Prepared:
    """What `prepare` has made, or a guardian made only now."""
    if _prepared is None:
        guardian, pid = _launch_guardian()
        return Prepared(guardian, pid)
    return _prepared


def is_to_be_detached(words: list[str]) -> bool:
    """Whether the app is to go on without this terminal; another option may follow `-D` at once."""
    return any(word == "--detach" or word.startswith("-D") for word in words)


def screen_can_open(words: list[str]) -> bool:
    """Whether there is a terminal that a screen can be shown on, and one is wanted."""
    if any(word.partition("=")[0] in _NO_SCREEN for word in words):
        return False
    if (os.environ.get("TERM") or "dumb") == "dumb" or not (os.isatty(0) and os.isatty(1)):
        return False
    try:
        return os.tcgetpgrp(0) == os.getpgrp()  # a background job must not touch the terminal
    except OSError:
        return False


def _screen_is_wanted(words: list[str]) -> bool:
    from proctor.cli.screen_wish import screen_is_wanted  # noqa: PLC0415 - on a terminal alone

    return screen_is_wanted(words)


def _load_msgspec() -> None:
    # A ^C while it is loaded would be swallowed and leave it in pieces, which crash later on.
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGINT])
    # It prefers typing_extensions, wherever that is installed, to what `typing` itself has.
    name = "typing_extensions"
    sys.modules[name] = None  # type: ignore[assignment]  # the documented way to hide a module
    try:
        import msgspec  # noqa: F401, PLC0415 - only who runs an app pays for it
    finally:
        del sys.modules[name]
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def _launch_guardian() -> "tuple[_socket.socket, int]":
    from proctor.keeper import guardian  # noqa: PLC0415 - only who runs an app pays for it

    return guardian.launch()


def _take_enough_descriptors() -> None:
    """Raise our own limit of open files, as far as we may: macOS begins with 256.

    The guardian is there already: what it starts has the limit that we were started with.
    """
    import resource  # noqa: PLC0415 - only who runs an app needs it

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _ENOUGH_OPEN if hard == resource.RLIM_INFINITY else min(_ENOUGH_OPEN, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
        except (OSError, ValueError):
            return  # a sandbox, or a smaller limit of the system's: it has to do as it is


def _fork_from_screen() -> "socket.socket":
    """Go on as the supervisor, in a new process; this one becomes the screen and ends here."""
    import socket  # noqa: PLC0415 - only who opens a screen pays for it

    ours, theirs = socket.socketpair()
    supervisor = os.fork()
    if supervisor == 0:
        ours.close()
        _lead_a_session()
        return theirs
    theirs.close()
    from proctor.cli.screen import show  # noqa: PLC0415 - the one door to the screen

    os._exit(show(ours, supervisor))


def _fork_from_starter() -> int:
    """Go on as the supervisor, in a new process; this one waits for the start and ends here."""
    from proctor.keeper.settling import close_others  # noqa: PLC0415 - the guardian needs it as well

    heard, told = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:
        _lead_a_session()
        # Whoever waits for the end of what the shell has opened does not wait for the app.
        close_others([told])
        return told
    os.close(told)
    from proctor.cli.detached import wait_for_start  # noqa: PLC0415 - only who detaches needs it

    os._exit(wait_for_start(heard, supervisor))


def _lead_a_session() -> None:
    os.setsid()
    if sys.platform != "linux":
        from proctor.watch import forked  # noqa: PLC0415 - see there whom it concerns

        forked.note()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
