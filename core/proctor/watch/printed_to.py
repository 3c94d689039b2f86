"""Files that we print to: as `proctor start --watch > out.txt` does in the app's own folder.

Each line of ours changes such a file, and a restart prints lines: they are no part of the app.
"""

import fcntl
import os
import stat
import sys
from pathlib import Path

_OUTPUTS = (1, 2)
_LONGEST_PATH = 1024  # F_GETPATH's own limit on macOS


def files_printed_to() -> tuple[Path, ...]:
    """The regular files that standard output and standard error lead to; most often none."""
    return tuple({path for number in _OUTPUTS if (path := _file_behind(number)) is not None})


def _file_behind(descriptor: int) -> Path | None:
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        if sys.platform == "darwin":
            answer = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
            return Path(os.fsdecode(answer.rstrip(b"\0")))
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError:  # closed, or its file cannot be named
        return None
