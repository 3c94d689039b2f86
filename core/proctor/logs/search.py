"""What one may look for in the logs, and what is found."""

import msgspec

from proctor.logs.selection import Source
from proctor.logs.window import Stream

WIDEST_HIT = 256 * 1024


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, and where.

    `text` is a text, or with `regex` a Python regular expression that is matched against each
    line by itself. `ignore_case`: None ignores case unless the pattern has a capital. `targets`
    are processes and process types, none means everything; `source` is what the app printed, or
    what proctor said, alone. `since` and `until` are wall times in seconds: lines on disk alone
    have theirs to a second or so. `limit` is the most lines that are wanted; of a line, up to
    `width` characters around its first match are given.
    """

    text: str
    regex: bool = False
    ignore_case: bool | None = None
    targets: tuple[str, ...] = ()
    source: Source | None = None
    since: float | None = None
    until: float | None = None
    newest_first: bool = True
    limit: int | None = None
    width: int = 1000


class SearchHit(msgspec.Struct, frozen=True, array_like=True, tag="hit"):
    """One line that matches, or a piece of a very long one.

    `row` is its number in the journal of the one target, else in that of everything; None for a
    line on disk alone. `at` is wall time, on disk to a second or so. `text` has neither escapes
    nor other control characters (a sign stands for each), and `spans` are the places in it that
    match, in characters; `before` and `after` say how many characters were left away.
    """

    process: str | None
    run: int | None
    stream: Stream
    at: float
    row: int | None
    text: str
    spans: list[tuple[int, int]]
    before: int = 0
    after: int = 0


class SearchProgress(msgspec.Struct, frozen=True, array_like=True, tag="progress"):
    """How far a search is: bytes of those there are, lines, and the hits so far.

    `reached` is the wall time of the lines that it has come to. The last one has `ended`.
    """

    searched: int
    total: int
    lines: int
    found: int
    reached: float | None = None
    ended: bool = False
