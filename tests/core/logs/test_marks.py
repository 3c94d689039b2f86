from proctor.logs import marks
from proctor.logs.marks import GRAIN_BYTES, MOST_MARKS, Mark, Marks
from proctor.logs.window import Stream


class Writer:
    """Writes to one file, and notes it."""

    def __init__(self, marks: Marks, *, inode: int = 1) -> None:
        self.marks = marks
        self.inode = inode
        self.offset = 0
        self.place = 0

    def write(self, size: int, at: float, *, run: int = 1, stream: Stream = "out") -> None:
        mark = Mark(self.inode, self.offset, size, self.place, at, at, run, stream)
        self.marks.note("web.1", mark)
        self.offset += size
        self.place += size

    @property
    def found(self) -> list[Mark]:
        return self.marks.all()["web.1"]


def test_what_is_written_within_a_second_is_one_stretch() -> None:
    writer = Writer(Marks())
    for at in (1.0, 1.5, 1.9, 2.5):
        writer.write(10, at)
    first, second = writer.found
    assert (first.offset, first.size, first.at, first.last_at) == (0, 30, 1.0, 1.9)
    assert (second.offset, second.size, second.place, second.at) == (30, 10, 30, 2.5)


def test_a_flood_is_many_stretches() -> None:
    writer = Writer(Marks())
    for _ in range(40):
        writer.write(GRAIN_BYTES // 10, 1.0)
    assert [mark.size // (GRAIN_BYTES // 10) for mark in writer.found] == [11, 11, 11, 7]


def test_another_run_stream_or_file_begins_another_stretch() -> None:
    writer = Writer(Marks())
    writer.write(10, 1.0)
    writer.write(10, 1.0, run=2)
    writer.write(10, 1.0, run=2, stream="err")
    writer.inode, writer.offset = 2, 0
    writer.write(10, 1.0, run=2, stream="err")
    assert [(mark.run, mark.stream, mark.inode, mark.offset) for mark in writer.found] == [
        (1, "out", 1, 0), (2, "out", 1, 10), (2, "err", 1, 20), (2, "err", 2, 0),
    ]  # fmt: skip


def test_bytes_that_were_lost_end_a_stretch() -> None:
    writer = Writer(Marks())
    writer.write(10, 1.0)
    writer.offset += 3  # of a batch that was written in part
    writer.write(10, 1.0)
    assert [mark.offset for mark in writer.found] == [0, 13]


def test_their_number_is_limited_and_nothing_is_left_out() -> None:
    writer = Writer(Marks())
    for second in range(MOST_MARKS * 5):
        writer.write(10, float(second * 2))
    found = writer.found
    assert len(found) <= MOST_MARKS
    assert sum(mark.size for mark in found) == writer.offset
    assert all(one.goes_on_with(two.inode, two.offset) for one, two in zip(found, found[1:]))  # noqa: B905, RUF007 - each with the next
    assert all(one.last_at < two.at for one, two in zip(found, found[1:]))  # noqa: B905, RUF007 - the same


def test_where_streams_take_turns_their_number_is_limited_too() -> None:
    writer = Writer(Marks())
    for number in range(MOST_MARKS * 3):
        writer.write(10, 1.0, stream="out" if number % 2 else "err")
    assert len(writer.found) <= marks.MOST_MARKS
    assert writer.found[-1].offset + writer.found[-1].size == writer.offset


def test_a_file_that_is_gone_is_forgotten() -> None:
    writer = Writer(Marks())
    writer.write(10, 1.0)
    writer.inode, writer.offset = 2, 0
    writer.write(10, 1.0)
    writer.marks.forget(1)
    assert [mark.inode for mark in writer.found] == [2]
