"""What a file was when it was last looked at: enough to tell a change of content from a touch."""

import os
import stat
from hashlib import blake2b
from typing import NamedTuple

LARGEST_READ = 256 * 1024  #: bytes; of larger files a touch counts as a change


class Fingerprint(NamedTuple):
    """A regular file's time, size, executable bits, and digest once it has been read."""

    modified_ns: int
    size: int
    executable: int
    digest: bytes | None = None

    def same_status(self, other: "Fingerprint") -> bool:
        """Is all but the content known to be the same?"""
        return self[:3] == other[:3]


def look(path: str) -> Fingerprint | None:
    """A file as it is now, without its digest; None if there is no regular file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - called for every file of the app
    except (OSError, ValueError):
        return None
    return of_status(status)


def of_status(status: os.stat_result) -> Fingerprint | None:
    """The fingerprint that a file's status gives; None if it is no regular file."""
    if not stat.S_ISREG(status.st_mode):
        return None
    return Fingerprint(status.st_mtime_ns, status.st_size, status.st_mode & 0o111)


def with_digest(path: str, seen: Fingerprint) -> Fingerprint:
    """The same with its digest, unless the file is too large, unreadable, or has changed since."""
    if seen.size > LARGEST_READ:
        return seen
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - called for every file of the app
            content = file.read(LARGEST_READ + 1)
            after = of_status(os.fstat(file.fileno()))
    except OSError:
        return seen
    if after is None or not after.same_status(seen) or len(content) != seen.size:
        return seen
    return seen._replace(digest=blake2b(content, digest_size=16).digest())


def differs(path: str, before: Fingerprint, now: Fingerprint) -> tuple[bool, Fingerprint]:
    """Has the content (or the executable bit) changed? And what to remember of the file.

    A file whose digest is known is read again even if its time is the same: two saves within one
    tick of the file system's clock have one time.
    """
    if (before.size, before.executable) != (now.size, now.executable):
        return True, now
    if before.digest is None:
        return before.modified_ns != now.modified_ns, now
    read = with_digest(path, now)
    if read.digest is None:
        return before.modified_ns != now.modified_ns, now
    return read.digest != before.digest, read
