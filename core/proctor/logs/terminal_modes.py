"""The modes of a terminal that a program has switched on, told by the bytes that it wrote. Pure."""

import re

FULL_SCREEN = frozenset([47, 1047, 1049])
"""The modes of the other screen, on which editors and pagers draw."""

_ON_BY_ITSELF = frozenset([7, 25])  # wrapping of long lines; the cursor
_LONGEST_SEQUENCE = 64
_CHANGE = re.compile(
    rb"\x1b\[\?(?P<modes>[0-9;]+)(?P<set>[hl])"
    rb"|\x1b(?P<keypad>[=>])"
    rb"|\x1b\[>4;?(?P<keys>[0-9]*)m"  # how keys with ctrl are told, as vim asks
    rb"|\x1b\[>(?P<push>[0-9]+)u|\x1b\[<(?P<pop>[0-9]*)u"  # the same, as others ask
    rb"|\x1b\[(?P<cursor>[0-9]*) q"
    rb"|\x1b(?P<reset>c)|\x1b\[!(?P<soft>p)"
)
_UNENDED = re.compile(rb"\x1b(?:\[[^a-zA-Z]*)?\Z")


class TerminalModes:
    """Follows what a program writes; `resume` and `undo` are what another terminal needs."""

    def __init__(self) -> None:
        self._changed: dict[int, bool] = {}
        self._keypad = self._keys = self._cursor = False
        self._pushed = 0
        self._rest = b""

    @property
    def full_screen(self) -> bool:
        """Whether the program draws on the other screen now."""
        return any(self._changed.get(mode) for mode in FULL_SCREEN)

    def feed(self, data: bytes) -> None:
        """The program has written this; a sequence may be in two parts."""
        if self._rest:
            data = self._rest + data
        if b"\x1b" not in data:
            self._rest = b""
            return
        for found in _CHANGE.finditer(data):
            self._take(found)
        unended = _UNENDED.search(data, max(0, len(data) - _LONGEST_SEQUENCE))
        self._rest = unended[0] if unended else b""

    def resume(self) -> bytes:
        """What brings a fresh terminal into these modes."""
        parts = [
            b"\x1b[?%d%c" % (mode, b"h" if on else b"l")
            for mode, on in self._changed.items()
            if on != (mode in _ON_BY_ITSELF)
        ]
        if self._keypad:
            parts.append(b"\x1b=")
        if self._keys:
            parts.append(b"\x1b[>4;2m")
        return b"".join(parts)

    def undo(self) -> bytes:
        """What brings a terminal in these modes back to the usual ones; forgets them."""
        parts = [b"\x1b[0m\x1b(B"]
        changed = [mode for mode, on in self._changed.items() if on != (mode in _ON_BY_ITSELF)]
        if self.full_screen:
            parts.append(b"\x1b[r")
        parts += [
            b"\x1b[?%d%c" % (mode, b"h" if mode in _ON_BY_ITSELF else b"l")
            for mode in sorted(changed, key=lambda mode: mode in FULL_SCREEN)
        ]
        if self._keypad:
            parts.append(b"\x1b>")
        if self._keys:
            parts.append(b"\x1b[>4m")
        if self._pushed:
            parts.append(b"\x1b[<%du" % self._pushed)
        if self._cursor:
            parts.append(b"\x1b[0 q")
        self._forget()
        return b"".join(parts)

    def _take(self, found: "re.Match[bytes]") -> None:
        if found["modes"] is not None:
            for mode in found["modes"].split(b";"):
                if mode:
                    self._changed[int(mode[:9])] = found["set"] == b"h"
        elif found["keypad"] is not None:
            self._keypad = found["keypad"] == b"="
        elif found["keys"] is not None:
            self._keys = found["keys"] not in (b"", b"0")
        elif found["push"] is not None:
            self._pushed += 1
        elif found["pop"] is not None:
            self._pushed = max(0, self._pushed - int(found["pop"][:9] or 1))
        elif found["cursor"] is not None:
            self._cursor = found["cursor"] not in (b"", b"0")
        else:
            self._forget()

    def _forget(self) -> None:
        self._changed.clear()
        self._keypad = self._keys = self._cursor = False
        self._pushed = 0
