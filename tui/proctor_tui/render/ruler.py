"""Which colour a sentence of proctor's has: that of the state it speaks of."""

import re

PLAIN = "dim"

_COMMAND = re.compile(r"`[^`]*`")  # a command that is quoted may hold any of the words below
_CHANGE = re.compile(
    r"\bState changed from \w+ to (up|starting|stopping|crashed|waiting|complete|down)\b"
)

# The first that matches decides: what was asked for, then bad news, then good news.
_WORDS = tuple(
    (f"state-{state}", re.compile(pattern, re.IGNORECASE))
    for state, pattern in (
        ("stopping", r"\bstatus (?:129|130|143)\b|\bSIG(?:TERM|INT|HUP)\b"),
        ("crashed", r"\bcrash|\bstatus [1-9]|\bkilled\b|\bSIG(?:KILL|SEGV|ABRT|BUS)\b"),
        ("crashed", r"\bError\b|\bfailed\b|\bcannot\b|\bcould not\b|\bnot found\b"),
        ("complete", r"\bcomplete\b|\bstatus 0\b"),
        ("stopping", r"\bstopp|\bstop\b|\bdown\b"),
        ("up", r"\bup\b|\blistens\b|\bready\b"),
        ("starting", r"\bstart|\brestart"),
    )
)


def ruler_paint(words: str) -> str:
    """The paint of the state that a sentence speaks of."""
    words = _COMMAND.sub("", words)
    if change := _CHANGE.search(words):
        return f"state-{change[1]}"
    return next((paint for paint, pattern in _WORDS if pattern.search(words)), PLAIN)
