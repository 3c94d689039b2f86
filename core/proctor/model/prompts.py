"""The prompts of debuggers: how it is seen that a process waits for a person. Pure."""

import re

LONGEST = 4096
"""A last line that is longer is no prompt."""

_UNSEEN = re.compile(
    r"\x1b\[[0-9;?<>=!]*[ -/]*[@-~]"  # colours, and what moves the cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, marks
    r"|\x1b[()][A-Z0-9]|\x1b[=>78]"
    r"|[\x00-\x08\x0e-\x1a\x7f]"  # readline marks what takes no room by \x01 and \x02
)
_PROMPTS = re.compile(
    r"(?P<prompt>"
    r"\((?:Pdb(?:\+\+)?|\(Pdb\)|byebug|ruby|rdbg|rdb:\d+|gdb|lldb|dlv)\)"  # pdb, byebug, gdb …
    r"|ipdb>"
    r"|(?:\[\d+\] )?pry\([^()\n]{0,200}\)[>*]"
    r"|irb\([^()\n]{0,200}\)(?::\d+)?(?::\d+)?[>*]"
    r"|(?:\(rdbg[^)\n]{0,80}\)|rdbg>|debug>)"
    r"|In \[\d+\]:"
    r"|>>>"
    r")(?: |$)"
)
_BARE = frozenset([">>>"])
"""Signs that others print too: these count only where nothing follows them."""


def prompt_of(line: bytes) -> str | None:
    r"""The debugger's prompt that an unfinished line of a terminal shows; None if it shows none.

    What a person has typed behind it changes nothing: `b"(Pdb) next"` is `"(Pdb)"` still.
    """
    if not line or len(line) > LONGEST:
        return None
    text = _UNSEEN.sub("", line.decode(errors="replace"))
    text = text.rpartition("\r")[2]
    found = _PROMPTS.match(text)
    if found is None:
        return None
    prompt = found["prompt"]
    if prompt in _BARE and text.strip() != prompt:
        return None
    return prompt
