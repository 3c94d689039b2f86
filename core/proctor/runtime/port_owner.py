"""Who holds a socket: from its inode to the process, in words for the user."""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_COMMAND_LENGTH = 80


class Owner(NamedTuple):
    """Who listens on a port, as far as the kernel tells us.

    Of a process of another user only the user is told; then `pid` and `command` are None.
    """

    pid: int | None
    command: str | None
    user: str | None

    def __str__(self) -> str:
        if self.pid is not None:
            return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"
        return f"a process of user {self.user}" if self.user else "another process"


def socket_inodes(pid: int) -> set[int]:
    """The inodes of all sockets that a process holds; none if it is gone or not ours to see."""
    inodes: set[int] = set()
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)  # noqa: PTH208 - called often; a Path a descriptor costs more than the call
    except OSError:
        return inodes
    for name in names:
        try:
            target = os.readlink(f"{folder}/{name}")  # noqa: PTH115 - as above
        except OSError:  # closed since it was listed
            continue
        if target.startswith("socket:["):
            inodes.add(int(target[8:-1]))
    return inodes


def owner_of(inodes: Iterable[int], user_ids: Iterable[int]) -> Owner:
    """Find the process that holds one of these sockets.

    Looks through the descriptors of every process, so it is for the moment when a port is found
    taken, not for every look. Of several holders (a server and its forked workers) the oldest
    is named, but never pid 1, which holds sockets on behalf of what it starts.
    """
    wanted = set(inodes)
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names are what is wanted
    holders = [pid for pid in pids if wanted & socket_inodes(pid)]
    holders = [pid for pid in holders if pid != 1] or holders
    user = next((user_name(user_id) for user_id in user_ids), None)
    if not holders:
        return Owner(pid=None, command=None, user=user)
    oldest = min(holders, key=_started_at)
    return Owner(pid=oldest, command=command_of(oldest), user=user)


def command_of(pid: int) -> str | None:
    """What a process was started as, on one line and not too long; None if it is gone."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        if not arguments:  # a kernel thread, or a process on its way out
            arguments = Path(f"/proc/{pid}/comm").read_bytes()
    except OSError:
        return None
    return one_line(arguments.replace(b"\0", b" ").decode(errors="replace"))


def one_line(command: str) -> str:
    """A command line as it may be shown: no control characters, at most 80 characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in command)
    text = " ".join(printable.split())
    return text if len(text) <= _COMMAND_LENGTH else f"{text[: _COMMAND_LENGTH - 1]}…"


def user_name(user_id: int) -> str:
    """The name of a user, or the number where it has no name."""
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)


def _started_at(pid: int) -> int:
    """Clock ticks since boot; the largest number there is for a process that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 1 << 63
    return int(stat[stat.rindex(b")") + 2 :].split()[19])
