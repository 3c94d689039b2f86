"""Linux: orphans fall to us (subreaper), ends are told by pidfd, trees are read from /proc.

A member is `(pid, start time)`: the number alone may name a stranger a moment later.
"""
# ruff: noqa: PTH110, PTH115, PTH119, PTH123, PTH208 - pathlib costs its import at every start

import os
import signal

_PR_SET_CHILD_SUBREAPER = 36
_STAT_PARENT, _STAT_START, _STAT_ARG_START, _STAT_ARG_END = 1, 19, 45, 46
"""Fields of /proc/PID/stat, counted from the one after the command's closing bracket."""

SURVEY_MILLISECONDS = None
"""How often a tree is looked at while nothing happens: never, for nobody can leave it unseen."""


def adopt_orphans() -> None:
    """Whoever loses its parent below us becomes our child: then `ECHILD` proves an empty tree.

    Raises:
        OSError: the kernel is older than 3.4.
    """
    import _ctypes  # noqa: PLC0415 - a tenth of the time of ctypes, and of its memory

    ourselves = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]  # as `ctypes.CDLL(None)` does
    prctl = _ctypes.dlsym(ourselves, "prctl")
    if _ctypes.call_function(prctl, (_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)):
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) is not known here")


def set_title(text: str) -> None:
    """Name this process for `ps` and `top`; cut to the room that our first command line had."""
    name = text.encode(errors="replace")
    fields = _stat(os.getpid())
    try:
        _write("/proc/self/comm", name[:15])
        if fields is not None:
            start = int(fields[_STAT_ARG_START])
            room = int(fields[_STAT_ARG_END]) - start
            _write("/proc/self/mem", name[: room - 1].ljust(room, b"\0"), at=start)
    except OSError:
        pass  # a hardened system does not allow it; the title is for people's eyes alone


def watch(pid: int) -> int:
    """A descriptor that becomes readable when the process has ended; -1 before Linux 5.3."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def remember(leader: int) -> None:
    """Nothing: whatever becomes of a leader, its tree falls to us."""


def survey() -> None:
    """Nothing: nobody can leave the tree unseen."""


def close_between(first: int, end: int) -> None:
    """Close all descriptors from `first` on, below `end`: one call of the kernel's."""
    os.closerange(first, end)


def children(pid: int) -> list[tuple[int, int]]:
    """The children of a process, all its threads', as members; none if it has gone."""
    found = bytearray()
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    for task in tasks:
        try:
            found += _read(f"/proc/{pid}/task/{task}/children")
        except OSError:
            if not os.path.exists("/proc/thread-self/children"):
                return _scan(pid)  # this kernel was built without these files
    return [member for each in found.split() if (member := _member(int(each))) is not None]


def escaped() -> list[tuple[int, int]]:
    """Members that do not fall to us when their parent ends: there are none under a subreaper."""
    return []


def program_of(pid: int) -> str:
    """The file name of the program that the process runs; empty if it may not be known."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def signal_member(member: tuple[int, int], number: int) -> None:
    """Signal this process and no other, even if its number has been given away meanwhile.

    Raises:
        ProcessLookupError: it has gone.
        PermissionError: it may not be signalled by us.
    """
    pid = member[0]
    try:
        held = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError:  # an old kernel, or no descriptor left: a check just before is what remains
        if _member(pid) != member:
            raise ProcessLookupError from None
        os.kill(pid, number)
        return
    try:
        if _member(pid) != member:
            raise ProcessLookupError
        signal.pidfd_send_signal(held, number)
    finally:
        os.close(held)


def _member(pid: int) -> tuple[int, int] | None:
    fields = _stat(pid)
    return None if fields is None else (pid, int(fields[_STAT_START]))


def _scan(pid: int) -> list[tuple[int, int]]:
    found = []
    for entry in os.listdir("/proc"):
        fields = _stat(int(entry)) if entry.isdigit() else None
        if fields is not None and int(fields[_STAT_PARENT]) == pid:
            found.append((int(entry), int(fields[_STAT_START])))
    return found


def _stat(pid: int) -> list[bytes] | None:
    try:
        return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return None


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _write(path: str, data: bytes, at: int = 0) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        if at:
            os.lseek(file, at, os.SEEK_SET)  # not pwrite: other files than memory refuse that
        os.write(file, data)
    finally:
        os.close(file)
