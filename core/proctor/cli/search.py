"""`proctor search`: the lines of a running app that match, in memory and on disk."""

import asyncio
import os
import sys
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

import click
import msgspec

from proctor.cli.choosing import count_option, source_option, targets_option, time_options
from proctor.cli.colour import wants_colour
from proctor.cli.options import app_options
from proctor.cli.targets import chosen, named
from proctor.cli.which_app import session_of
from proctor.files.app_files import AppOptions
from proctor.logs.formats import HumanFormat, rfc3339
from proctor.logs.lines import Block
from proctor.logs.safe import safe_json
from proctor.logs.search import WIDEST_HIT, SearchHit, SearchQuery
from proctor.logs.selection import Source

_MATCH, _END = "\x1b[1;31m", "\x1b[0m"
_NOTHING_FOUND = 1


@click.command()
@app_options(search_upward=True)
@click.argument("pattern")
@click.option("-F", "--fixed-strings", "as_text", is_flag=True, help="A text, no expression")
@click.option("-i", "--ignore-case", "case", flag_value="ignore", help="Capitals do not matter")
@click.option("--case-sensitive", "case", flag_value="exact", help="Capitals do matter")
@targets_option()
@source_option()
@time_options()
@count_option("lines that match", "all", least=1)
@click.option("--oldest-first", is_flag=True, help="In the order in which they were printed")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line")
def search(  # noqa: PLR0913 - an option each
    options: AppOptions,
    *,
    pattern: str,
    case: Literal["ignore", "exact"] | None,
    targets: tuple[str, ...],
    source: Source | None,
    since: float | None,
    until: float | None,
    count: int | None,
    as_text: bool,
    oldest_first: bool,
    as_json: bool,
) -> int:
    """Print the lines that match, the newest first, from memory and from disk."""
    query = SearchQuery(
        text=pattern,
        regex=not as_text,
        ignore_case=None if case is None else case == "ignore",
        source=source,
        since=since,
        until=until,
        newest_first=not oldest_first,
        limit=count,
        width=WIDEST_HIT,
    )
    return asyncio.run(_search(options, query, targets, as_json=as_json))


async def _search(
    options: AppOptions, query: SearchQuery, targets: tuple[str, ...], *, as_json: bool
) -> int:
    found = False
    async with session_of(options) as session:
        snapshot = await session.snapshot()
        query = msgspec.structs.replace(query, targets=chosen(targets, snapshot))
        names = [view.name for view in snapshot.processes]
        format_: _Human | _Json = _Json()
        if not as_json:
            colour = wants_colour(1, os.environ)
            shown = named(query.targets, names)
            format_ = _Human(HumanFormat(shown, colour=colour, terminal=os.isatty(1)), colour)
        waiting: list[bytes] = []
        async with aclosing(session.search(query)) as items:
            async for item in items:
                if isinstance(item, SearchHit):
                    waiting += format_.lines(item)
                else:  # what came together is printed together
                    found = found or item.found > 0
                    _write(waiting)
                    waiting = []
        _write(waiting)
    return 0 if found else _NOTHING_FOUND


@dataclass(frozen=True, slots=True)
class _Human:
    """As `proctor logs` prints; what matches stands out where there are colours."""

    format: HumanFormat
    colour: bool

    def lines(self, hit: SearchHit) -> list[bytes]:
        """What to print for a hit."""
        text = _marked(hit) if self.colour else hit.text
        text = ("…" if hit.before else "") + text + ("…" if hit.after else "")
        block = Block(hit.process, hit.run, hit.stream, hit.at, f"{text}\n".encode(), 1)
        return self.format.feed([block])


class _JsonHit(msgspec.Struct):
    """The fields of `proctor logs --json`, and where the message matches, in characters."""

    at: str
    source: str
    process: str | None
    run: int | None
    stream: str | None
    message: str
    spans: list[tuple[int, int]]


class _Json:
    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()

    def lines(self, hit: SearchHit) -> list[bytes]:
        """What to print for a hit."""
        source, stream = ("proctor", None) if hit.stream == "proctor" else ("app", hit.stream)
        at = rfc3339(hit.at)
        line = _JsonHit(at, source, hit.process, hit.run, stream, hit.text, hit.spans)
        return [safe_json(self._encoder.encode(line)), b"\n"]


def _marked(hit: SearchHit) -> str:
    parts: list[str] = []
    position = 0
    for first, end in hit.spans:
        parts += (hit.text[position:first], _MATCH, hit.text[first:end], _END)
        position = end
    return "".join(parts) + hit.text[position:]


def _write(parts: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(parts))
    sys.stdout.buffer.flush()
