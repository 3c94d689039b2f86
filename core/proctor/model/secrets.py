"""Values that are not for other eyes, told by the names of their variables and by their form."""

import re

MASK = "********"

_SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
_USER_OF_URL = r"([A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]*):[^/@\s]*@"


def masked(name: str, value: str) -> str:
    """The value as it may be shown: hidden by its variable's name, or without a URL's password."""
    if any(word in name.upper() for word in _SECRET_WORDS):
        return MASK
    return re.sub(_USER_OF_URL, rf"\1:{MASK}@", value)
