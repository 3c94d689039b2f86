"""The worker of one search, in an interpreter of its own.

The supervisor writes frames to our standard input, a socket, and we answer on the same one. A
pattern may take for ever on a line, in one call that nothing in this process can interrupt: so
the one who waits for us kills us, and a timer of the kernel's does when we have used too much
time for one chunk.

A frame to us is a line of JSON, followed by as many bytes as its `size` says:

    {"query": {...}}                        once, first
    {"entries": [...], "size": n}           lines that memory holds
    {"files": [...]}                        what to read from files; the working folder holds them
    {"end": true}

A frame from us is four bytes of length (big-endian) and JSON: hits, and how far we are; the last
one says why it is the last.
"""

import json
import math
import os
import signal
import time
import warnings
from bisect import bisect_right
from operator import itemgetter
from typing import Any, BinaryIO

from proctor.search.matching import BadPattern, Matcher, cut, shown
from proctor.search.stored import Chunk, Entry, File, chunks, segments

PATIENCE_SECONDS = 5.0
"""Time of the processor that one chunk may take; then the pattern is at fault, and we end."""

_REPORT_SECONDS = 0.05
_REPORT_CHARACTERS = 64 * 1024
_BUFFER_BYTES = 256 * 1024
_SOCKET = 0


class _Enough(Exception):  # noqa: N818 - an ending, not an error
    """As many lines were found as were asked for."""


class Search:
    """One search: takes chunks, reports what is in them."""

    def __init__(self, query: dict[str, Any]) -> None:
        self._matcher = Matcher(
            query["text"], regex=query["regex"], ignore_case=query["ignore_case"]
        )
        self._targets = frozenset(query["targets"])
        self._newest_first: bool = query["newest_first"]
        self._left: int | None = query["limit"]
        self._width: int = query["width"]
        self._since: float = query["since"] or 0.0
        until: float | None = query["until"]
        self._until = math.inf if until is None else until
        self._hits: list[tuple[object, ...]] = []
        self._characters = 0
        self._searched = 0
        self._lines = 0
        self._found = 0
        self._reached: float | None = None
        self._report_at = 0.0  # the first hit is told at once

    def take(self, chunk: Chunk) -> None:
        """Look through a chunk.

        Raises:
            _Enough: no more lines are wanted.
        """
        if chunk.entries:
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE_SECONDS)
            self._look_through(chunk)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._reached = chunk.entries[0 if self._newest_first else -1].at
        self._searched += chunk.size
        if self._left == 0:
            raise _Enough
        self._report_if_due()

    def take_files(self, files: list[File]) -> None:
        """Look through what is on disk."""
        found = segments(files, since=self._since, until=self._until)
        for segment in reversed(found) if self._newest_first else found:
            for chunk in chunks(segment, targets=self._targets, newest_first=self._newest_first):
                self.take(chunk)

    def report(self, *, ended: bool = False) -> None:
        """Tell what was found since the last time, and how far this is."""
        _tell(
            {
                "hits": self._hits,
                "searched": self._searched,
                "lines": self._lines,
                "found": self._found,
                "reached": self._reached,
                "ended": ended,
            }
        )
        self._hits = []
        self._characters = 0
        self._report_at = time.monotonic() + _REPORT_SECONDS

    def _look_through(self, chunk: Chunk) -> None:
        found = self._matcher.find(chunk.data)
        self._lines += chunk.data.count(b"\n")
        for number, text in reversed(found) if self._newest_first else found:
            if self._left == 0:
                return
            self._add(_entry_of(chunk.entries, number), number, text)

    def _add(self, entry: Entry, number: int, text: str) -> None:
        is_exact = entry.row is not None or entry.stream == "proctor"
        if is_exact and not self._since <= entry.at <= self._until:
            return
        row = None if entry.row is None else entry.row + number - entry.line
        kept, spans, before, after = cut(text, self._matcher.spans(text), self._width)
        who = ("hit", entry.process, entry.run, entry.stream, entry.at, row)
        self._hits.append((*who, shown(kept), spans, before, after))
        self._found += 1
        self._characters += len(kept) + 100 + 20 * len(spans)
        if self._left is not None:
            self._left -= 1
        if self._characters > _REPORT_CHARACTERS:
            self.report()

    def _report_if_due(self) -> None:
        if time.monotonic() >= self._report_at:
            self.report()


def main() -> None:
    """Serve one search, and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that of a terminal is meant for the supervisor
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    warnings.simplefilter("ignore")  # of patterns that mean something else some day
    source = open(_SOCKET, "rb", buffering=_BUFFER_BYTES, closefd=False)  # noqa: SIM115 - lives as long as we do
    try:
        _answer(source)
        while source.read(_BUFFER_BYTES):
            pass  # to end with words unread would lose our own last ones
    except ConnectionError:
        pass  # nobody wants to know any more
    os._exit(0)


def _answer(source: BinaryIO) -> None:
    try:
        _serve(source)
    except BadPattern as problem:
        _tell({"problem": problem.words, "position": problem.position})
    except EOFError:
        return
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - told to the one who started us
        _tell({"fault": f"{type(error).__name__}: {error}"})


def _serve(source: BinaryIO) -> None:
    search = Search(_next(source)["query"])
    try:
        while True:
            frame = _next(source)
            if "entries" in frame:
                size = frame["size"]
                data = source.read(size)
                search.take(Chunk(data, [Entry(*each) for each in frame["entries"]], size))
            elif "files" in frame:
                search.take_files([File(*each) for each in frame["files"]])
            else:
                break
    except _Enough:
        pass
    search.report(ended=True)


def _next(source: BinaryIO) -> dict[str, Any]:
    line = source.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    frame: dict[str, Any] = json.loads(line)
    return frame


def _tell(frame: dict[str, object]) -> None:
    body = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()
    rest = memoryview(len(body).to_bytes(4, "big") + body)
    while rest:
        rest = rest[os.write(_SOCKET, rest) :]


_line_of = itemgetter(0)


def _entry_of(entries: list[Entry], number: int) -> Entry:
    return entries[bisect_right(entries, number, key=_line_of) - 1]
