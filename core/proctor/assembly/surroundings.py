"""What an app is run with, apart from what it is."""

import _socket
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from proctor.control.places import Places
from proctor.model.configuration import AppConfiguration

if TYPE_CHECKING:
    import socket


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what is around a running app.

    `guardian` is our end of the guardian's socket, `guardian_pid` its process. `places` is None
    for a library that shares nothing; `lock_fd` is the app's lock, which guardian and keepers
    inherit. `lease` is a socket to the screen with which the app ends. `read_again` reads the
    app's files; it may block. With `owns_process` this process is the app's supervisor and nothing
    else: signals to it mean the app, and all its children are ours.
    """

    guardian: _socket.socket
    guardian_pid: int
    read_again: Callable[[], AppConfiguration]
    places: Places | None = None
    lock_fd: int | None = None
    lease: "socket.socket | None" = None
    owns_process: bool = True
    ends_with: str = "proctor quit"
    pid: int = msgspec.field(default_factory=os.getpid)
