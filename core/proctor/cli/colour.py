"""Whether what we print is coloured."""

import os
from collections.abc import Mapping


def wants_colour(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether output to a descriptor should be coloured by us.

    Yes on a terminal that is not dumb; `NO_COLOR` and `FORCE_COLOR`, if not empty, decide.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return os.isatty(descriptor) and (environment.get("TERM") or "dumb") != "dumb"
