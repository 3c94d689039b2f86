"""Text that is safe to show: no control sequence reaches a terminal, but for colours.

Names, commands, paths and messages go through `safe`; lines of output, when they are shown and
not copied to a pipe or file, through `safe_line` or `safe_lines`. Their time is linear in their
input.
"""

import re

#: What reorders or divides text unseen, and lone surrogates.
_TURNS = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff"
#: What must not reach a terminal as it is, for the class of a pattern: C0, DEL, C1 and the turns.
UNSAFE = f"\x00-\x1f\x7f-\x9f{_TURNS}"
# Not compiled here, which takes 1 ms: they are when they are needed, and `re` keeps them.
_UNSAFE = f"[{UNSAFE}]"
_KEPT_OR_DROPPED = (
    r"(?P<colour>\x1b\[[0-9;:]{0,64}m)"
    # Strings of the terminal's own (title, clipboard, …) end at BEL or ST, or with the line
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?"
    r"|\x1b[\x20-\x2f]*[\x30-\x7e]?"
    rf"|(?P<turn>[{_TURNS}])"
    r"|[\x00-\x08\x0a-\x1f\x7f-\x9f]"
)
_UNSAFE_IN_JSON = f"[\x7f-\x9f{_TURNS}]"
_PLAIN_BYTES = bytes(range(0x20, 0x7F)) + b"\t\n"
_CODE = "\u2039{:04X}\u203a"
_RESET = b"\x1b[0m"
_COLOUR = re.compile(rb"\x1b\[[0-9;:]{0,64}m")


def safe(text: str) -> str:
    r"""Text of one line in which every control character is shown as a visible sign.

    `\x1b` becomes `␛`, a newline `␊`, a change of writing direction `<202E>` in guillemets.
    """
    return text if text.isprintable() else re.sub(_UNSAFE, _sign, text)


def safe_line(data: bytes) -> str:
    r"""A line of output as it may be shown: text, tabs and colours.

    Invalid UTF-8 becomes replacement characters. Of a line that was overwritten by `\r` (a
    progress bar), the last state is left; `\b` takes back a character.
    """
    text = data.decode("utf-8", "replace")
    if text.isprintable():
        return text
    if "\r" in text:
        states = text.rstrip("\r").split("\r")
        text = states[-1]
    if "\b" in text:
        text = _take_back(text)
    return re.sub(_KEPT_OR_DROPPED, _keep, text)


def safe_lines(data: bytes) -> bytes:
    """Whole lines of output as they may be shown; a colour ends with its line."""
    if not data.translate(None, _PLAIN_BYTES):
        return data
    show = _with_reset if _is_text_and_colours(data) else _shown
    return b"\n".join(map(show, data.split(b"\n")))


def safe_json(data: bytes) -> bytes:
    """Encoded JSON in which no control character is left unescaped; it means the same."""
    if not data.translate(None, _PLAIN_BYTES):
        return data
    text = data.decode()
    return re.sub(_UNSAFE_IN_JSON, lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _is_text_and_colours(data: bytes) -> bool:
    """Whether there is nothing to take out; asked of many lines at once, as it mostly is so."""
    rest = _COLOUR.sub(b"", data).translate(None, _PLAIN_BYTES)
    if not rest:
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return rest.decode().isprintable()


def _with_reset(line: bytes) -> bytes:
    return line + _RESET if b"\x1b" in line else line


def _shown(line: bytes) -> bytes:
    return _with_reset(safe_line(line).encode())


def _keep(match: re.Match[str]) -> str:
    if match["colour"]:
        return match["colour"]
    return _CODE.format(ord(match["turn"])) if match["turn"] else ""


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:  # noqa: PLR2004 - the C0 set, whose pictures stand in the same order
        return chr(0x2400 + code)
    return "␡" if match[0] == "\x7f" else _CODE.format(code)


def _take_back(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)
