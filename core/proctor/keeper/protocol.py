"""The wire between supervisor, guardian and keepers.

Supervisor to guardian: frames (five bytes of length and number of descriptors, then fields
separated by NUL, for none can hold one), their descriptors by SCM_RIGHTS:

    lock                            1: the app's lock, held by all keepers from then on
    start RUN …                     a `Start`, see there

All else is lines of words, in both directions:

    guardian to supervisor          swept RUN
    supervisor to keeper            order SCOPE SIGNAL · kill · signal NUMBER · size COLUMNS ROWS
    keeper to supervisor            kept PID · started LEADER · failed ERRNO STAGE · stopped SIGNAL
                                    continued · left STATUS · denied PID · gone · bug TEXT

End of file without `gone` from a keeper: it is lost, its tree is not known to be empty.
"""

import _socket  # the socket module is five times slower to import, and nothing of it is needed
import os

_HEAD = 5
_MOST_DESCRIPTORS = 8
_READ = 1 << 16


class Start:
    """All that a keeper has to know to start one run, and to end it by its own clock.

    `environment` holds NAME=VALUE entries, `folder` is absolute, `stop_scope` is whom a stop
    tells first, "roots" or "all". Descriptors in this order:
    the keeper's socket; with a terminal: slave, master; with pipes: writing ends of stdout and
    stderr, reading ends of stdout and stderr, and both ends of stdin if it is to stay open.
    """

    __slots__ = (
        "argv", "environment", "folder", "grace_seconds", "run", "stop_scope", "stop_signal",
        "terminal",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - a field each; dataclasses and typing cost their import
        self,
        *,
        run: str,
        argv: list[bytes],
        environment: list[bytes],
        folder: bytes,
        stop_signal: int,
        grace_seconds: float,
        terminal: bool,
        stop_scope: str = "roots",
    ) -> None:
        self.run = run
        self.argv = argv
        self.environment = environment
        self.folder = folder
        self.stop_signal = stop_signal
        self.grace_seconds = grace_seconds
        self.terminal = terminal
        self.stop_scope = stop_scope

    def fields(self) -> list[bytes]:
        """This order as the fields of a frame."""
        numbers = (
            f"{self.stop_signal} {self.grace_seconds} {int(self.terminal)} {self.stop_scope}"
            f" {len(self.argv)}"
        )
        return [
            b"start",
            self.run.encode(),
            numbers.encode(),
            self.folder,
            *self.argv,
            *self.environment,
        ]

    @property
    def descriptors(self) -> int:
        """How many of them are needed at least."""
        return 3 if self.terminal else 5

    @classmethod
    def of(cls, fields: list[bytes]) -> "Start":
        """Read it back from the fields of a frame."""
        stop_signal, grace, terminal, scope, count = fields[2].split()
        words = 4 + int(count)
        return cls(
            run=fields[1].decode(),
            argv=fields[4:words],
            environment=fields[words:],
            folder=fields[3],
            stop_signal=int(stop_signal),
            grace_seconds=float(grace),
            terminal=terminal == b"1",
            stop_scope=scope.decode(),
        )


def frame(fields: list[bytes], descriptors: int) -> bytes:
    """The bytes of one frame; its first byte must travel with that many descriptors."""
    body = b"\0".join(fields)
    return len(body).to_bytes(4, "big") + bytes([descriptors]) + body


def send_some(sock: _socket.socket, data: bytes, descriptors: list[int]) -> int:
    """Send what fits, the descriptors with the first byte. How many bytes went.

    Raises:
        BlockingIOError: nothing fits at the moment.
        OSError: nobody reads it any more.
    """
    if not descriptors:
        return sock.send(data)
    packed = memoryview(bytearray(4 * len(descriptors))).cast("i")
    for place, fd in enumerate(descriptors):
        packed[place] = fd
    return sock.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed.tobytes())])


class Frames:
    """The reading end of frames: collects bytes and descriptors, never blocks for the rest."""

    def __init__(self, sock: _socket.socket) -> None:
        self._sock = sock
        self._bytes = bytearray()
        self._batches: list[list[int]] = []

    def receive(self) -> bool:
        """Take in what has come. False at the end of file."""
        room = _socket.CMSG_SPACE(4 * _MOST_DESCRIPTORS)
        try:
            data, ancillary, flags, _ = self._sock.recvmsg(_READ, room)
        except BlockingIOError:
            return True
        except OSError:
            return False
        for level, kind, packed in ancillary:
            if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                whole = memoryview(packed)[: len(packed) // 4 * 4]
                self._batches.append(whole.cast("i").tolist())
        if flags & _socket.MSG_CTRUNC and not ancillary:
            self._batches.append([])  # no descriptor may be had here: its frame gets none
        self._bytes += data
        return bool(data)

    def take(self) -> "tuple[list[bytes], list[int]] | None":
        """The next whole frame and its descriptors, now the caller's; None if there is none.

        There are fewer descriptors than were sent if this process may not have so many.
        """
        size = int.from_bytes(self._bytes[:4], "big") + _HEAD
        if len(self._bytes) < size:
            return None
        descriptors = self._batches.pop(0) if self._bytes[4] else []
        fields = bytes(self._bytes[_HEAD:size]).split(b"\0")
        del self._bytes[:size]
        return fields, descriptors


class Wire:
    """One end of a socket that carries lines both ways; never blocks, loses nothing."""

    def __init__(self, fd: int) -> None:
        self._sock = _socket.socket(fileno=fd)
        self._sock.setblocking(False)
        self._heard = b""
        self.unsent = b""
        self.ended = False

    @property
    def socket(self) -> _socket.socket:
        """The socket itself, for frames."""
        return self._sock

    def fileno(self) -> int:
        """The descriptor, to wait for."""
        return self._sock.fileno()

    def say(self, *words: object) -> None:
        """Send one line, now or as soon as there is room; nothing if the other end has gone."""
        self.unsent += " ".join(map(str, words)).encode(errors="replace") + b"\n"
        self.flush()

    def flush(self) -> None:
        """Send what is waiting, as far as there is room."""
        try:
            while self.unsent:
                self.unsent = self.unsent[self._sock.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent = b""  # nobody reads it any more; the end of file tells that as well

    def hear(self) -> list[list[str]]:
        """The lines that have come whole, as words; sets `ended` at the end of file."""
        try:
            data = self._sock.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        self.ended = not data
        *lines, self._heard = (self._heard + data).split(b"\n")
        return [line.decode().split(" ") for line in lines]

    def close(self) -> None:
        """Close the socket; the other end reads its end of file."""
        self._sock.close()


def close_all(descriptors: list[int]) -> None:
    """Close each of them."""
    for fd in descriptors:
        os.close(fd)
