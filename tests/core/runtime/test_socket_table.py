import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from proctor.runtime import socket_table
from proctor.runtime.socket_table import (
    ListeningSocket,
    TableUnreadableError,
    ask_netlink,
    listening_sockets,
    read_proc_net,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's table is Linux's")

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:138E 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1
   1: 0100007F:138F 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1
"""


@pytest.fixture
def servers() -> Iterator[dict[int, str]]:
    with ExitStack() as stack:
        made: dict[int, str] = {}
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            server = socket.create_server((address, 0), family=family)
            stack.enter_context(closing(server))
            made[server.getsockname()[1]] = address
        yield made


@pytest.mark.parametrize("read", [ask_netlink, read_proc_net])
def test_both_ways_tell_the_listeners_of_both_families(
    read: Callable[[], tuple[ListeningSocket, ...]], servers: dict[int, str]
) -> None:
    told = {entry.port: entry.address for entry in read()}
    assert servers.items() <= told.items()


def test_both_ways_tell_the_same_inode_and_user(servers: dict[int, str]) -> None:
    mine = {entry for entry in ask_netlink() if entry.port in servers}
    assert len(mine) == 2
    assert mine == {entry for entry in read_proc_net() if entry.port in servers}


def test_more_listeners_than_fit_one_answer_are_all_told() -> None:
    with ExitStack() as stack:
        ports = set()
        for _ in range(600):
            server = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            ports.add(server.getsockname()[1])
        assert ports <= {entry.port for entry in ask_netlink()}


def test_a_text_table_without_ipv6_is_read(tmp_path: Path) -> None:
    (tmp_path / "tcp").write_text(TCP)
    assert read_proc_net(tmp_path) == (ListeningSocket(5006, "127.0.0.1", 4242, 1000),)


def test_where_netlink_is_refused_the_text_table_is_read(
    monkeypatch: pytest.MonkeyPatch, servers: dict[int, str]
) -> None:
    def refuse() -> None:
        raise PermissionError

    monkeypatch.setattr(socket_table, "ask_netlink", refuse)
    assert servers.keys() <= {entry.port for entry in listening_sockets()}


def test_a_machine_that_tells_nothing_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise FileNotFoundError

    monkeypatch.setattr(socket_table, "ask_netlink", refuse)
    monkeypatch.setattr(socket_table, "read_proc_net", refuse)
    with pytest.raises(TableUnreadableError):
        listening_sockets()
