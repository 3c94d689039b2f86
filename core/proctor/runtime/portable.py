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
