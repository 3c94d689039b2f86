"""The terminal around the screen: signals that concern it, and how it is left behind.

Textual restores the terminal on an ordinary exit and on ^C. It takes a SIGCONT for the end of a
suspension of its own, so that one after SIGSTOP makes it read the keys twice and forget the modes
that were there before; and it stops again, whatever it was told, when it is continued behind.
"""

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

SIGNAL_CODES = {
    signal.SIGTERM: 143,
    signal.SIGINT: 130,
    signal.SIGHUP: 129,
    signal.SIGQUIT: 131,
}
"""The signals that end the screen, and the exit code of each."""

_A_MOMENT = 0.1
_GOES_ON = "proctor: the app goes on without its screen. fg brings it back"


@contextmanager
def modes_kept() -> Iterator[None]:
    """Give the terminal of standard input its modes back at the end."""
    try:
        modes = termios.tcgetattr(0)
    except termios.error:
        yield
        return
    try:
        yield
    finally:
        if _in_front():
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, modes)


class SignalledEarly:
    """Lets the signals cancel the present task until the screen takes them; `code` is then set."""

    def __init__(self) -> None:
        self.code: int | None = None
        task = asyncio.current_task()
        assert task is not None, "made within a task"
        loop = asyncio.get_running_loop()
        for number, code in SIGNAL_CODES.items():
            loop.add_signal_handler(number, self._cancel, task, code)

    def _cancel(self, task: asyncio.Task[object], code: int) -> None:
        self.code = code
        task.cancel()


def take_signals(app: App[int], leave: Callable[[int], None]) -> None:
    """Let signals end the screen, with their exit codes, and let it come back from a stop."""
    loop = asyncio.get_running_loop()
    for number, code in SIGNAL_CODES.items():
        loop.add_signal_handler(number, partial(_leave, app, leave, code))
    loop.add_signal_handler(signal.SIGTSTP, _stop, app)
    loop.add_signal_handler(signal.SIGCONT, _come_back, app)


def suspend(app: App[int]) -> bool:
    """Stop as ^Z does elsewhere, with all of the shell's job; the app goes on.

    False if nothing was stopped, as nobody is there who could continue it.
    """
    if not (isinstance(app._driver, LinuxDriver) and _is_job_of_a_shell()):  # noqa: SLF001 - see `_driver_of`
        return False
    _let_go(app)
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    # Not this process alone: a shell waits for whatever has started it too, such as make. And only
    # now: as soon as that one has stopped, the terminal is the shell's.
    os.killpg(os.getpgrp(), signal.SIGTSTP)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, _stop, app)
    return True


def _is_job_of_a_shell() -> bool:
    """Whether the kernel stops a process of our group when it is asked to.

    It does not where no shell would continue it: in a terminal window or over ssh with proctor as
    its only program. We could be stopped there nevertheless, by SIGSTOP, and nothing would help.
    """
    shell = "/bin/sh"
    trial = os.posix_spawn(shell, [shell, "-c", "kill -TSTP $$"], os.environ)
    _, status = os.waitpid(trial, os.WUNTRACED)
    stopped = os.WIFSTOPPED(status)
    if stopped:
        os.kill(trial, signal.SIGKILL)
        os.waitpid(trial, 0)
    return stopped


def _stop(app: App[int]) -> None:
    if app._exit:  # noqa: SLF001 - Textual does not say it otherwise
        return
    if not _driver_of(app)._must_signal_resume:  # noqa: SLF001 - not let go of already
        _let_go(app)
    os.kill(os.getpid(), signal.SIGSTOP)


def _let_go(app: App[int]) -> None:
    """Give the terminal back as it was, to be taken again when we are continued."""
    driver = _driver_of(app)
    driver.suspend_application_mode()
    driver._must_signal_resume = True  # noqa: SLF001 - as Textual's own handler does
    print(_GOES_ON, file=sys.__stdout__, flush=True)  # Textual has taken the other one


def _leave(app: App[int], leave: Callable[[int], None], code: int) -> None:
    if not _in_front():
        # The terminal is the shell's now: its modes are none of our business, nor may we be
        # stopped because we touch it on leaving.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        _driver_of(app).attrs_before = None
    leave(code)


def _come_back(app: App[int]) -> None:
    if app._exit:  # noqa: SLF001 - Textual does not say it otherwise
        return
    if not _in_front():
        # Whoever ends a stopped job sends two signals, and they may come in any order.
        asyncio.get_running_loop().call_later(_A_MOMENT, _stop_again, app)
        return
    driver = _driver_of(app)
    if not driver._must_signal_resume:  # noqa: SLF001 - stopped without having been asked to
        driver.suspend_application_mode()
    driver.resume_application_mode()
    app.refresh(layout=True)


def _stop_again(app: App[int]) -> None:
    if not (app._exit or _in_front()):  # noqa: SLF001 - see above
        os.kill(os.getpid(), signal.SIGSTOP)


def _driver_of(app: App[int]) -> LinuxDriver:
    driver = app._driver  # noqa: SLF001 - there is no other way to it
    assert isinstance(driver, LinuxDriver), "only a real terminal sends signals"
    return driver


def _in_front() -> bool:
    """Whether the terminal is ours to use: a job behind is stopped when it touches it."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return True  # it has gone: nothing of it can stop us
