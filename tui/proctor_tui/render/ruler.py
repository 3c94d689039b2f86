"""Which colour a sentence of proctor's has: that of the state it speaks of."""

import re

PLAIN = "dim"

# The first that matches decides: bad news before good news.
_WORDS = tuple(
    (f"state-{state}", re.compile(pattern, re.IGNORECASE))
    for state, pattern in (
        ("stopping", r"\bfrom up to (?:stopping|down)\b"),
        ("crashed", r"\bcrash|\bstatus [1-9]|\bkilled\b|\bSIG(?:KILL|SEGV|ABRT|BUS)\b"),
        ("crashed", r"\bError\b|\bfailed\b|\bcannot\b|\bcould not\b|\bnot found\b"),
        ("complete", r"\bcomplete\b|\bstatus 0\b"),
        ("stopping", r"\bstopp|\bstop\b|\bSIGTERM\b|\bdown\b"),
        ("up", r"\bup\b|\blistens\b|\bready\b"),
        ("starting", r"\bstart|\brestart"),
    )
)


def ruler_paint(words: str) -> str:
    """The paint of the state that a sentence speaks of."""
    return next((paint for paint, pattern in _WORDS if pattern.search(words)), PLAIN)
