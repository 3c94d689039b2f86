"""The listening end of the control socket.

It can be opened before there is an event loop: whoever connects by then is answered later.
"""

import os
import socket
import stat
from pathlib import Path

from proctor.errors import PlatformError

_BACKLOG_OF_CONNECTIONS = 64


def open_listener(path: Path) -> socket.socket:
    """A listening socket that only this user can reach; whoever calls this holds the app's lock.

    It replaces a stale one.

    Raises:
        PlatformError: it cannot be made.
    """
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o077)
    try:
        if path.is_socket() and not path.is_symlink():
            path.unlink()  # left by a supervisor that was killed
        listener.bind(os.fsencode(path))
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        listener.listen(_BACKLOG_OF_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise PlatformError(f"the control socket {path} cannot be made: {error.strerror}",
                            hint="Remove what is in its place") from error  # fmt: skip
    finally:
        os.umask(mask)
    return listener
