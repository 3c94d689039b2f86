import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctor.search import stored
from proctor.search.stored import CHUNK_BYTES, LINE_BYTES, Chunk, File, Segment, chunks, segments

Stretch = tuple[int, int, int, int, float, float, int | None, str]


OPENED: set[int] = set()  #: what the worker leaves to its end to close


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    while OPENED:
        os.close(OPENED.pop())


def write(name: str, data: bytes) -> int:
    """Write a file; its inode."""
    path = Path(name)
    path.write_bytes(data)
    return path.stat().st_ino


def mark(inode: int, offset: int, size: int, *, place: int = 0, at: float = 1.0) -> Stretch:
    return (inode, offset, size, place, at, at + 0.5, 1, "out")


def read(
    segment: Segment, *targets: str, newest_first: bool = False
) -> list[Chunk]:  # fmt: skip
    return list(chunks(segment, targets=targets, newest_first=newest_first))


def found_in(files: list[File], *, since: float = 0.0, until: float = math.inf) -> list[Segment]:
    found = segments(files, since=since, until=until)
    OPENED.update(segment.descriptor for segment in found)
    return found


def whole(name: str, data: bytes) -> Segment:
    inode = write(f"{name}.log", data)
    (found,) = found_in([File(name, None, [mark(inode, 0, len(data))])])
    return found


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.booleans())
def test_a_stretch_is_read_in_parts_of_whole_lines(sizes: list[int], newest_first: bool) -> None:
    data = b"".join(b"x" * size + b"\n" for size in sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "CHUNK_BYTES", 64)
        patch.setattr(stored, "LINE_BYTES", 48)
        parts = [chunk.data for chunk in read(whole("web.1", data), newest_first=newest_first)]
    assert b"".join(parts[::-1] if newest_first else parts) == data
    assert all(len(part) <= 64 for part in parts)


def test_a_very_long_line_is_looked_at_in_pieces() -> None:
    data = b"a\n" + b"x" * (2 * CHUNK_BYTES) + b"\nb\n"
    parts = b"".join(chunk.data for chunk in read(whole("web.1", data)))
    lines = parts.split(b"\n")
    assert max(map(len, lines)) == LINE_BYTES
    assert b"".join(lines) == data.replace(b"\n", b"")
    assert (lines[0], lines[-2]) == (b"a", b"b")


def test_the_last_words_of_a_run_are_a_line() -> None:
    (chunk,) = read(whole("web.1", b"one\nlast"))
    assert (chunk.data, chunk.size) == (b"one\nlast\n", 8)


def test_what_memory_holds_is_not_read() -> None:
    inode = write("web.1.log", b"0123456789")
    marks = [mark(inode, 0, 4, place=100), mark(inode, 4, 4, place=104)]
    found = found_in([File("web.1", 106, marks)])
    assert [(each.offset, each.size) for each in found] == [(0, 4), (4, 2)]
    assert found_in([File("web.1", 100, marks)]) == []


def test_what_is_too_old_or_too_new_is_not_read() -> None:
    inode = write("web.1.log", b"0123456789")
    marks = [mark(inode, 0, 4, at=1.0), mark(inode, 4, 4, at=2.0)]
    found = found_in([File("web.1", None, marks)], since=1.8)
    assert [each.offset for each in found] == [4]
    assert [each.offset for each in found_in([File("web.1", None, marks)], until=1.5)] == [0]


def test_files_are_known_by_what_they_are_not_by_their_names() -> None:
    old = write("web.1.log", b"old\n")
    Path("web.1.log").rename("web.1.log.1")
    new = write("web.1.log", b"new\n")
    marks = [mark(old, 0, 4, at=1.0), mark(new, 0, 4, at=2.0)]
    Path("web.1.log.1").rename("web.1.log.2")  # rotated once more since the marks were read
    found = found_in([File("web.1", None, marks)])
    assert [read(each)[0].data for each in found] == [b"old\n", b"new\n"]


def test_a_file_that_is_gone_is_left_out_and_one_that_goes_now_is_still_read() -> None:
    gone = write("web.1.log.1", b"gone\n")
    there = write("web.1.log", b"there\n")
    Path("web.1.log.1").unlink()
    marks = [mark(gone, 0, 5), mark(there, 0, 6)]
    found = found_in([File("web.1", None, marks)])
    Path("web.1.log").unlink()
    assert [read(each)[0].data for each in found] == [b"there\n"]


@pytest.mark.parametrize("name", ["web.1.log.bak", "web.1.log.", "web.10.log", "web.1.log.1x"])
def test_files_of_others_are_left_alone(name: str) -> None:
    inode = write(name, b"other\n")
    assert found_in([File("web.1", None, [mark(inode, 0, 6)])]) == []


def test_a_link_is_not_followed() -> None:
    inode = write("elsewhere", b"secret\n")
    Path("web.1.log").symlink_to("elsewhere")
    assert found_in([File("web.1", None, [mark(inode, 0, 7)])]) == []


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([], [("web.1", "one: two"), (None, "three"), ("worker.1", "four")]),
        (["web"], [("web.1", "one: two")]),
        (["worker.1"], [("worker.1", "four")]),
        (["worker.1", "web"], [("web.1", "one: two"), ("worker.1", "four")]),
    ],
)
def test_what_proctor_said_has_its_process_and_its_time(
    targets: list[str], expected: list[tuple[str | None, str]]
) -> None:
    data = (
        b"1970-01-01T00:00:01.500Z web.1: one: two\ncut by a full disk\n"
        b"1970-01-01T00:00:02.000Z proctor: three\n1970-01-01T00:00:03.000Z worker.1: four\n"
    )
    segment = whole("proctor", data)._replace(stream="proctor", run=None)
    (chunk,) = read(segment, *targets)
    lines = chunk.data.decode().splitlines()
    assert [(each.process, lines[each.line]) for each in chunk.entries] == expected
    assert chunk.size == len(data)
    if not targets:
        assert [each.at for each in chunk.entries] == [1.5, 2.0, 3.0]
