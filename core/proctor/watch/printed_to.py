"""Files that we print to: as `proctor start --watch > out.txt` does in the app's own folder.

Each line of ours changes such a file, and a restart prints lines: they are no part of the app.
"""

import os
import stat
from pathlib import Path

from proctor.files.true_path import path_behind

_OUTPUTS = (1, 2)


def files_printed_to() -> tuple[Path, ...]:
    """The regular files that standard output and standard error lead to; most often none."""
    return tuple({path for number in _OUTPUTS if (path := _file_behind(number)) is not None})


def _file_behind(descriptor: int) -> Path | None:
    try:
        return path_behind(descriptor) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:  # closed, or its file cannot be named
        return None
