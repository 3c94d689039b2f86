"""Cuts windows of rows out of a journal."""

from proctor.logs.journal import Journal
from proctor.logs.lines import Block
from proctor.logs.track import Track
from proctor.logs.window import Row, Window


def window_of(
    name: str, journal: Journal, open_lines: list[Track], first: int, count: int
) -> Window:
    """At most `count` rows of `journal`, then of its unfinished lines, from number `first` on."""
    total_end = journal.end + len(open_lines)
    start = min(max(first, journal.first), total_end)
    end = min(start + max(count, 0), total_end)
    rows = _settled(journal, start, min(end, journal.end)) if start < journal.end else []
    for number in range(max(start, journal.end), end):
        rows.append(_unfinished(open_lines[number - journal.end], number))
    return Window(name, start, end, journal.first, total_end, rows)


def rows_of(block: Block, first: int) -> list[Row]:
    """The rows of one block, the first of which has the number `first`."""
    lines = block.lines()
    unended = -1 if block.data.endswith(b"\n") else len(lines) - 1
    return [
        Row(
            first + index,
            block.at,
            block.process,
            block.run,
            block.stream,
            line,
            continued=block.continued and index == 0,
            unended=index == unended,
            platform=block.platform,
        )
        for index, line in enumerate(lines)
    ]


def block_of(row: Row) -> Block:
    """One row as a block, so that what formats blocks can format what came over a socket."""
    data = row.data if row.unended else row.data + b"\n"
    return Block(
        row.process,
        row.run,
        row.stream,
        row.at,
        data,
        1,
        continued=row.continued,
        platform=row.platform,
    )


def _settled(journal: Journal, start: int, end: int) -> list[Row]:
    rows: list[Row] = []
    position = journal.position_of(start)
    while position < journal.end_position:
        number = journal.first_row_at(position)
        if number >= end:
            break
        found = rows_of(journal.at(position), number)
        rows += found[max(0, start - number) : end - number]
        position += 1
    return rows


def _unfinished(track: Track, number: int) -> Row:
    return Row(
        number,
        track.pending_at,
        track.process,
        track.run,
        track.stream,
        track.pending,
        unfinished=True,
        continued=track.continued,
    )
