import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.logs.lines import PIECE_BYTES
from proctor.logs.rows import block_of
from proctor.logs.store import LogStore
from proctor.logs.window import EVERYTHING, Window
from proctor.model.names import ProcessName, RunId

WEB_1 = RunId.parse("web.1#1")
WEB_2 = RunId.parse("web.2#1")
WORKER = RunId.parse("worker.1#1")


def lines(window: Window) -> list[bytes]:
    return [row.data for row in window.rows]


def everything(store: LogStore, journal: str = EVERYTHING) -> list[bytes]:
    return lines(store.window(journal, 0, 1_000_000))


def numbered(count: int) -> bytes:
    return b"".join(b"%d\n" % number for number in range(count))


@pytest.fixture
def store() -> LogStore:
    return LogStore()


def test_lines_of_two_processes_are_never_glued(store: LogStore) -> None:
    web, worker = store.open(WEB_1, terminal=False), store.open(WORKER, terminal=False)

    web.append(b"GET", 1.0)
    worker.append(b"job ", 2.0)
    web.append(b" /\nPOST", 3.0)
    worker.append(b"done\n", 4.0)
    web.append(b" /\n", 5.0)

    assert everything(store) == [b"GET /", b"job done", b"POST /"]
    assert everything(store, "web.1") == [b"GET /", b"POST /"]


def test_lines_of_two_streams_and_two_runs_of_a_process_are_never_glued(store: LogStore) -> None:
    tracks = [
        store.open(WEB_1, "out", terminal=False),
        store.open(WEB_1, "err", terminal=False),
        store.open(RunId.parse("web.1#2"), "out", terminal=False),
    ]
    for track in tracks:
        track.append(b"first half,", 1.0)
    for track in tracks:
        track.append(b" second\n", 2.0)

    rows = store.window("web.1", 0, 10).rows
    assert {row.data for row in rows} == {b"first half, second"}
    assert [(row.run, row.stream) for row in rows] == [(1, "out"), (1, "err"), (2, "out")]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.sampled_from([b"a", b"\n", b"bc"]), max_size=6))
    ),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_any_window_is_the_same_part_of_what_was_written(
    writes: list[tuple[int, list[bytes]]], first: int, count: int
) -> None:
    store = LogStore()
    tracks = [store.open(run, terminal=False) for run in (WEB_1, WEB_2, WORKER)]
    written = [b"", b"", b""]
    for which, parts in writes:
        data = b"".join(parts)
        if data:
            tracks[which].append(data, 1.0)
            written[which] += data

    for track, data in zip(tracks, written, strict=True):
        expected = data.split(b"\n")
        if not expected[-1]:
            expected.pop()
        window = store.window(track.process, first, count)
        assert lines(window) == expected[first : first + count]
        assert (window.total_first, window.total_end) == (0, len(expected))
        assert [row.number for row in window.rows] == list(range(window.first, window.end))
    assert len(everything(store, "web")) == len(everything(store, "web.1")) + len(
        everything(store, "web.2")
    )


def test_a_line_without_its_newline_is_seen_at_once_as_unfinished(store: LogStore) -> None:
    track = store.open(WEB_1, terminal=True)
    track.append(b"done\r\nPassword: ", 1.0)

    rows = store.window("web.1", 0, 10).rows
    assert [(row.number, row.data, row.unfinished) for row in rows] == [
        (0, b"done", False),
        (1, b"Password: ", True),
    ]
    assert store.extent("web.1") == (0, 2)
    assert store.extent(EVERYTHING) == (0, 2)


def test_unfinished_lines_stay_last_while_others_go_on(store: LogStore) -> None:
    web, worker = store.open(WEB_1, terminal=False), store.open(WORKER, terminal=False)
    web.append(b"50%", 1.0)
    worker.append(b"job\n", 2.0)

    assert everything(store) == [b"job", b"50%"]
    web.append(b" 100%\n", 3.0)
    assert everything(store) == [b"job", b"50% 100%"]
    assert not store.window(EVERYTHING, 1, 1).rows[0].unfinished


def test_the_last_words_of_a_run_are_a_line_when_it_ends(store: LogStore) -> None:
    track = store.open(WEB_1, terminal=True)
    track.append(b"goodbye\r", 1.0)
    track.end(2.0)
    store.open(RunId.parse("web.1#2"), terminal=True).append(b"hello\n", 3.0)

    assert everything(store, "web.1") == [b"goodbye\r", b"hello"]
    assert not any(row.unfinished for row in store.window("web.1", 0, 10).rows)


def test_a_track_ends_once(store: LogStore) -> None:
    track = store.open(WEB_1, terminal=False)
    track.end(1.0)
    track.end(2.0)
    assert store.extent("web.1") == (0, 0)


def test_a_very_long_line_comes_in_pieces_that_are_marked(store: LogStore) -> None:
    track = store.open(WEB_1, terminal=False)
    text = "häuser" * 100_000
    data = text.encode()
    for start in range(0, len(data), 5000):
        track.append(data[start : start + 5000], 1.0)
    track.append(b"\n", 2.0)
    track.append(b"next\n", 2.0)

    *pieces, following = store.window("web.1", 0, 1000).rows
    assert "".join(piece.data.decode() for piece in pieces) == text
    assert [piece.continued for piece in pieces] == [False] + [True] * (len(pieces) - 1)
    assert not following.continued
    assert max(len(piece.data) for piece in pieces) < 128 * 1024


