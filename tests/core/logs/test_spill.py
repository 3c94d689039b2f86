import resource
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proctor.logs.files import LogFiles
from proctor.logs.lines import Block
from proctor.logs.spill import Spill, SpillTrouble
from proctor.logs.store import LogStore
from proctor.model.names import ProcessName, RunId
from support.eventually import eventually_now


def now(callback: Callable[[], object]) -> None:
    callback()


def out(data: bytes, process: str = "web.1") -> Block:
    return Block(process, 1, "out", 0.0, data, data.count(b"\n"))


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file can grow over `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_each_process_has_its_exact_bytes_in_a_file_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "logs"
    spill = Spill(folder, post=now)
    store = LogStore(spill=spill)
    web = store.open(RunId.parse("web.1#1"), terminal=True)
    worker = store.open(RunId.parse("worker.1#1"), terminal=False)
    odd = b"\xff\x00\r \x1b[31m\nhalf"
    web.append(odd.replace(b"\n", b"\r\n"), 1.0)
    worker.append(b"job\r\n", 1.0)
    web.end(2.0)
    store.say("Exited", at=0.0, process=ProcessName("web", 1))
    store.say("Stopping", at=0.5)
    store.close()

    assert (folder / "web.1.log").read_bytes() == odd
    assert spill.path("worker.1").read_bytes() == b"job\r\n"
    assert (folder / "proctor.log").read_text() == (
        "1970-01-01T00:00:00.000Z web.1: Exited\n1970-01-01T00:00:00.500Z proctor: Stopping\n"
    )
    assert stat.S_IMODE((folder / "web.1.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_lines_are_in_the_files_soon_without_closing(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    spill = Spill(tmp_path, post=now)
    spill.write(out(b"first\n"))
    eventually_now(lambda: spill.path("web.1").exists())
    eventually_now(lambda: spill.path("web.1").read_bytes() == b"first\n")
    spill.write(out(b"second\n"))
    eventually_now(lambda: spill.path("web.1").read_bytes() == b"first\nsecond\n")
    spill.close()
    assert not set(threading.enumerate()) - before


def test_a_later_start_goes_on_with_the_same_files(tmp_path: Path) -> None:
    for text in (b"one\n", b"two\n"):
        spill = Spill(tmp_path, post=now)
        spill.write(out(text))
        spill.close()
    assert (tmp_path / "web.1.log").read_bytes() == b"one\ntwo\n"


def test_files_are_rotated_and_the_oldest_part_goes_first(tmp_path: Path) -> None:
    files = LogFiles(tmp_path, limit=16_000)
    files.write("quiet.1", [b"kept\n"])
    for number in range(2000):
        files.write("web.1", [b"%099d\n" % number])
    files.close()

    parts = sorted(tmp_path.glob("web.1.log*"), key=lambda path: (len(path.name), path.name))
    kept = b"".join(path.read_bytes() for path in (*reversed(parts[1:]), parts[0]))
    numbers = [int(line) for line in kept.splitlines()]
    assert numbers == list(range(numbers[0], 2000))
    assert 14_000 < len(kept) <= 16_000
    assert (tmp_path / "quiet.1.log").read_bytes() == b"kept\n"


def test_many_large_files_are_cut_back_to_the_limit_together(tmp_path: Path) -> None:
    files = LogFiles(tmp_path, limit=20_000)
    for number in range(50):
        files.write(f"web.{number + 1}", [b"x" * 999 + b"\n"])
    files.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000
    assert (tmp_path / "web.50.log").exists()


def test_what_somebody_else_put_beside_the_files_neither_counts_nor_goes(tmp_path: Path) -> None:
    (tmp_path / "web.1.log.gz").write_bytes(b"x" * 50_000)
    files = LogFiles(tmp_path, limit=20_000)
    for _ in range(20):
        files.write("web.1", [b"y" * 999 + b"\n"])
    files.close()
    assert (tmp_path / "web.1.log.gz").stat().st_size == 50_000
    own = [path for path in tmp_path.iterdir() if path.suffix != ".gz"]
    assert sum(path.stat().st_size for path in own) == 20_000


def test_a_disk_that_is_full_is_told_once_and_writing_goes_on_when_it_can(tmp_path: Path) -> None:
    told: list[SpillTrouble] = []
    spill = Spill(tmp_path, post=now, on_trouble=told.append)
    with full_disk(10_000):
        for _ in range(20):
            spill.write(out(b"x" * 999 + b"\n"))
        eventually_now(lambda: bool(told))
        spill.write(out(b"more\n"))
    assert told[0].problem is not None
    spill._retry_at = 0.0  # as if a second had passed
    again = 0

    def writes_again() -> bool:
        nonlocal again
        again += 1
        spill.write(out(b"again\n"))
        return len(told) > 1

    eventually_now(writes_again)
    spill.close()
    assert told[1].problem is None
    assert len(told) == 2
    assert told[1].lost == spill.lost >= 10_000
    written = (tmp_path / "web.1.log").read_bytes()
    assert written.endswith(b"again\n")
    assert len(written) + spill.lost == 20_000 + len(b"more\n") + again * len(b"again\n")


def test_a_folder_that_cannot_be_made_is_trouble_and_nothing_worse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told: list[SpillTrouble] = []
    spill = Spill(tmp_path / "file" / "logs", post=now, on_trouble=told.append)
    spill.write(out(b"lost\n"))
    spill.close()
    assert [type(trouble.problem) for trouble in told] == [NotADirectoryError]
    assert spill.lost == 5


def test_a_loop_that_has_closed_is_told_nothing(tmp_path: Path) -> None:
    def closed(_: Callable[[], object]) -> None:
        raise RuntimeError("Event loop is closed")

    (tmp_path / "web.1.log").mkdir()
    spill = Spill(tmp_path, post=closed, on_trouble=lambda _: pytest.fail("told"))
    spill.write(out(b"lost\n"))
    spill.close()
    assert spill.lost == 5


def test_processes_wait_for_a_disk_that_is_too_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    write = LogFiles.write

    def slow(files: LogFiles, name: str, parts: list[bytes]) -> None:
        go_on.wait()
        write(files, name, parts)

    monkeypatch.setattr(LogFiles, "write", slow)
    held: list[bool] = []
    store = LogStore(spill=Spill(tmp_path, post=now), on_pressure=held.append)
    track = store.open(RunId.parse("web.1#1"), terminal=False)
    chunk = b"x" * (1024 * 1024 - 1) + b"\n"
    written = 0
    while not held:
        track.append(chunk, 1.0)
        written += len(chunk)
    assert written < 40 * 1024 * 1024
    go_on.set()
    eventually_now(lambda: held == [True, False])
    store.close()
    assert (tmp_path / "web.1.log").stat().st_size == written
