"""Ports: which one each process is given.

base + 100 for each type above it in the Procfile + the process's number - 1. All types of the
file count, started or not, so that a port stays the same whatever else is running. A type with a
port of its own counts from that one on.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.quoting import quoted

DEFAULT_BASE = 5006  # 5000 is taken on a Mac (AirPlay)
PER_TYPE = 100
HIGHEST = 65_535
NONE: Mapping[str, int] = MappingProxyType({})
NO_PLACES: Mapping[str, str] = MappingProxyType({})

_BASE = "base with --port"
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


def usual_port(
    process: ProcessName,
    types: Sequence[str],
    *,
    base: int,
    own: Mapping[str, int] = NONE,
    places: Mapping[str, str] = NO_PLACES,
) -> int:
    """The port that a process gets when nothing else has it. `types` are all of the Procfile.

    `own` has the ports of those types that have one of their own, for their first process;
    `places` says where these are written.

    Raises:
        UserError: it would be above 65535.
        ValueError: `types` lacks the process's type.
    """
    first = own.get(process.type)
    place = base + PER_TYPE * types.index(process.type) if first is None else first
    port = place + process.number - 1
    if port > HIGHEST:
        raise UserError(
            f"the port of {process} would be {port}: there is none above {HIGHEST}",
            where=f"base port {base}"
            if first is None
            else places.get(process.type, f"port of {process.type}"),
            hint="Choose a lower base with --port" if first is None else "Choose a lower one",
        )
    return port


def require_ports(
    formation: Mapping[str, int],
    *,
    base: int,
    own: Mapping[str, int] = NONE,
    places: Mapping[str, str] = NO_PLACES,
) -> None:
    """See that each process of a formation can have its usual port.

    `places` says where the `own` port of each type is written.

    Raises:
        UserError: one would be above 65535, or that of two processes, by a type's own port.
    """
    types = list(formation)
    for type_, quantity in formation.items():
        if quantity:
            usual_port(ProcessName(type_, quantity), types, base=base, own=own, places=places)
    claimed: dict[int, ProcessName] = {}
    for process in _claims(formation, own):
        port = usual_port(process, types, base=base, own=own)
        other = claimed.setdefault(port, process)
        if other != process and (own.keys() & {other.type, process.type}):
            owner = process if process.type in own else other
            raise UserError(
                f"{other} and {process} would both have port {port}",
                where=places.get(owner.type, f"port of {owner.type}"),
                hint=f"Choose another port for {owner.type}",
            )


def _claims(formation: Mapping[str, int], own: Mapping[str, int]) -> Iterator[ProcessName]:
    if not own:
        return
    for type_, quantity in formation.items():
        for number in range(1, quantity + 1):
            yield ProcessName(type_, number)


def assign_port(
    process: ProcessName,
    usual: int,
    *,
    taken: Mapping[int, str],
    reserved: Collection[int] = (),
    fixed: bool = False,
    own: bool = False,
) -> PortAssignment:
    """Give a process its usual port, or the next free one.

    `taken` has the ports that somebody listens on or was given, each with its owner in words
    ("redis-server (pid 4711)"; "" if unknown). `reserved` are the usual ports of other
    processes: nobody is moved onto them. `own`: its type has a port of its own.

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
            hint="Free it, or choose another " + (f"port for {process.type}" if own else _BASE),
        )
    for port in range(usual + 1, HIGHEST + 1):
        if port not in taken and port not in reserved:
            return PortAssignment(port, f"port {usual} is taken{by}: {process} gets {port}")
    raise UserError(
        f"port {usual} of {process} is taken{by}, and no port above it is free",
        hint="Choose a lower base with --port",
    )
