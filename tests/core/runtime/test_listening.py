import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from proctor.runtime import portable
from proctor.runtime.listening import Listening, PerProcess, listening
from proctor.runtime.port_owner import one_line

LISTENER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""
FORKING_LISTENER = """
import os, socket, sys
server = socket.create_server(("127.0.0.1", 0))
child = os.fork()
if child == 0:
    sys.stdin.read()
    os._exit(0)
print(server.getsockname()[1], child, flush=True)
sys.stdin.read()
os.waitpid(child, 0)
"""


Look = Callable[[], Listening]


def look_per_process() -> Listening:
    return PerProcess(portable)


looks = pytest.mark.parametrize("look", [listening, look_per_process])


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        yield made


def start(script: str, *command: str) -> tuple[subprocess.Popen[str], list[int]]:
    child = subprocess.Popen(
        [*command, sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    return child, [int(word) for word in child.stdout.readline().split()]


def end(child: subprocess.Popen[str]) -> None:
    child.communicate(timeout=10)


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


@looks
def test_a_port_that_somebody_listens_on_is_taken(look: Look, server: socket.socket) -> None:
    assert look().is_taken(port_of(server))


@looks
def test_a_port_is_free_again_when_its_listener_has_gone(look: Look, server: socket.socket) -> None:
    port = port_of(server)
    server.close()
    assert not look().is_taken(port)


@looks
def test_a_process_is_seen_to_listen_and_another_is_not(look: Look, server: socket.socket) -> None:
    child, (theirs,) = start(LISTENER)
    try:
        table = look()
        assert table.ports_of([child.pid]) == {theirs}
        assert port_of(server) in table.ports_of([os.getpid()])
        assert table.listens([child.pid], theirs)
        assert not table.listens([os.getpid()], theirs)
        assert not table.listens([child.pid], port_of(server))
    finally:
        end(child)


@looks
def test_a_listener_on_ipv6_counts(look: Look) -> None:
    with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)) as server:
        table = look()
        assert table.is_taken(port_of(server))
        assert table.listens([os.getpid()], port_of(server))


@looks
def test_the_owner_of_a_port_is_named_with_pid_and_command(look: Look) -> None:
    child, (port,) = start(LISTENER)
    try:
        owner = look().owner(port)
        assert owner is not None
        assert owner.pid == child.pid
        assert str(owner).startswith(f"process {child.pid} ({sys.executable} -c import socket")
    finally:
        end(child)


@looks
def test_a_free_port_has_no_owner(look: Look, server: socket.socket) -> None:
    port = port_of(server)
    server.close()
    assert look().owner(port) is None


@looks
def test_a_process_that_has_gone_listens_nowhere(look: Look) -> None:
    child, (port,) = start(LISTENER)
    table = look()
    end(child)
    assert table.ports_of([child.pid]) == frozenset()
    assert not table.listens([child.pid], port)


def test_of_a_server_and_its_forked_worker_both_listen_and_the_server_is_the_owner() -> None:
    child, (port, worker) = start(FORKING_LISTENER)
    try:
        table = listening()
        assert table.listens([child.pid], port)
        assert table.listens([worker], port)
        owner = table.owner(port)
        assert owner is not None
        assert owner.pid == child.pid
    finally:
        end(child)


def test_a_connected_socket_is_no_listener(server: socket.socket) -> None:
    with closing(socket.create_connection(server.getsockname())) as connection:
        assert connection.getsockname()[1] not in listening().ports_of([os.getpid()])


def test_nobody_is_connected_to_by_looking(server: socket.socket) -> None:
    listening().is_taken(port_of(server))
    listening().owner(port_of(server))
    server.setblocking(False)
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root to be another user"
)
def test_of_another_users_listener_the_user_is_named_where_the_kernel_hides_the_process(
    server: socket.socket,
) -> None:
    # The looker is the other user here: it may not see the descriptors of root's processes.
    script = (
        "from proctor.runtime.listening import listening;"
        f"print(listening().owner({port_of(server)}))"
    )
    told = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert told.stdout == "a process of user root\n"


def test_a_command_with_control_characters_is_shown_on_one_harmless_line() -> None:
    assert one_line("run\x1b[31m\nthis\t now") == "run [31m this now"
    assert len(one_line("x" * 500)) == 80


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's table is Linux's")
def test_a_look_costs_microseconds() -> None:
    fastest = min(_seconds_of_a_look() for _ in range(50))
    assert fastest < 0.002


def _seconds_of_a_look() -> float:
    begun = time.perf_counter()
    listening()
    return time.perf_counter() - begun
