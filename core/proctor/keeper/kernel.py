"""What guardian and keepers ask of the system: a file for each kind, with the same names."""

import sys

if sys.platform == "linux":
    from proctor.keeper.linux import (
        adopt_orphans,
        children,
        close_between,
        escaped,
        program_of,
        remember,
        set_title,
        signal_member,
        watch,
    )
else:
    from proctor.keeper.macos import (
        adopt_orphans,
        children,
        close_between,
        escaped,
        program_of,
        remember,
        set_title,
        signal_member,
        watch,
    )

__all__ = [
    "adopt_orphans",
    "children",
    "close_between",
    "escaped",
    "program_of",
    "remember",
    "set_title",
    "signal_member",
    "watch",
]
