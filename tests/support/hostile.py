"""Text that tries to reach the user's terminal as something else than text."""

import re

#: What must never be drawn: controls, marks that turn the writing direction, surrogates.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

#: Each carries the word MARK, so that a test can see that what is harmless was shown.
HOSTILE: dict[str, str] = {
    "clipboard": "\x1b]52;c;bWluZQ==\x07MARK",
    "title": "\x1b]0;owned\x07MARK",
    "title ended by ST": "\x1b]2;owned\x1b\\MARK",
    "alternate screen": "\x1b[?1049lMARK",
    "clear": "\x1b[2J\x1b[HMARK",
    "question": "\x1b[6n\x1b[cMARK",
    "device string": '\x1bP$q"p\x1b\\MARK',
    "application string": "\x1b_Gf=32;AAAA\x1b\\MARK",
    "privacy and start of string": "\x1b^x\x1b\\\x1bXy\x1b\\MARK",
    "reset": "\x1bcMARK",
    "link": "\x1b]8;;http://evil.example\x07MARK\x1b]8;;\x07",
    "clipboard by C1": "\u009d52;c;bWluZQ==\u009cMARK",
    "sequence by C1": "\u009b2JMARK",
    "NUL and DEL": "\x00MA\x7fRK",
    "shift out and in": "\x0eMARK\x0f",
    "bells and feeds": "\x07MA\x0b\x0cRK",
    "writing direction": "\u202eMARK\u202c\u2066\u2069\u200e\u200f",
    "character set": "\x1b(0MARK\x1b(B",
    "mouse mode": "\x1b[?1003hMARK\x1b[>1u",
    "line separators": "MA\u2028\u2029RK",
    "passed through tmux": "\x1bPtmux;\x1b\x1b]52;c;bWluZQ==\x07\x1b\\MARK",
    "markup": "[@click=app.quit]MARK[/]",
    "unfinished sequence": "MARK\x1b[1;3",
    "unfinished string": "MARK\x1b]52;c;bWluZQ==",
    "lone escape": "MARK\x1b",
}
