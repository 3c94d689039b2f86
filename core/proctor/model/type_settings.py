"""Settings of one process type: how its processes are started, looked after and stopped.

What `proctor.toml` does not say for a type is as the app's settings have it.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from proctor.model.restart import OnExit

StopScope = Literal["roots", "all"]
Stdin = Literal["null", "open"]


class Dependency(msgspec.Struct, frozen=True):
    """A process type that must be up first.

    With `restart`, its restart is one of this type, too. With `completed`, it must have ended
    well, and not only be up.
    """

    type: str
    restart: bool = False
    completed: bool = False


class ReadyWhenLogged(msgspec.Struct, frozen=True, tag="log"):
    """Up when a line of its output matches this regular expression."""

    pattern: str


class ReadyWhenListening(msgspec.Struct, frozen=True, tag="tcp"):
    """Up when a connection to this address is accepted; None stands for its own PORT."""

    port: int | None = None
    host: str = "localhost"


class ReadyWhenAnswering(msgspec.Struct, frozen=True, tag="http"):
    """Up when GET of this path (at its own PORT) or whole URL answers with status 2xx or 3xx."""

    url: str


class ReadyWhenSucceeding(msgspec.Struct, frozen=True, tag="command"):
    """Up when this shell command, run with the process's environment, ends with status 0."""

    command_line: str


ReadyRule = ReadyWhenLogged | ReadyWhenListening | ReadyWhenAnswering | ReadyWhenSucceeding


class TypeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that holds for the processes of one type; nothing is left open."""

    grace_seconds: float = 30.0
    stop_signal: str = "TERM"  #: without SIG
    stop_scope: StopScope = "roots"
    on_exit: OnExit = "restart"
    terminal: bool = True  #: a pty; else pipes
    stdin: Stdin = "null"  #: with pipes: at its end at once, or a pipe that stays open
    watch: tuple[str, ...] | None = None  #: globs; a save of these restarts it. None: all
    after: tuple[Dependency, ...] = ()
    ready: ReadyRule | None = None  #: None: it listens (web), or is alive for half a second
    environment: Mapping[str, str] = {}  #: set over the app's own variables
    port: int | None = None  #: of its first process; the others follow upwards
    group: str | None = None  #: types that are shown, and may be steered, together
    memory_limit_bytes: int | None = None  #: of a process's whole tree; above it, it is restarted
    platform_env: bool = False  #: also `DYNO` and the platform's metadata
