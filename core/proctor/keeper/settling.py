"""What guardian and keepers do first: a session of their own, deaf to signals, nothing open."""

import _socket
import os
import signal

from proctor.keeper import kernel, signals

_DEAF = (
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGHUP,
    signal.SIGTERM,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGPIPE,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
)
_MOST = 1 << 20
"""More descriptors than anybody may have open."""


def settle_in(keep: list[int], title: str) -> _socket.socket:
    """Make this process fit to outlive its maker, and give the socket that says `SIGCHLD`.

    It leads a session, adopts orphans, ignores what a terminal or `kill` sends, stands in the
    root folder, has the null device as its standard descriptors and nothing else open but
    `keep`, each of which must be above 2.
    """
    signal.set_wakeup_fd(-1)
    if os.getsid(0) != os.getpid():
        os.setsid()
    kernel.adopt_orphans()
    signals.ignore(_DEAF)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signals.unblock_all()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    close_others(sorted(keep))
    kernel.set_title(title)
    wake, woken = _socket.socketpair()
    wake.setblocking(False)
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.detach(), warn_on_full_buffer=False)
    return wake


def close_others(keep: list[int]) -> None:
    """Close every descriptor above 2 that is not in `keep`, which is sorted."""
    last = 2
    for fd in [*keep, _MOST]:
        kernel.close_between(last + 1, fd)
        last = fd
