"""What guardian and keepers ask of the system: a file for each kind, with the same names."""

import sys

if sys.platform == "linux":
    from proctor.keeper.linux import (
        SURVEY_MILLISECONDS,
        adopt_orphans,
        children,
        close_between,
        escaped,
        program_of,
        remember,
        set_title,
        signal_member,
        survey,
        watch,
    )
else:
    from proctor.keeper.macos import (
        SURVEY_MILLISECONDS,
        adopt_orphans,
        children,
        close_between,
        escaped,
        program_of,
        remember,
        set_title,
        signal_member,
        survey,
        watch,
    )

__all__ = [
    "SURVEY_MILLISECONDS",
    "adopt_orphans",
    "children",
    "close_between",
    "escaped",
    "program_of",
    "remember",
    "set_title",
    "signal_member",
    "survey",
    "watch",
]
