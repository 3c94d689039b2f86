"""Whether this process is a copy of another that has not become a program of its own.

Below a screen, and detached, the supervisor is one. On macOS such a copy must not use the system's
frameworks, FSEvents among them: they end it.
"""

import os

_copies: set[int] = set()


def note() -> None:
    """This process is a copy."""
    _copies.add(os.getpid())


def is_copy() -> bool:
    """Whether that was noted of this very process."""
    return os.getpid() in _copies
