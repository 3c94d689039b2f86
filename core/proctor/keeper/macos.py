"""macOS and other kin: no subreaper, no pidfd, no /proc. Untested where this was written.

What is promised here is less than on Linux: members of the living tree, and members of each
process group that a look at the tree has seen. A daemon that leaves its session and loses its
parent between two looks is not found, and when a keeper is killed, its tree gets the
terminal's hang-up and nothing more. Trees are read by libproc, ends are told by kqueue.
"""

import ctypes
import os
import select
import sys

_PROC_PGRP_ONLY = 2
_PROC_PPID_ONLY = 6
_ROOM = 4096
_groups: set[int] = set()


def adopt_orphans() -> None:
    """Nothing: here orphans always fall to the first process of the system."""


def set_title(text: str) -> None:
    """Nothing: the command line cannot be written over here. `text` is not shown."""


def watch(pid: int) -> int:
    """A descriptor that becomes readable when the process has ended; -1 if it has already."""
    if sys.platform == "darwin":
        queue = select.kqueue()
        end = select.kevent(
            pid,
            filter=select.KQ_FILTER_PROC,
            flags=select.KQ_EV_ADD | select.KQ_EV_ONESHOT,
            fflags=select.KQ_NOTE_EXIT,
        )
        try:
            queue.control([end], 0)
            return os.dup(queue.fileno())
        except OSError:
            return -1
        finally:
            queue.close()
    return -1


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
    found = {pid for group in _groups for pid in _pids(_PROC_PGRP_ONLY, group)}
    fallen = set(_pids(_PROC_PPID_ONLY, 1))
    return [(pid, 0) for pid in found & fallen]


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


def _pids(kind: int, of: int) -> list[int]:
    buffer = (ctypes.c_int * _ROOM)()
    size = ctypes.CDLL(None).proc_listpids(kind, of, buffer, ctypes.sizeof(buffer))
    return [pid for pid in buffer[: max(size, 0) // ctypes.sizeof(ctypes.c_int)] if pid > 0]