def test_endless_output_without_a_newline_takes_bounded_memory() -> None:
    store = LogStore(memory_limit=4 * 1024 * 1024)
    track = store.open(WEB_1, terminal=True)
    tracemalloc.start()
    for _ in range(1000):
        track.append(b"x" * 65536, 1.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_the_oldest_rows_are_forgotten_and_numbers_stay() -> None:
    store = LogStore(memory_limit=100_000)
    track = store.open(WEB_1, terminal=False)
    for number in range(20_000):
        track.append(b"line %d\n" % number, 1.0)

    first, end = store.extent("web.1")
    assert end == 20_000
    assert 0 < first < 20_000
    assert store.window("web.1", first, 1).rows[0].data == b"line %d" % first
    early = store.window("web.1", 0, 3)
    assert (early.first, early.rows[0].data) == (first, b"line %d" % first)
    assert lines(store.tail("web.1", 1)) == [b"line 19999"]


def test_a_flood_empties_no_other_processes_journal() -> None:
    store = LogStore(memory_limit=1_000_000)
    store.open(WEB_1, terminal=False).append(b"Listening\n", 1.0)
    flood = store.open(WORKER, terminal=False)
    for _ in range(100):
        flood.append(numbered(10_000), 2.0)

    assert everything(store, "web.1") == [b"Listening"]
    assert store.extent(EVERYTHING)[0] > 1


def test_the_journal_of_a_process_type_is_there_whenever_it_is_asked_for(store: LogStore) -> None:
    web_1, web_2 = store.open(WEB_1, terminal=False), store.open(WEB_2, terminal=False)
    web_1.append(b"a\n", 1.0)
    store.open(WORKER, terminal=False).append(b"job\n", 2.0)
    assert everything(store, "web") == [b"a"]
    web_2.append(b"b\nhalf", 3.0)
    assert everything(store, "web") == [b"a", b"b", b"half"]


@pytest.mark.parametrize("journal", ["web.1", "web", "nobody"])
def test_a_journal_that_nobody_wrote_to_is_empty(store: LogStore, journal: str) -> None:
    assert store.window(journal, 5, 10) == Window(journal, 0, 0, 0, 0, [])


def test_what_proctor_says_stands_between_the_lines_of_the_app(store: LogStore) -> None:
    web = store.open(WEB_1, terminal=False)
    web.append(b"bye\n", 1.0)
    store.say("Process exited with status 0", at=2.0, process=ProcessName("web", 1), run=1)
    store.say("Stopping", at=3.0)

    rows = store.window(EVERYTHING, 0, 10).rows
    assert [(row.process, row.run, row.stream) for row in rows] == [
        ("web.1", 1, "out"),
        ("web.1", 1, "proctor"),
        (None, None, "proctor"),
    ]
    assert everything(store, "web.1") == [b"bye", b"Process exited with status 0"]


def test_what_proctor_quotes_can_forge_no_line_and_reach_no_terminal(store: LogStore) -> None:
    store.say("GET /\n12:00:00 web.1 | forged\x1b]52;c;aGk=\x07 \udc9b", at=1.0)
    (row,) = store.window(EVERYTHING, 0, 10).rows
    assert row.data.decode() == "GET /␊12:00:00 web.1 | forged␛]52;c;aGk=␇ \u2039DC9B\u203a"


def test_each_change_is_told_with_where_the_journal_begins_and_ends() -> None:
    told: list[Any] = []
    store = LogStore(on_appended=lambda *change: told.append(change))
    track = store.open(WEB_1, terminal=False)
    track.append(b"a\nb\n", 1.0)
    track.append(b"c", 1.0)
    track.append(b"d\n", 1.0)
    store.say("app-wide", at=1.0)
    assert told == [("web.1", 0, 2), ("web.1", 0, 3), ("web.1", 0, 3)]


def test_a_cursor_that_holds_makes_processes_wait_and_loses_nothing() -> None:
    held: list[bool] = []
    store = LogStore(memory_limit=1_000_000, on_pressure=held.append)
    cursor = store.cursor(holds=True)
    track = store.open(WEB_1, terminal=False)
    written = 0
    while not held:
        track.append(numbered(1000), 1.0)
        written += 1000
    got = 0
    while blocks := cursor.read(1.0).blocks:
        got += sum(block.rows for block in blocks)
    assert held == [True, False]
    assert got == written


def test_a_cursor_that_holds_loses_none_of_many_tiny_writes() -> None:
    held: list[bool] = []
    store = LogStore(memory_limit=1_000_000, on_pressure=held.append)
    cursor = store.cursor(holds=True)
    track = store.open(WEB_1, terminal=False)
    written = 0
    while not held:
        track.append(b"x\n", 1.0)
        written += 1
    batch = cursor.read(1.0, limit=1_000_000)
    assert (batch.skipped, len(batch.blocks)) == (0, written)


def test_nobody_waits_for_a_closed_cursor() -> None:
    held: list[bool] = []
    store = LogStore(memory_limit=1_000_000, on_pressure=held.append)
    cursor = store.cursor(holds=True)
    track = store.open(WEB_1, terminal=False)
    for _ in range(100):
        track.append(numbered(1000), 1.0)
    cursor.close()
    cursor.close()
    assert held == [True, False]


def test_rows_that_were_kept_without_a_newline_become_blocks_without_one(store: LogStore) -> None:
    track = store.open(WEB_1, terminal=False)
    track.append(b"x" * PIECE_BYTES, 1.0)
    track.append(b"y\nnext\nlast words", 1.0)
    track.end(1.0)
    rows = store.window("web.1", 0, 10).rows
    assert [row.unended for row in rows] == [True, False, False, True]
    blocks = [(block.data, block.continued) for block in map(block_of, rows)]
    assert blocks == [
        (b"x" * PIECE_BYTES, False),
        (b"y\n", True),
        (b"next\n", False),
        (b"last words", False),
    ]
