"""Ends a call that takes too much of the processor: a regular expression may take for ever.

The `re` module looks for signals while it matches, so a handler that raises ends it in the midst.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfPatienceError(Exception):
    """The call has taken longer than it may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let what is called here take so much time of the processor, and no more.

    Only the main thread can be interrupted: in another one, it takes what it takes.

    Raises:
        OutOfPatienceError: it took longer, and was ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    inside = True

    def give_up(_number: int, _frame: FrameType | None) -> None:
        if inside:  # else it comes late: all is done
            raise OutOfPatienceError

    before = signal.signal(signal.SIGVTALRM, give_up)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    finally:
        inside = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
