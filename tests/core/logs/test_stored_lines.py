from collections.abc import Iterable
from pathlib import Path

import pytest

from proctor.logs import index
from proctor.logs.formats import HumanFormat
from proctor.logs.lines import Block
from proctor.logs.platform_format import PlatformFormat
from proctor.logs.selection import Selection
from proctor.logs.spill import Spill
from proctor.logs.store import LogStore
from proctor.logs.stored_lines import StoredLines
from proctor.logs.window import EVERYTHING
from proctor.model.names import ProcessName, RunId
from proctor.model.words import Sentence

ALL = Selection()


class Run:
    """One run of an app, whose words go to files."""

    def __init__(self, folder: Path, *, memory: int = 1 << 20, limit: int = 1 << 30) -> None:
        self.spill = Spill(folder, post=lambda callback: callback(), limit=limit)
        self.store = LogStore(spill=self.spill, memory_limit=memory)
        self._tracks = {
            name: self.store.open(RunId.parse(f"{name}#1"), terminal=False)
            for name in ("web.1", "web.2", "worker.1")
        }

    def prints(self, process: str, text: str, at: float) -> None:
        self._tracks[process].append(text.encode(), at)

    def end(self) -> None:
        for track in self._tracks.values():
            track.end(9.0)
        self.store.close()


def texts(blocks: Iterable[Block]) -> list[str]:
    return [line.decode() for block in blocks for line in block.lines()]


def latest(folder: Path, selection: Selection = ALL, count: int | None = None) -> list[str]:
    with StoredLines(folder) as stored:
        return texts(stored.latest(selection, count))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def ended(folder: Path) -> Path:
    run = Run(folder)
    run.prints("web.1", "one\ntwo\n", 1.0)
    run.store.say("Exited", at=2.0, process=ProcessName("web", 1), run=1)
    run.prints("worker.1", "three\n", 3.0)
    run.prints("web.2", "half", 4.0)
    run.store.say("All of it", at=5.0)
    run.end()
    return folder


def test_what_was_printed_is_read_back_in_its_order(ended: Path) -> None:
    assert latest(ended) == ["one", "two", "Exited", "three", "All of it", "half"]


def test_each_form_is_printed_from_files_as_it_was_from_memory(folder: Path) -> None:
    run = Run(folder)
    run.prints("web.1", "one\r\n\x1b[31mtwo\n", 1.25)
    said = Sentence("Process was ended by SIGTERM", "Process exited with status 143")
    run.store.say(said, at=2.5, process=ProcessName("web", 1), run=1)
    live = run.store.holdings(EVERYTHING).blocks
    run.end()
    with StoredLines(folder) as stored:
        back = list(stored.latest(ALL, None))
    for new in (HumanFormat, PlatformFormat):
        assert b"".join(new().feed(back)) == b"".join(new().feed(live))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(targets=("web",)), ["one", "two", "Exited", "half"]),
        (Selection(targets=("web.2", "worker")), ["three", "half"]),
        (Selection(source="proctor"), ["Exited", "All of it"]),
        (Selection(source="app", until=3.0), ["one", "two", "three"]),
        (Selection(since=3.0), ["three", "All of it", "half"]),
        (Selection(stream="err"), []),
    ],
)
def test_only_the_lines_that_are_selected(
    ended: Path, selection: Selection, expected: list[str]
) -> None:
    assert latest(ended, selection) == expected


def test_the_count_may_begin_within_a_block(ended: Path) -> None:
    assert latest(ended, count=5) == ["two", "Exited", "three", "All of it", "half"]
    assert latest(ended, count=0) == []


def test_the_last_run_alone_unless_earlier_ones_are_asked_for(ended: Path) -> None:
    run = Run(ended)
    run.prints("web.1", "anew\n", 11.0)
    run.end()
    assert latest(ended) == ["anew"]
    with StoredLines(ended) as stored:
        assert texts(stored.latest(ALL, 2, earlier_runs=True)) == ["half", "anew"]
        before = stored.latest(ALL, 1, before_this_run=True, earlier_runs=True)
        assert texts(before) == ["half"]


def test_what_memory_has_forgotten_goes_on_without_a_gap_or_a_line_twice(folder: Path) -> None:
    run = Run(folder, memory=8192)
    for number in range(200):
        run.prints("web.1", f"{number}\n", 1.0)  # all of one moment: the hardest to tell apart
    held = run.store.tail("web.1", 10_000)
    run.end()
    assert 0 < len(held.rows) < 200
    with StoredLines(folder) as stored:
        older = texts(stored.latest(ALL, None, before=held.rows[0]))
    assert [*older, *(row.data.decode() for row in held.rows)] == [str(n) for n in range(200)]


def test_when_the_run_ended_is_known_also_of_one_that_was_cut_off(ended: Path) -> None:
    with StoredLines(ended) as stored:
        last = stored.last_run()
    assert last is not None
    assert last.ended is not None
    path = ended / index.NAME
    records = path.read_text().splitlines()
    path.write_text("\n".join([*records[:-1], '["printed",7,']))
    with StoredLines(ended) as stored:
        last = stored.last_run()
    assert last is not None
    assert (last.ended, last.last) == (None, 9.0)


def test_files_that_are_gone_or_cut_leave_out_their_lines_alone(ended: Path) -> None:
    (ended / "web.1.log").write_bytes(b"")
    (ended / "web.2.log").unlink()
    assert latest(ended) == ["Exited", "three", "All of it"]


def test_files_that_were_rotated_are_read_as_well(folder: Path) -> None:
    run = Run(folder, limit=16_000)
    for number in range(100):
        run.prints("web.1", f"{number:050d}\n", float(number))
        run.prints("worker.1", f"{number:050d}\n", float(number))
    run.end()
    numbers = [int(text) for text in latest(folder, Selection(targets=("web",)))]
    assert numbers[-1] == 99
    assert numbers == list(range(numbers[0], 100))


def test_a_folder_without_an_index_tells_of_no_run(tmp_path: Path) -> None:
    with StoredLines(tmp_path / "none") as stored:
        assert stored.last_run() is None
        assert list(stored.latest(ALL, 10)) == []


def test_the_index_keeps_its_newest_parts(folder: Path) -> None:
    folder.mkdir()
    written = index.LogIndex(folder, part_bytes=100)
    for number in range(100):
        written.write([index.Ended(float(number))])
    written.close()
    found = [record.at for record in index.newest_first(folder)]
    assert found == [float(number) for number in range(99, 99 - len(found), -1)]
    assert len(list(folder.iterdir())) <= index.PARTS
