"""Signals to the supervisor, and what they mean: how the app is to end."""

import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from proctor.runtime.mailbox import EndAsked

if TYPE_CHECKING:
    import asyncio

_MEANINGS = {
    signal.SIGINT: EndAsked(reason="interrupted (^C)", exit_code=130, escalates=True),
    signal.SIGTERM: EndAsked(reason="asked to end by SIGTERM", exit_code=143),
    signal.SIGHUP: EndAsked(reason="its terminal was closed", exit_code=129),
    signal.SIGQUIT: EndAsked(reason="asked to end at once by SIGQUIT", exit_code=131, at_once=True),
}


def listen_before_the_loop(post: Callable[[EndAsked], None]) -> None:
    """The same as `listen_to_signals`, as long as there is no loop.

    `post` is called between any two steps of the main thread.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number, meaning in _listened_to():
        signal.signal(number, lambda *_, meaning=meaning: post(meaning))


def listen_to_signals(loop: "asyncio.AbstractEventLoop", post: Callable[[EndAsked], None]) -> None:
    """Turn INT, TERM, HUP and QUIT into requests to stop, also where they were ignored or masked.

    An ignored HUP is left ignored: that is what `nohup` asks for.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number, meaning in _listened_to():
        loop.add_signal_handler(number, post, meaning)


def _listened_to() -> Iterator[tuple[signal.Signals, EndAsked]]:
    for number, meaning in _MEANINGS.items():
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            yield number, meaning
