"""macOS and other kin: no subreaper, no pidfd, no /proc. Untested where this was written.

What is promised here is less than on Linux: members of the living tree, and members of each
process group that a look at the tree has seen; one is taken every two seconds, and at a stop.
A daemon that leaves its session and loses its parent between two looks is not found.
Trees are read by libproc.
"""
# ruff: noqa: PTH208 - pathlib costs its import at every start

import ctypes
import os
from contextlib import suppress

_PROC_PGRP_ONLY = 2
_PROC_PPID_ONLY = 6
_ROOM = 4096
SURVEY_MILLISECONDS = 2000
"""How often a tree is looked at while nothing happens."""
_groups: set[int] = set()


def adopt_orphans() -> None:
    """Nothing: here orphans always fall to the first process of the system."""


def set_title(text: str) -> None:
    """Nothing: the command line cannot be written over here. `text` is not shown."""


def watch(pid: int) -> int:
    """-1: nothing that could be handed on tells the end of a process; end of file has to.

    A kqueue would, but no child inherits it, and it passes through no socket.
    """
    del pid
    return -1


def remember(leader: int) -> None:
    """Look after the group of a leader from its first moment on.

    Without a subreaper its members are found by this number alone once the leader has ended.
    """
    with suppress(OSError):  # its program runs already: it has made the group itself
        os.setpgid(leader, leader)
    _groups.add(leader)


def survey() -> None:
    """Look at the whole tree below this process, to know the groups of all its members."""
    waiting = [os.getpid()]
    seen = set(waiting)
    while waiting:
        found = [child for child, _ in children(waiting.pop()) if child not in seen]
        seen.update(found)
        waiting += found


def close_between(first: int, end: int) -> None:
    """Close all descriptors from `first` on, below `end`.

    `os.closerange` would try each number here: a million calls for each start.
    """
    for name in os.listdir("/dev/fd"):
        if first <= int(name) < end:
            with suppress(OSError):  # the folder's own, closed since
                os.close(int(name))


def children(pid: int) -> list[tuple[int, int]]:
    """The children of a process, as members; their groups are remembered for `escaped`."""
    found = _pids(_PROC_PPID_ONLY, pid)
    for child in found:
        try:
            group = os.getpgid(child)
        except OSError:
            continue
        if group != os.getpgid(0):
            _groups.add(group)
    return [(child, 0) for child in found]


def escaped() -> list[tuple[int, int]]:
    """Members of the groups seen so far whose parent is none of theirs nor ours."""
    found = set()
    for group in tuple(_groups):
        members = _pids(_PROC_PGRP_ONLY, group)
        if not members:
            _groups.discard(group)  # its number may be given to a stranger's from now on
        found.update(members)
    return [(pid, 0) for pid in found.intersection(_fallen())] if found else []


def program_of(pid: int) -> str:
    """The file name of the program that the process runs; empty if it may not be known."""
    buffer = ctypes.create_string_buffer(_ROOM)
    size = ctypes.CDLL(None).proc_pidpath(pid, buffer, _ROOM)
    return os.fsdecode(buffer.value).rpartition("/")[2] if size > 0 else ""


def signal_member(member: tuple[int, int], number: int) -> None:
    """Signal this process; nothing here protects from a number that was given away.

    Raises:
        ProcessLookupError: it has gone.
        PermissionError: it may not be signalled by us.
    """
    os.kill(member[0], number)


def _fallen() -> list[int]:
    """Whoever has lost its parent: the children of the first process."""
    return _pids(_PROC_PPID_ONLY, 1)


def _pids(kind: int, of: int) -> list[int]:
    buffer = (ctypes.c_int * _ROOM)()
    size = ctypes.CDLL(None).proc_listpids(kind, of, buffer, ctypes.sizeof(buffer))
    return [pid for pid in buffer[: max(size, 0) // ctypes.sizeof(ctypes.c_int)] if pid > 0]
