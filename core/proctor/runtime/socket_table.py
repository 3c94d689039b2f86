"""The kernel's own table of listening TCP sockets (Linux).

It is asked for by netlink (`sock_diag`, the way of `ss`): one request a family, some 0.03 ms,
and no process notices. Where netlink is refused (some containers and sandboxes), the text of
`/proc/net/tcp` and `tcp6` says the same, slower.
"""

import _socket  # what the socket module adds costs its import before the first start
import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class ListeningSocket(NamedTuple):
    """One socket that takes connections: `inode` is how `/proc/PID/fd` names it."""

    port: int
    address: str
    inode: int
    user_id: int


class TableUnreadableError(Exception):
    """This kernel does not tell which sockets listen."""


def listening_sockets() -> tuple[ListeningSocket, ...]:
    """All listening TCP sockets of this network namespace, IPv4 and IPv6.

    Raises:
        TableUnreadableError: neither netlink nor `/proc/net` answers.
    """
    try:
        return ask_netlink()
    except (OSError, AttributeError):  # no AF_NETLINK in this Python, or the kernel refuses it
        pass
    try:
        return read_proc_net()
    except OSError as error:
        raise TableUnreadableError(str(error)) from error


# --- netlink ----------------------------------------------------------------------------------

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_DUMP_INTERRUPTED = 0x10  # the table changed while it was being told
_STATE_LISTEN = 10
_REPLY_SECONDS = 1.0  # the kernel answers within the call; this only bounds a broken sandbox
_DUMP_TRIES = 3

_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port id
_REQUEST = struct.Struct("=BBBxI48x")  # family, protocol, extensions, states, any address
# family, state, timer, retransmits, source and destination port (big endian) | source and
# destination address, interface, cookie | expires, two queues, user, inode
_ANSWER = struct.Struct("=4s2s2s16s16s12s5I")
_ERROR = struct.Struct("=i")


def ask_netlink() -> tuple[ListeningSocket, ...]:
    """The table by netlink.

    Raises:
        OSError: the kernel has no `sock_diag`, or does not let us use it.
    """
    with contextlib.closing(
        _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, _NETLINK_SOCK_DIAG)
    ) as netlink:
        netlink.settimeout(_REPLY_SECONDS)
        found: list[ListeningSocket] = []
        for family in (_socket.AF_INET, _socket.AF_INET6):
            found.extend(_dump(netlink, family))
    return tuple(found)


def _dump(netlink: _socket.socket, family: int) -> list[ListeningSocket]:
    found: list[ListeningSocket] = []
    for attempt in range(1, _DUMP_TRIES + 1):
        body = _REQUEST.pack(family, _socket.IPPROTO_TCP, 0, 1 << _STATE_LISTEN)
        header = _HEADER.pack(
            _HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, attempt, 0
        )
        netlink.send(header + body)
        found, interrupted = _read_answers(netlink, family)
        if not interrupted:
            break
    return found


def _read_answers(netlink: _socket.socket, family: int) -> tuple[list[ListeningSocket], bool]:
    found: list[ListeningSocket] = []
    interrupted = False
    while True:
        for kind, flags, body in _messages(netlink.recv(65536)):
            interrupted = interrupted or bool(flags & _DUMP_INTERRUPTED)
            if kind == _NLMSG_DONE:
                return found, interrupted
            if kind == _NLMSG_ERROR:
                raise OSError(-_ERROR.unpack_from(body)[0], "sock_diag refused")
            found.append(_parse_answer(body, family))


def _messages(packet: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset = 0
    while offset + _HEADER.size <= len(packet):
        length, kind, flags, _, _ = _HEADER.unpack_from(packet, offset)
        if length < _HEADER.size:
            raise OSError("netlink answered with a message of no length")
        yield kind, flags, packet[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


def _parse_answer(body: bytes, family: int) -> ListeningSocket:
    _, port, _, source, _, _, _, _, _, user_id, inode = _ANSWER.unpack_from(body)
    size = 4 if family == _socket.AF_INET else 16
    return ListeningSocket(
        port=int.from_bytes(port, "big"),
        address=_socket.inet_ntop(family, source[:size]),
        inode=inode,
        user_id=user_id,
    )


# --- /proc/net --------------------------------------------------------------------------------


def read_proc_net(folder: Path = Path("/proc/net")) -> tuple[ListeningSocket, ...]:
    """The table from `/proc/net/tcp` and `tcp6`.

    Raises:
        OSError: `/proc` is not there. A kernel without IPv6 merely has no `tcp6`.
    """
    lines = (folder / "tcp").read_text("ascii").splitlines()[1:]
    with contextlib.suppress(FileNotFoundError):
        lines += (folder / "tcp6").read_text("ascii").splitlines()[1:]
    return tuple(_parse_line(line.split()) for line in lines if line.split()[3] == "0A")


def _parse_line(words: list[str]) -> ListeningSocket:
    address, _, port = words[1].partition(":")
    return ListeningSocket(
        port=int(port, 16),
        address=_parse_address(address),
        inode=int(words[9]),
        user_id=int(words[7]),
    )


def _parse_address(text: str) -> str:
    # Each group of eight digits is one 32-bit word, printed as a number of this machine.
    packed = b"".join(
        struct.pack("=I", int(text[start : start + 8], 16)) for start in range(0, len(text), 8)
    )
    return _socket.inet_ntop(_socket.AF_INET if len(packed) == 4 else _socket.AF_INET6, packed)  # noqa: PLR2004 - bytes of an IPv4 address
