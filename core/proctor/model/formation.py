"""The formation: how many processes of each type are wanted."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from proctor.errors import UserError
from proctor.model.quoting import listed, quoted

MOST_PROCESSES = 1000  # of one type
EVERY_TYPE = "all"
RELEASE = "release"  # run at each release, never kept running

_OPTION = "--formation"  # -c for short, as foreman's --concurrency and overmind's --can-die are
_NUMBER = re.compile(r"[0-9]{1,9}")
_CHANGE = re.compile(r"([A-Za-z0-9_-]+)([=+-])([0-9]{1,9})(?::([A-Za-z0-9_-]+))?")


class Formation(Mapping[str, int]):
    """Process type -> desired quantity, for every type of the Procfile and in its order.

    Prints as `web=2 worker=1`, which is also what the command line reads.
    """

    __slots__ = ("quantities",)

    def __init__(self, quantities: tuple[tuple[str, int], ...] = ()) -> None:
        self.quantities: Final = quantities

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formation) and self.quantities == other.quantities

    def __hash__(self) -> int:
        return hash(self.quantities)

    def __repr__(self) -> str:
        return f"Formation({self.quantities!r})"

    def __getitem__(self, type_: str) -> int:
        for name, quantity in self.quantities:
            if name == type_:
                return quantity
        raise KeyError(type_)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    def __str__(self) -> str:
        return " ".join(f"{name}={quantity}" for name, quantity in self.quantities)

    def with_quantities(self, changed: Mapping[str, int]) -> "Formation":
        """The same formation but for the quantities given; types it does not have are ignored."""
        return Formation(
            tuple((name, changed.get(name, quantity)) for name, quantity in self.quantities)
        )


class ScaleRequest(msgspec.Struct, frozen=True):
    """What `scale web=3 worker-1` asks: quantities to set, steps to add, and what to tell."""

    quantities: Mapping[str, int]
    steps: Mapping[str, int]
    notes: tuple[str, ...] = ()


def default_formation(types: Sequence[str]) -> Formation:
    """One process of each type, and none of `release`: what runs when nobody says otherwise."""
    return Formation(tuple((type_, 0 if type_ == RELEASE else 1) for type_ in types))


def parse_formation(
    text: str,
    types: Sequence[str],
    *,
    where: str | None = _OPTION,
    base: Formation | None = None,
) -> Formation:
    """Read `web=2,worker=1`; the order and blanks do not matter.

    Types that are not named keep what `base` has, else 1 (`release`: 0), or what `all` says;
    `all` leaves out `release`, and a type that is named beats it.

    Raises:
        UserError: no such type, no quantity, or one above 1000.
    """
    quantities: dict[str, int] = {}
    for part in re.split(r"[\s,]+", re.sub(r"\s*=\s*", "=", text)):
        if part:
            name, quantity = _read_quantity(part, types, where)
            quantities[name] = quantity
    return _applied(base or default_formation(types), quantities)


def choose_formation(words: Sequence[str], base: Formation, *, where: str | None) -> Formation:
    """Apply the arguments of `start` to the formation that the options made.

    `web=2` sets the quantity of that type. A name alone also says that only the types
    named in these words run: it keeps its quantity, or gets 1 where that is 0.

    Raises:
        UserError: no such type, no quantity, or one above 1000.
    """
    quantities: dict[str, int] = {}
    selected = False
    for part in _parts(words):
        if "=" in part:
            name, quantity = _read_quantity(part, list(base), where)
            quantities[name] = quantity
        else:
            _require_type(part, list(base), where)
            selected = True
            quantities.setdefault(part, base[part] or 1)
    start = base.with_quantities(dict.fromkeys(base, 0)) if selected else base
    return _applied(start, quantities)


def idle_words(formation: Mapping[str, int]) -> str | None:
    """Which types have no process, and how each would get one; None if all have."""
    ways = [
        f"{type_} ({'proctor run release' if type_ == RELEASE else f'proctor scale {type_}=1'})"
        for type_, quantity in formation.items()
        if not quantity
    ]
    return f"Not started: {', '.join(ways)}" if ways else None


def parse_scale(words: Sequence[str], *, where: str | None = None) -> ScaleRequest:
    """Read `web=3 worker-1 web+2`; what the types are is not known here, see `scaled`.

    The platform's size (`web=2:Standard-1X`) is read, and told to mean nothing here.

    Raises:
        UserError: a word is none of these, or there is none.
    """
    quantities: dict[str, int] = {}
    steps: dict[str, int] = {}
    notes: list[str] = []
    for word in _parts(words):
        match = _CHANGE.fullmatch(word)
        if match is None:
            raise UserError(
                f"{quoted(word)} does not say how many",
                where=where,
                hint="Write web=3, web+1 or web-1",
            )
        name, sign, number, size = match[1], match[2], int(match[3]), match[4]
        if sign == "=":
            quantities[name] = _limited(number, word, where)
            steps.pop(name, None)
        else:
            steps[name] = steps.get(name, 0) + (number if sign == "+" else -number)
        if size is not None:
            notes.append(f"the size '{size}' means nothing on this machine")
    if not quantities and not steps:
        raise UserError("nothing says what to scale", where=where, hint="Write it as in web=3")
    return ScaleRequest(quantities, steps, tuple(notes))


def scaled(
    formation: Formation,
    *,
    quantities: Mapping[str, int],
    steps: Mapping[str, int],
    where: str | None = None,
) -> Formation:
    """The formation after quantities were set and then steps added; types not named stay.

    Raises:
        UserError: no such type; or a quantity would be below 0 or above 1000.
    """
    types = list(formation)
    for name, quantity in quantities.items():
        _require_type(name, types, where, also=EVERY_TYPE)
        if quantity < 0:
            raise UserError(f"{quantity} is not a quantity of '{name}'", where=where)
        _limited(quantity, f"{name}={quantity}", where)
    result = _applied(formation, quantities)
    changed: dict[str, int] = {}
    for name, step in steps.items():
        _require_type(name, types, where, also=EVERY_TYPE)
        for type_ in _covered(name, types):
            changed[type_] = _stepped(type_, changed.get(type_, result[type_]), step, where)
    return result.with_quantities(changed)


def _stepped(type_: str, present: int, step: int, where: str | None) -> int:
    if present + step < 0:
        raise UserError(
            f"'{type_}' has {present}: {-step} fewer is not possible",
            where=where,
            hint=f"Write {type_}=0 for none",
        )
    return _limited(present + step, f"{type_}{step:+d}", where)


def _applied(base: Formation, quantities: Mapping[str, int]) -> Formation:
    everything = quantities.get(EVERY_TYPE)
    spread = {} if everything is None else dict.fromkeys(_covered(EVERY_TYPE, base), everything)
    return base.with_quantities({**spread, **quantities})


def _parts(words: Iterable[str]) -> Iterator[str]:
    return (part for word in words for part in word.split(",") if part)


def _covered(name: str, types: Iterable[str]) -> list[str]:
    if name == EVERY_TYPE:
        return [type_ for type_ in types if type_ != RELEASE]
    return [name]


def _read_quantity(part: str, types: Sequence[str], where: str | None) -> tuple[str, int]:
    name, equals, number = part.partition("=")
    if not equals or not _NUMBER.fullmatch(number):
        hint = "Write a number, as in web=2"
        if where == _OPTION and not equals:
            hint += "; what overmind calls --can-die is on_exit in proctor.toml"
        raise UserError(f"{quoted(part)} is not a quantity", where=where, hint=hint)
    _require_type(name, types, where, also=EVERY_TYPE)
    return name, _limited(int(number), part, where)


def _limited(quantity: int, part: str, where: str | None) -> int:
    if quantity > MOST_PROCESSES:
        raise UserError(
            f"{quoted(part)} is too many: {MOST_PROCESSES} of one type are possible", where=where
        )
    return quantity


def _require_type(
    name: str, types: Sequence[str], where: str | None, *, also: str | None = None
) -> None:
    if name in types or name == also:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only who misspells pays for it

    near = get_close_matches(name, types, n=1)
    hint = f"The nearest name is '{near[0]}'" if near else f"The Procfile has {listed(types)}"
    raise UserError(f"there is no process type {quoted(name)}", where=where, hint=hint)
