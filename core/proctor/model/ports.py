"""Ports: which one each process is given.

base + 100 for each type above it in the Procfile + the process's number - 1. All types of the
file count, started or not, so that a port stays the same whatever else is running.
"""

import re
from collections.abc import Collection, Mapping, Sequence

import msgspec

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.quoting import quoted

DEFAULT_BASE = 5006  # 5000 is taken on a Mac (AirPlay)
PER_TYPE = 100
HIGHEST = 65_535

_PORT = re.compile(r"[0-9]{1,5}")


class PortAssignment(msgspec.Struct, frozen=True):
    """The port that a process gets, and a sentence where it is not its usual one."""

    port: int
    note: str | None = None


def parse_port(text: str, *, where: str | None) -> int:
    """Read a port number, 1 to 65535.

    Raises:
        UserError: it is none.
    """
    text = text.strip()
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= HIGHEST:
        raise UserError(
            f"{quoted(text)} is not a port", where=where, hint=f"Write a number from 1 to {HIGHEST}"
        )
    return int(text)


def usual_port(process: ProcessName, types: Sequence[str], *, base: int) -> int:
    """The port that a process gets when nothing else has it. `types` are all of the Procfile.

    Raises:
        UserError: it would be above 65535.
        ValueError: `types` lacks the process's type.
    """
    port = base + PER_TYPE * types.index(process.type) + process.number - 1
    if port > HIGHEST:
        raise UserError(
            f"the port of {process} would be {port}: there is none above {HIGHEST}",
            where=f"base port {base}",
            hint="Choose a lower base with --port",
        )
    return port


def require_ports(formation: Mapping[str, int], *, base: int) -> None:
    """See that each process of a formation can have its usual port.

    Raises:
        UserError: one would be above 65535.
    """
    types = list(formation)
    for type_, quantity in formation.items():
        if quantity:
            usual_port(ProcessName(type_, quantity), types, base=base)


def assign_port(
    process: ProcessName,
    usual: int,
    *,
    taken: Mapping[int, str],
    reserved: Collection[int] = (),
    fixed: bool = False,
) -> PortAssignment:
    """Give a process its usual port, or the next free one.

    `taken` has the ports that somebody listens on or was given, each with its owner in words
    ("redis-server (pid 4711)"; "" if unknown). `reserved` are the usual ports of other
    processes: nobody is moved onto them.

    Raises:
        UserError: the usual port is taken and it is `fixed`; or there is no free port above it.
    """
    if usual not in taken:
        return PortAssignment(usual)
    owner = taken[usual]
    by = f" by {owner}" if owner else ""
    if fixed:
        raise UserError(
            f"port {usual} of {process} is taken{by}",
            where="--fixed-ports",
            hint="Free it, or choose another base with --port",
        )
    for port in range(usual + 1, HIGHEST + 1):
        if port not in taken and port not in reserved:
            return PortAssignment(port, f"port {usual} is taken{by}: {process} gets {port}")
    raise UserError(
        f"port {usual} of {process} is taken{by}, and no port above it is free",
        hint="Choose a lower base with --port",
    )
