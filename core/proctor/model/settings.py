"""Settings: how an app is run, apart from what it is. Once made, they cannot be wrong."""

import re
from typing import Literal, get_args

import msgspec

from proctor.errors import UserError
from proctor.model.quoting import quoted
from proctor.model.restart import OnExit
from proctor.model.type_settings import Stdin, StopScope

LogFormat = Literal["human", "json", "platform"]

ON_EXIT: tuple[OnExit, ...] = get_args(OnExit)
LOG_FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)
LONGEST_GRACE_SECONDS = 86_400.0
SETTINGS_FILE = "proctor.toml"  #: lies in the root of an app

_APP_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an app is run; what holds for its process types unless they say otherwise.

    Raises:
        UserError: a value is not possible; says which, and where it is set.
    """

    grace_seconds: float = 30.0  #: from the request to stop until the kill; 0 kills at once
    on_exit: OnExit = "restart"  #: what follows when a process ends by itself
    stop_signal: str = "TERM"  #: without SIG
    stop_scope: StopScope = "roots"
    terminal: bool = True  #: each process has a terminal (pty); else pipes
    stdin: Stdin = "null"  #: with pipes: at its end at once, or a pipe that stays open
    memory_limit_bytes: int | None = None  #: of a process's whole tree; above it, it is restarted
    platform_env: bool = False  #: processes also get `DYNO` and the platform's metadata
    fixed_ports: bool = False  #: a taken port is refused, not evaded
    watch: bool = False  #: a file save restarts
    screen: bool = True  #: the terminal UI may open; else the plain printer
    log_format: LogFormat = "human"  #: of the plain printer
    app_name: str | None = None  #: instead of the folder's name; parts two apps of one folder

    def __post_init__(self) -> None:
        if not 0 <= self.grace_seconds <= LONGEST_GRACE_SECONDS:  # false for NaN as well
            raise UserError(
                f"{self.grace_seconds:g} seconds are not a grace period",
                where="--grace",
                hint=f"Write a number from 0 to {LONGEST_GRACE_SECONDS:.0f}",
            )
        _require_one_of(self.on_exit, ON_EXIT, where="--on-exit")
        _require_one_of(self.log_format, LOG_FORMATS, where="--log-format")
        if self.app_name is not None:
            require_app_name(self.app_name)


def require_app_name(name: str, *, where: str = "--app") -> None:
    """See that an app can be told from the others of its folder by this name.

    Raises:
        UserError: it is none.
    """
    if not re.fullmatch(_APP_NAME, name):
        raise UserError(
            f"{quoted(name)} cannot be the name of an app",
            where=where,
            hint="Use up to 63 letters, digits, dots, - and _, a letter or digit first",
        )


def _require_one_of(value: str, allowed: tuple[str, ...], *, where: str) -> None:
    if value not in allowed:
        raise UserError(
            f"{quoted(value)} is not possible", where=where, hint=f"Choose {', '.join(allowed)}"
        )
