"""From a pattern to lines: which lines of a chunk match, and where.

Lines are matched without their terminal escapes, and are handed on safe to show: what else is
no text is shown as a sign, one for each character, so that spans stay right.
"""

import re
from collections.abc import Iterator

_ESCAPE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]?"
    # Strings of the terminal's own (title, clipboard, ...) end at BEL or ST, or with the line
    rb"|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    rb"|[ -/]*[0-~]?)"
)
_REPLACED = "\ufffd"
_SHOWN = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code != ord("\t")},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), _REPLACED),
    **dict.fromkeys(
        (0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)), _REPLACED
    ),
}
_MOST_SPANS = 32
_ESCAPED = re.compile(r"\\.", re.DOTALL)

Spans = list[tuple[int, int]]
Found = tuple[int, str]  #: the number of a line in its chunk, and its text


class BadPattern(Exception):  # noqa: N818 - a value more than an error: it is told to the user
    """The pattern is no regular expression; `position` is where, in characters."""

    def __init__(self, words: str, position: int | None) -> None:
        super().__init__(words)
        self.words = words
        self.position = position


class Matcher:
    """Finds the lines that a text or a regular expression matches.

    Args:
        pattern: what is looked for.
        regex: it is a regular expression, matched against each line by itself.
        ignore_case: None looks at the pattern: one without a capital ignores case.

    Raises:
        BadPattern: it is no regular expression.
    """

    def __init__(self, pattern: str, *, regex: bool, ignore_case: bool | None) -> None:
        plain = _ESCAPED.sub("", pattern) if regex else pattern
        ignore = plain == plain.lower() if ignore_case is None else ignore_case
        flags = re.IGNORECASE if ignore else re.NOFLAG
        self._bytes: bytes | None = None
        self._lower = ignore
        if not regex and (pattern.isascii() or not ignore):
            # Looked for in the bytes themselves, a chunk at a time
            self._bytes = (pattern.lower() if ignore else pattern).encode("utf-8", "replace")
            flags |= re.ASCII if pattern.isascii() else re.NOFLAG
        try:
            self._expression = re.compile(pattern if regex else re.escape(pattern), flags)
        except (re.error, OverflowError, RecursionError) as error:
            words = error.msg if isinstance(error, re.error) else "it is too large"
            raise BadPattern(words, getattr(error, "pos", None)) from error

    def find(self, data: bytes) -> list[Found]:
        """The lines that match; each line of `data` ends with a newline."""
        data = plain_lines(data)
        return list(self._find_bytes(data)) if self._bytes is not None else self._find_lines(data)

    def spans(self, text: str) -> Spans:
        """Where a line matches, in characters: the first places, those that touch as one."""
        spans: Spans = []
        for match in self._expression.finditer(text):
            first, end = match.span()
            if spans and spans[-1][1] == first:
                spans[-1] = (spans[-1][0], end)
            elif end > first:
                if len(spans) == _MOST_SPANS:
                    break
                spans.append((first, end))
        return spans

    def _find_lines(self, data: bytes) -> list[Found]:
        lines = data.decode("utf-8", "replace").split("\n")
        del lines[-1]
        search = self._expression.search
        return [(number, line) for number, line in enumerate(lines) if search(line)]

    def _find_bytes(self, data: bytes) -> Iterator[Found]:
        assert self._bytes is not None
        searched = data.lower() if self._lower else data
        number = counted = 0
        at = searched.find(self._bytes)
        while at >= 0:
            first = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            number += data.count(b"\n", counted, first)
            counted = first
            yield number, data[first:end].decode("utf-8", "replace")
            at = searched.find(self._bytes, end + 1)


def plain_lines(data: bytes) -> bytes:
    """The same lines without terminal escapes, and without carriage returns at their ends."""
    if b"\x1b" in data:
        data = _ESCAPE.sub(b"", data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    return data


def shown(text: str) -> str:
    """Text as it may be shown anywhere, of the same length."""
    return text if text.isprintable() else text.translate(_SHOWN)


def cut(text: str, spans: Spans, width: int) -> tuple[str, Spans, int, int]:
    """At most `width` characters around the first match.

    Gives them, the spans that are in them, and how many characters were left away before and
    after.
    """
    if len(text) <= width:
        return text, spans, 0, 0
    first, end = spans[0] if spans else (0, 0)
    start = 0 if end <= width else max(0, first - width // 4)
    start = min(start, len(text) - width)
    stop = start + width
    kept = [
        (max(each[0], start) - start, min(each[1], stop) - start)
        for each in spans
        if each[0] < stop and each[1] > start
    ]
    return text[start:stop], kept, start, len(text) - stop
