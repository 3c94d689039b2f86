"""News of file changes by the kernel's `inotify` (Linux).

It is asked directly, not by a library, for what the libraries do not give: no wake-up at all while
nothing happens, no watch spent on ignored folders, a new folder watched within the same burst, and
word of the two ways in which it fails (no more watches, more news than its queue holds).
"""

import ctypes
import errno
import os
import select
import struct
import threading
import time
from pathlib import Path

from proctor.watch.notifier import News, NoWatchError

_MODIFY, _ATTRIBUTES, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_ONLY_FOLDER, _NOT_WHEN_UNLINKED = 0x0100_0000, 0x0400_0000
_WANTED = (
    _MODIFY | _ATTRIBUTES | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
    | _ONLY_FOLDER | _NOT_WHEN_UNLINKED
)  # fmt: skip
_OVERFLOW, _WATCH_GONE, _IS_FOLDER = 0x4000, 0x8000, 0x4000_0000
_EVENT = struct.Struct("=iIII")  # watch, mask, cookie, length of the name
_READ_SIZE = 256 * 1024
_GATHER_SECONDS = 0.01


class InotifyNotifier:
    """News by inotify, folder by folder."""

    delay_seconds = _GATHER_SECONDS

    def __init__(self) -> None:
        """Open it.

        Raises:
            NoWatchError: this user has no more instances, or there is no inotify.
        """
        self._library = ctypes.CDLL(None, use_errno=True)
        try:
            self._descriptor = self._library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        except AttributeError as error:  # not Linux
            raise NoWatchError("This system has no inotify.") from error
        if self._descriptor < 0:
            raise NoWatchError(_reason(ctypes.get_errno()))
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)
        self._folders: dict[int, str] = {}
        self._stopped = False
        self._closing = threading.Lock()  # `stop` must not write into a number used anew
        self._is_open = True

    def watch_folder(self, folder: str) -> None:
        """Tell what happens to the entries of this folder; no matter if it is gone.

        Raises:
            NoWatchError: this user has no more watches.
        """
        watch = self._library.inotify_add_watch(self._descriptor, os.fsencode(folder), _WANTED)
        if watch >= 0:
            self._folders[watch] = folder
            return
        number = ctypes.get_errno()
        if number in (errno.ENOSPC, errno.ENOMEM):
            raise NoWatchError(_reason(number))

    def wait(self, seconds: float | None) -> News:
        """Wait for news, so long at most."""
        if self._stopped or not self._poll.poll(None if seconds is None else seconds * 1000):
            return News()
        # A moment more: equal news is merged by the kernel, and a process that writes without
        # end into an ignored file wakes us a hundred times a second, not a hundred thousand.
        if not self._stopped:
            time.sleep(_GATHER_SECONDS)
        return self._read()

    def stop(self) -> None:
        """End the present and every later `wait` at once."""
        self._stopped = True
        with self._closing:
            if self._is_open:
                os.write(self._wake_write, b"x")

    def close(self) -> None:
        """Give all watches back."""
        with self._closing:
            self._is_open = False
            for descriptor in (self._descriptor, self._wake_read, self._wake_write):
                os.close(descriptor)

    def _read(self) -> News:
        events: dict[tuple[int, int, bytes], None] = {}
        while True:
            try:
                packet = os.read(self._descriptor, _READ_SIZE)
            except BlockingIOError:
                break
            _unpack(packet, events)
            if len(packet) < _READ_SIZE // 2:
                break
        return self._sort(events)

    def _sort(self, events: dict[tuple[int, int, bytes], None]) -> News:
        news = News()
        for watch, mask, name in events:
            folder = self._folders.get(watch)
            if mask & _OVERFLOW:
                news.is_incomplete = True
            elif mask & _WATCH_GONE:
                self._folders.pop(watch, None)
            elif folder is None or not name:
                continue
            elif not mask & _IS_FOLDER:
                news.files[f"{folder}/{os.fsdecode(name)}"] = None
            elif mask & (_CREATE | _MOVED_TO | _DELETE | _MOVED_FROM):
                news.folders[f"{folder}/{os.fsdecode(name)}"] = None
        return news


def _unpack(packet: bytes, events: dict[tuple[int, int, bytes], None]) -> None:
    offset = 0
    while offset < len(packet):
        watch, mask, _, length = _EVENT.unpack_from(packet, offset)
        offset += _EVENT.size
        events[watch, mask, packet[offset : offset + length].rstrip(b"\0")] = None
        offset += length


def _reason(number: int) -> str:
    """Why there is no watch, and the way out, as one or two sentences."""
    name = "max_user_instances" if number in (errno.EMFILE, errno.ENFILE) else "max_user_watches"
    try:
        limit = int(Path(f"/proc/sys/fs/inotify/{name}").read_text("ascii"))
    except (OSError, ValueError):
        return f"inotify gives no watch: {os.strerror(number)}."
    return (
        f"The limit of file watches is reached: fs.inotify.{name} is {limit}. "
        f"Raise it: sudo sysctl fs.inotify.{name}={max(2 * limit, 1024)}."
    )
