"""Whether the terminal's ground is dark, asked of the terminal itself, and never waited for.

A terminal answers OSC 11 with its background as if somebody typed it. The answer is taken out of
the keys whenever it comes: over a slow line that is long after the first frame, and its letters
would be commands. One that never answers costs nothing.
"""

import re
import time
from collections.abc import Iterable, Mapping
from operator import mul

from textual._xterm_parser import XTermParser
from textual.message import Message

ASK = "\x1b]11;?\x1b\\"

_ANSWER = re.compile(r"\x1b\]11;([^\x07\x1b]{0,64})(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?\Z")
_HOLD_SECONDS = 0.1
_EXPECTED_SECONDS = 2.0  # so long, an ESC alone may be an answer's first byte
_COLOUR = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_WEIGHTS = (0.2126, 0.7152, 0.0722)  # how bright red, green and blue look
_HALF = 0.5  # as bright as white
_MUTE = re.compile(r"|dumb|unknown|linux|cons25.*|eterm.*|vt\d.*")


class GroundTold(Message):
    """The terminal has said what its ground is like."""

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self.dark = dark


def may_be_asked(environment: Mapping[str, str]) -> bool:
    """Whether the terminal understands the question, or at least shows nothing of it.

    One that has told its colours already need not be asked.
    """
    kind = environment.get("TERM", "")
    if kind.startswith("screen") and "TMUX" not in environment:
        return False  # GNU Screen does not pass it on
    return not _MUTE.fullmatch(kind) and "COLORFGBG" not in environment


def is_dark(answer: str) -> bool | None:
    """Whether a colour such as "rgb:ffff/ffff/ffff" is a dark one; None if it is no colour."""
    found = _COLOUR.match(answer)
    if found is None:
        return None
    parts: list[float] = [int(digits, 16) / (16 ** len(digits) - 1) for digits in found.groups()]
    brightness: float = sum(map(mul, _WEIGHTS, parts))
    return brightness < _HALF


class AnswersApart(XTermParser):
    """Reads keys as Textual does; answers become messages, in however many pieces they come."""

    def __init__(self, debug: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's own parameter
        super().__init__(debug)
        self._held = ""
        self._held_until = 0.0
        self._expected_until = time.monotonic() + _EXPECTED_SECONDS

    def feed(self, data: str) -> Iterable[Message]:
        """Take what was typed, in which answers may stand; nothing is the end."""
        if not data:
            yield from super().feed(data)
            return
        data, self._held = self._held + data, ""
        at = 0
        for answer in _ANSWER.finditer(data):
            yield from self._keys(data[at : answer.start()])
            at = answer.end()
            self._expected_until = 0.0
            if (dark := is_dark(answer[1])) is not None:
                yield GroundTold(dark=dark)
        yield from self._keys(self._hold_back(data[at:]))

    def tick(self) -> Iterable[Message]:
        """Time has passed: what looked like an answer was typed after all."""
        if self._held and time.monotonic() >= self._held_until:
            held, self._held = self._held, ""
            yield from self._keys(held)
        yield from super().tick()

    def _hold_back(self, data: str) -> str:
        """What is there of the data before an answer that has only begun."""
        begun = _BEGUN.search(data)
        if begun is not None:
            kept = begun.start()
        elif data.endswith("\x1b") and time.monotonic() < self._expected_until:
            kept = len(data) - 1
        else:
            return data
        self._held, self._held_until = data[kept:], time.monotonic() + _HOLD_SECONDS
        return data[:kept]

    def _keys(self, data: str) -> Iterable[Message]:
        return super().feed(data) if data else ()
