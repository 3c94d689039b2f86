"""The one door to the terminal UI: imported only where a screen opens."""

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from proctor.control.client import RemoteSession
from proctor.errors import ProctorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_DETACHED = -1
_INTERRUPTED = 130
_QUIT = 131  # by SIGQUIT, which kills at once


def show(lease: socket.socket, supervisor: int) -> int:
    """Show the app of this supervisor until the user leaves or it ends; gives the exit code.

    The supervisor is a child of this process. If it ends before it has anything to show, it has
    said why, and its exit code is ours.
    """
    problem: ProctorError | None = None
    try:
        code = _run(lease)
    except KeyboardInterrupt:  # before the screen was there
        code = _INTERRUPTED
    except ProctorError as error:
        code, problem = error.exit_code, error
    if code == _DETACHED:  # the supervisor lives on, somebody else's child
        lease.close()
        return 0
    if code == _QUIT:
        os.kill(supervisor, signal.SIGQUIT)
    lease.close()
    ended = _wait_for(supervisor)
    if problem is None:
        return code or ended
    if ended == 0 or ended >= 128:  # noqa: PLR2004 - not by a problem that it has told
        from proctor.cli.problems import tell  # noqa: PLC0415 - the screen comes first

        tell(str(problem))
    return ended or code


def _run(lease: socket.socket) -> int:
    async def connect() -> RemoteSession:
        return await RemoteSession.over(lease)

    return _open(connect, holds_lease=True)


def show_attached(session: "Callable[[], Awaitable[RemoteSession]]") -> int:
    """Show an app that runs already, until the user leaves or it ends; gives the exit code.

    Raises:
        ProctorError: the session could not be had.
    """
    return _open(session, holds_lease=False)


def _open(connect: "Callable[[], Awaitable[RemoteSession]]", *, holds_lease: bool) -> int:
    # Textual paints to the standard error, which may have been redirected to a file.
    sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    # The screen is large: where an app is started, it is loaded meanwhile.
    from proctor_tui.app import run_screen  # noqa: PLC0415 - see above

    return run_screen(connect, holds_lease=holds_lease)


def _wait_for(supervisor: int) -> int:
    """Wait until everything has been stopped; ^C kills what is left."""
    while True:
        with suppress(KeyboardInterrupt):
            _, status = os.waitpid(supervisor, 0)
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 70
        os.kill(supervisor, signal.SIGQUIT)
