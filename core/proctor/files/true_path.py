"""The one path of a folder: absolute, without links, each name as the folder above spells it.

On a file system that does not tell cases apart, as those of macOS, `~/Shop` and `~/shop` are one
folder: the app in it has to be one app, and news of its files name the true one.
"""

import fcntl
import os
import sys
from pathlib import Path

_LONGEST_PATH = 1024  # F_GETPATH's own limit on macOS


def true_path(path: Path) -> Path:
    """The one path of what is there; where nothing is, without links as far as there is."""
    real = Path(os.path.realpath(path))
    return _as_spelled(real) if sys.platform == "darwin" else real


def path_behind(descriptor: int) -> Path:
    """The path of the file that is open here.

    Raises:
        OSError: it has none, or none that the system tells.
    """
    if sys.platform == "darwin":
        answer = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
        return Path(os.fsdecode(answer.rstrip(b"\0")))
    else:  # noqa: RET505 - so that a type checker sees that this is for another system
        return Path(f"/proc/self/fd/{descriptor}").readlink()


def _as_spelled(real: Path) -> Path:
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:  # gone, or not to be read by us
        return real
    try:
        return path_behind(descriptor)
    except OSError:
        return real
    finally:
        os.close(descriptor)
