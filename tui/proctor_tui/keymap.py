"""Which keys ask for which action: the one place where keys are chosen.

Keys are Textual's names. A key may serve several actions; the first that is available takes it
(`s` stops what runs and starts what does not).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS: "Mapping[str, tuple[str, ...]]" = {
    "scale_up": ("plus", "equals_sign"),
    "scale_down": ("minus",),
    "restart": ("r",),
    "stop": ("s",),
    "start": ("s",),
    "kill": ("K",),
    "once": ("O",),
    "attach": ("c",),
    "zoom": ("enter",),
    "type": ("t",),
    "everything": ("a",),
    "tiles": ("escape",),
    "next_page": ("right_square_bracket",),
    "previous_page": ("left_square_bracket",),
    "copy": ("y",),
    "open": ("o",),
    "watch": ("f", "W"),
    "reload": ("R",),
    "theme": ("T",),
    "themes": ("ctrl+t",),
    "palette": ("ctrl+p", "colon"),
    "help": ("question_mark", "f1"),
    "suspend": ("ctrl+z",),
    "detach": ("d",),
    "quit": ("q",),
    "quit_app": ("Q",),
}

#: Keys that belong to the rail, while it is focused; there too a key that cannot says why.
RAIL_KEYS: "Mapping[str, tuple[str, ...]]" = {
    "select_next": ("down", "j"),
    "select_previous": ("up", "k"),
    "select_first": ("home", "g"),
    "select_last": ("end", "G"),
    "page_down": ("pagedown",),
    "page_up": ("pageup",),
    "scale_up": ("right", "l"),
    "scale_down": ("left", "h"),
}

SIGNS: "Mapping[str, str]" = {
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "enter": "⏎",
    "escape": "esc",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "ctrl+p": "^p",
    "ctrl+c": "^c",
    "ctrl+t": "^t",
    "ctrl+z": "^z",
    "colon": ":",
    "question_mark": "?",
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "tab": "tab",
    "f1": "F1",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
}


def sign(key: str) -> str:
    """A key as it stands on the keyboard."""
    return SIGNS.get(key, key)


def signs(action: str) -> str:
    """All keys of an action, for help and palette: `+ =`."""
    return " ".join(sign(key) for key in (*RAIL_KEYS.get(action, ()), *KEYS.get(action, ())))
