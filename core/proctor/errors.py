"""What can go wrong, and whose fault it is.

    ProctorError
    ├── UserError            what was asked cannot be done; the user can mend it (exit 2)
    │   ├── NoProcfile       there is none, and none was named
    │   ├── NotRunning       no supervisor runs this app (exit 3)
    │   └── AlreadyRunning   another supervisor runs this app (exit 3)
    ├── NotAchieved          what was asked did not come about (exit 1)
    └── PlatformError        a fault of the machine or of ours (exit 70)

Each prints as one line: what is wrong, where, and what to do about it.
"""

from typing import ClassVar


class ProctorError(Exception):
    """A problem that is told to the user in one line.

    `what` is the problem in the user's words, `where` the place ("Procfile:3", "--formation"),
    `hint` what to do about it; each without a full stop at its end.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what, where, hint)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.hint}." if self.hint else ""
        return f"{self.what}{place}.{advice}"


class UserError(ProctorError):
    """What was asked cannot be done as it was asked."""

    exit_code = 2


class NoProcfile(UserError):  # noqa: N818 - a state, as the user would say it
    """There is no Procfile where it was looked for."""


class NotRunning(UserError):  # noqa: N818 - a state, as the user would say it
    """No supervisor runs this app."""

    exit_code = 3


class AlreadyRunning(UserError):  # noqa: N818 - a state, as the user would say it
    """Another supervisor runs this app."""

    exit_code = 3


class NotAchieved(ProctorError):  # noqa: N818 - a state, as the user would say it
    """What was asked was begun, and did not come about."""

    exit_code = 1


class PlatformError(ProctorError):
    """A fault of this machine, or of proctor itself."""
