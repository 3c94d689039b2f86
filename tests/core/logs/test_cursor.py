import pytest

from proctor.logs.cursor import Batch, MergedCursor
from proctor.logs.store import LogStore
from proctor.logs.track import Track
from proctor.model.names import RunId

LATER = 1.5  # so long after 1.0 that a partial line is shown


@pytest.fixture
def store() -> LogStore:
    return LogStore(memory_limit=200_000)


@pytest.fixture
def cursor(store: LogStore) -> MergedCursor:
    return store.cursor()


@pytest.fixture
def web(store: LogStore) -> Track:
    return store.open(RunId.parse("web.1#1"), terminal=False)


def read(batch: Batch) -> list[tuple[bytes, bool]]:
    return [(block.data, block.continued) for block in batch.blocks]


def test_each_byte_is_read_once(cursor: MergedCursor, web: Track) -> None:
    web.append(b"a\nb\n", 1.0)
    assert read(cursor.read(1.0)) == [(b"a\nb\n", False)]
    assert read(cursor.read(1.0)) == []
    web.append(b"c\n", 1.0)
    assert read(cursor.read(1.0)) == [(b"c\n", False)]


def test_a_new_cursor_begins_with_the_oldest_that_is_held(store: LogStore, web: Track) -> None:
    web.append(b"before\n", 1.0)
    assert read(store.cursor().read(1.0)) == [(b"before\n", False)]


def test_a_partial_line_is_given_after_a_moment_and_its_rest_later(
    cursor: MergedCursor, web: Track
) -> None:
    web.append(b"Pass", 1.0)
    early = cursor.read(1.05)
    assert read(early) == []
    assert early.ripe_in == pytest.approx(0.15)
    assert read(cursor.read(LATER)) == [(b"Pass", False)]
    assert cursor.read(LATER).ripe_in is None
    web.append(b"word: ", LATER)
    assert read(cursor.read(LATER)) == [(b"word: ", True)]
    web.append(b"secret\nok\n", 2.0)
    assert read(cursor.read(2.0)) == [(b"secret\nok\n", True)]
    web.append(b"next\n", 2.0)
    assert read(cursor.read(2.0)) == [(b"next\n", False)]


def test_a_line_that_was_given_whole_before_its_run_ended_does_not_come_again(
    cursor: MergedCursor, web: Track
) -> None:
    web.append(b"bye", 1.0)
    assert read(cursor.read(LATER)) == [(b"bye", False)]
    web.end(2.0)
    assert read(cursor.read(2.0)) == []


def test_the_last_words_of_a_run_come_at_once_when_it_ends(
    cursor: MergedCursor, web: Track
) -> None:
    web.append(b"bye", 1.0)
    web.end(1.0)
    assert read(cursor.read(1.0)) == [(b"bye", False)]


def test_a_partial_line_is_not_cut_within_a_character(cursor: MergedCursor, web: Track) -> None:
    data = "né".encode()
    web.append(data[:-1], 1.0)
    assert read(cursor.read(LATER)) == [(b"n", False)]
    web.append(data[-1:], LATER)
    assert read(cursor.read(LATER)) == [(data[1:], True)]


def test_without_partial_lines_come_whole(cursor: MergedCursor, web: Track) -> None:
    web.append(b"half", 1.0)
    assert read(cursor.read(LATER, partial=False)) == []
    web.append(b" whole\n", 2.0)
    assert read(cursor.read(2.0, partial=False)) == [(b"half whole\n", False)]


def test_a_clock_that_was_set_back_delays_no_partial_line(cursor: MergedCursor, web: Track) -> None:
    web.append(b"prompt", 1000.0)
    assert read(cursor.read(1.0)) == [(b"prompt", False)]


def test_a_line_interrupted_by_a_hold_is_not_split_by_the_time_it_waited() -> None:
    held: list[bool] = []
    store = LogStore(memory_limit=200_000, on_pressure=held.append)
    cursor = store.cursor(holds=True)
    web = store.open(RunId.parse("web.1#1"), terminal=False)
    while not held:
        web.append(b"line\nhalf ", 1.0)
    blocks = []
    while batch := cursor.read(60.0).blocks:
        blocks += batch
    assert held == [True, False]
    assert all(block.data.endswith(b"\n") for block in blocks)
    assert read(cursor.read(60.3)) == [(b"half ", False)]


def test_who_holds_and_reads_on_lets_go_though_much_was_forgotten_before_it_could_be_read() -> None:
    held: list[bool] = []
    store = LogStore(memory_limit=200_000, on_pressure=held.append)
    cursor = store.cursor(holds=True)
    web = store.open(RunId.parse("web.1#1"), terminal=False)
    for _ in range(100):  # what runs print last is read although they are held
        web.append(b"x" * 9_999 + b"\n", 1.0)
    batches = [cursor.read(1.0)]
    while batches[-1].more:
        batches.append(cursor.read(1.0))
    assert batches[0].skipped > 0
    assert held == [True, False]


def test_a_reader_is_woken_when_a_hold_ends_so_that_a_prompt_is_not_forgotten() -> None:
    woken: list[bool] = []
    store = LogStore(memory_limit=200_000)
    reader = store.cursor(on_data=lambda: woken.append(True))
    holding = store.cursor(holds=True)
    web = store.open(RunId.parse("web.1#1"), terminal=False)
    web.append(b"x" * 60_000 + b"\nprompt", 1.0)
    while reader.read(1.0).blocks:
        pass
    assert reader.read(60.0).blocks == []  # held: the rest of the line may be on its way
    woken.clear()
    holding.close()
    assert woken
    assert reader.read(60.0).ripe_in == pytest.approx(0.2)
    assert read(reader.read(60.3)) == [(b"prompt", False)]


def test_a_cursor_that_falls_off_says_how_many_rows_it_missed(
    cursor: MergedCursor, web: Track
) -> None:
    web.append(b"seen\n", 1.0)
    cursor.read(1.0)
    for number in range(100_000):
        web.append(b"%d\n" % number, 1.0)

    batch = cursor.read(1.0, limit=10_000_000)
    assert batch.blocks[0].data == b"%d\n" % batch.skipped
    assert len(batch.blocks) + batch.skipped == 100_000
    assert cursor.read(1.0).skipped == 0


def test_a_partial_line_that_was_begun_before_falling_off_goes_on_after_it(
    store: LogStore, cursor: MergedCursor, web: Track
) -> None:
    other = store.open(RunId.parse("worker.1#1"), terminal=False)
    web.append(b"begun", 1.0)
    cursor.read(LATER)
    for _ in range(10_000):
        other.append(b"flood\n" * 10, 2.0)
    web.append(b" ended\n", 3.0)

    blocks = cursor.read(3.0, limit=10_000_000).blocks
    assert (blocks[-1].data, blocks[-1].continued) == (b" ended\n", True)


def test_a_cursor_keeps_its_place_while_old_blocks_are_forgotten(
    cursor: MergedCursor, web: Track
) -> None:
    got: list[bytes] = []
    for number in range(20_000):
        web.append(b"%d\n" % number, 1.0)
        if number % 100 == 0:
            got += [block.data for block in cursor.read(1.0).blocks]
    got += [block.data for block in cursor.read(1.0).blocks]
    assert got == [b"%d\n" % number for number in range(20_000)]


def test_a_batch_is_about_as_large_as_it_may_be(cursor: MergedCursor, web: Track) -> None:
    for _ in range(10):
        web.append(b"x" * 999 + b"\n", 1.0)
    batch = cursor.read(1.0, limit=2500)
    assert len(batch.blocks) == 3
    assert batch.more
