"""Env files that any user of this machine can read: warned of once, and not at every start.

With the usual umask every new file is such a one. A warning that always comes is not read.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from proctor.model.configuration import AppConfiguration
from proctor.model.quoting import printable


def exposed_warning(app: AppConfiguration, marker: Path) -> str | None:
    """The warning of the app's env files; None if nothing is new since it was given.

    The file `marker` keeps when that was: a file that was written, or opened to others, since
    then is news. Where it cannot be kept, the warning comes again.
    """
    exposed = [path for path in map(Path, app.env_paths) if _everybody_can_read(path)]
    if not any(_changed_since(path, marker) for path in exposed):
        return None
    with suppress(OSError):
        marker.touch(mode=0o600)
    names = " ".join(printable(_name_from(app.root, path)) for path in exposed)
    return f"every user of this machine can read {names} (chmod 600 {names} ends that)"


def _everybody_can_read(path: Path) -> bool:
    # A file that all may read is still private in a folder that others may not enter.
    try:
        return bool(path.stat().st_mode & stat.S_IROTH) and all(
            folder.stat().st_mode & stat.S_IXOTH for folder in path.parents
        )
    except OSError:
        return False


def _changed_since(path: Path, marker: Path) -> bool:
    try:
        return path.stat().st_ctime_ns > marker.stat().st_mtime_ns  # of a change of modes, too
    except OSError:
        return True


def _name_from(root: str, path: Path) -> str:
    return os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
