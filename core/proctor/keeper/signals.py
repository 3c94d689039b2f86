"""Signals for whoever forks often, by their bare numbers.

The `signal` module makes an enumeration's member of every number that goes in or comes out: some
two hundred for each start.
"""

import _signal  # type: ignore[import-not-found]  # CPython's own; typeshed knows `signal` alone

_SETTABLE = tuple(_signal.valid_signals() - {_signal.SIGKILL, _signal.SIGSTOP})


def block_all() -> None:
    """Keep every signal that comes from now on for later."""
    _signal.pthread_sigmask(_signal.SIG_SETMASK, _SETTABLE)


def unblock_all() -> None:
    """Let every signal through, also those that were kept."""
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())


def ignore(numbers: "tuple[int, ...]") -> None:
    """Be deaf to these signals."""
    for number in numbers:
        _signal.signal(number, _signal.SIG_IGN)


def restore_all() -> None:
    """Let every signal do what it does by default."""
    for number in _SETTABLE:
        _signal.signal(number, _signal.SIG_DFL)
