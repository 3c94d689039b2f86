"""What Linux tells in `/proc`, asked through psutil instead: for systems without `/proc` (macOS).

Slower and with gaps: nothing is told of other users' processes. It is imported only where it is
needed, so that a start on Linux does not pay for psutil.
"""

import socket

import psutil  # type: ignore[import-untyped]  # it ships no types

from proctor.runtime.port_owner import Owner, one_line

_CONNECT_SECONDS = 0.2


def ports_of_process(pid: int) -> frozenset[int]:
    """The ports that a process listens on; none if it is gone or another user's."""
    try:
        connections = psutil.Process(pid).net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return frozenset()
    return frozenset(
        connection.laddr.port
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and connection.laddr
    )


def find_owner(port: int) -> Owner | None:
    """Which process listens on a port, among those we may look at."""
    for process in psutil.process_iter():
        if port in ports_of_process(process.pid):
            return _describe(process)
    return None


def accepts_connections(port: int) -> bool:
    """Does anybody take a connection on this port? The last resort: the listener notices."""
    for host in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((host, port), timeout=_CONNECT_SECONDS):
                return True
        except OSError:
            continue
    return False


def _describe(process: psutil.Process) -> Owner:
    try:
        command = one_line(" ".join(process.cmdline()) or process.name())
        return Owner(pid=process.pid, command=command, user=process.username())
    except psutil.Error:
        return Owner(pid=process.pid, command=None, user=None)


def descendants(pid: int) -> tuple[int, ...]:
    """All processes below this one, without itself; none if it has gone."""
    try:
        return tuple(child.pid for child in psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return ()


def command_of(pid: int) -> str | None:
    """What a process was started as, on one line; None if it has gone."""
    try:
        process = psutil.Process(pid)
        return one_line(" ".join(process.cmdline()) or process.name())
    except psutil.Error:
        return None


def account_of(pid: int) -> tuple[float, float, int, int, bool] | None:
    """The numbers of `metrics.Account`; None if the process has gone or is another user's.

    What a process shares is not told cheaply here: all its memory counts as its own.
    """
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times, memory = process.cpu_times(), process.memory_info()
            is_alive = process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return times.user + times.system, children, memory.rss, 0, is_alive
