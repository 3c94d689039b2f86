"""All processes of one trial, found by a variable in their environment, and what they cost."""

import os
import signal
from pathlib import Path

VARIABLE = "PROCTOR_BENCH_TRIAL"
CHILD = b"bench-child"


class Family:
    """The processes whose environment holds this trial's mark; a number is never taken twice."""

    def __init__(self, mark: str) -> None:
        self._mark = f"{VARIABLE}={mark}".encode()
        self._born: dict[int, bytes] = {}

    def members(self) -> list[int]:
        """The pids of those alive."""
        for pid in [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]:
            if pid not in self._born and self._mark in read(pid, "environ"):
                self._born[pid] = _birth(pid)
        return [pid for pid, birth in self._born.items() if birth and _birth(pid) == birth]

    def add(self, pid: int) -> None:
        """Count this one in, whatever its environment says."""
        self._born[pid] = _birth(pid)

    def children(self) -> list[int]:
        """Those that a tool was told to run."""
        return [pid for pid in self.members() if _is_child(pid)]

    def tool(self) -> list[int]:
        """The tool's own: all but what it was told to run."""
        return [pid for pid in self.members() if not _is_child(pid)]

    def end(self) -> None:
        """Kill all."""
        for pid in self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def read(pid: int, what: str) -> bytes:
    """A file of `/proc/PID`; empty if the process has gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def cpu_seconds(pid: int) -> float:
    """What a process has used, all its threads; to the nanosecond, where ticks are too coarse."""
    total = 0
    for task in _tasks(pid):
        words = read(pid, f"task/{task}/schedstat").split()
        total += int(words[0]) if words else 0
    return total / 1e9


def private_bytes(pid: int) -> int:
    """Memory that would come free if this process ended."""
    lines = read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Private_"))


def written_bytes(pid: int, *, first_thread: bool) -> int:
    """What a process, or its first thread alone, has written so far."""
    for line in read(pid, f"task/{pid}/io" if first_thread else "io").splitlines():
        if line.startswith(b"wchar"):
            return int(line.split()[1])
    return 0


def name_of(pid: int) -> str:
    """What a process calls itself."""
    return read(pid, "cmdline").split(b"\0")[0].decode(errors="replace")


def _tasks(pid: int) -> list[str]:
    try:
        return [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []


def _is_child(pid: int) -> bool:
    # The second word where the first is an interpreter; a shell's holds "-c".
    return any(CHILD in Path(os.fsdecode(word)).name.encode() for word in _first_words(pid))


def _first_words(pid: int) -> list[bytes]:
    return read(pid, "cmdline").split(b"\0")[:2]


def _birth(pid: int) -> bytes:
    """When it was started; empty for a process that has ended, collected or not."""
    words = read(pid, "stat").rpartition(b")")[2].split()
    return b"" if not words or words[0] in (b"Z", b"X") else words[19]
