"""Who belongs to a process: its children, theirs, and so on.

On Linux the kernel keeps a list of children per thread, so a tree costs a few file reads (20 trees:
about 2 ms); elsewhere psutil goes through all processes. Either way it is a picture taken while
processes come and go, good for looking at; what must be *known* (that a tree is empty) the
keeper tells.
"""

import os
import sys

from proctor.runtime.port_owner import command_of


def members(keeper: int) -> tuple[int, ...]:
    """The pids of a process's whole tree, given its keeper's pid, which is not among them.

    Daemons that left their parents are included, since these fall to the keeper. Empty if the
    keeper has gone.
    """
    if sys.platform == "linux" and _KERNEL_LISTS_CHILDREN:
        return _by_lists_of_children(keeper)
    from proctor.runtime import portable  # noqa: PLC0415 - psutil is not needed on Linux

    return portable.descendants(keeper)


def describe(pid: int) -> str:
    """A process for the user's eyes, as "4711 redis-server"; its pid alone if it has gone."""
    if sys.platform == "linux":
        command = command_of(pid)
    else:
        from proctor.runtime import portable  # noqa: PLC0415 - psutil is not needed on Linux

        command = portable.command_of(pid)
    return f"{pid} {command}" if command else str(pid)


def _by_lists_of_children(pid: int) -> tuple[int, ...]:
    found: dict[int, None] = {}
    waiting = _children(pid)
    while waiting:
        member = waiting.pop()
        # A pid seen twice moved between two reads; to follow it again could go in circles.
        if member not in found:
            found[member] = None
            waiting.extend(_children(member))
    return tuple(found)


def _children(pid: int) -> list[int]:
    folder = f"/proc/{pid}/task"
    children: list[int] = []
    try:
        threads = os.listdir(folder)  # noqa: PTH208 - many times a second
    except OSError:
        return children
    for thread in threads:
        try:
            descriptor = os.open(f"{folder}/{thread}/children", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # the thread has ended
            continue
        try:
            children.extend(map(int, _read_all(descriptor).split()))
        except OSError:
            continue
        finally:
            os.close(descriptor)
    return children


def _read_all(descriptor: int) -> bytes:
    """The kernel gives a list of children in pieces of at most a page."""
    pieces = [os.read(descriptor, 65536)]
    while pieces[-1]:
        pieces.append(os.read(descriptor, 65536))
    return b"".join(pieces)


# Some kernels are built without the lists.
_KERNEL_LISTS_CHILDREN = os.access(f"/proc/self/task/{os.getpid()}/children", os.R_OK)
