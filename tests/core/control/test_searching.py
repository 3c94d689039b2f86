"""Searches over the real log, its files, and a real socket."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from proctor.control.client import RemoteSession, connect
from proctor.control.greeting import ConnectionEnded
from proctor.control.served_searches import MOST_SEARCHES
from proctor.control.server import ControlServer
from proctor.errors import PlatformError, UserError
from proctor.logs.files import LogFiles
from proctor.logs.search import SearchHit, SearchProgress, SearchQuery
from proctor.logs.spill import Spill
from proctor.logs.store import LogStore
from proctor.logs.track import Track
from proctor.model.names import ProcessName, RunId
from support.eventually import eventually, eventually_now
from support.session_of_app import SessionOfApp
from support.supervised import SupervisedApp

MEMORY = 64 * 1024
DISK = 4 * 1024 * 1024
FILLING = b"filling " * 12 + b"\n"
HOPELESS = SearchQuery(text=r"(a+)+$", regex=True)


class Log:
    """A log with little memory, whose older lines are on disk alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spill = Spill(folder, limit=DISK, post=lambda callback: callback())
        self.store = LogStore(memory_limit=MEMORY, spill=self.spill)
        self._tracks: dict[str, Track] = {}

    def track(self, run: str) -> Track:
        if run not in self._tracks:
            self._tracks[run] = self.store.open(RunId.parse(run), terminal=False)
        return self._tracks[run]

    def prints(self, run: str, data: bytes, *, at: float = 100.0) -> None:
        self.track(run).append(data, at)

    def fill(self, run: str = "web.1#1", *, count: int = 3000, at: float = 100.0) -> None:
        """Print so much that memory forgets what was before."""
        for _ in range(count // 100):
            self.prints(run, FILLING * 100, at=at)

    def says(self, text: str, process: str | None = None, *, at: float = 100.0) -> None:
        name = None if process is None else ProcessName(*_parts(process))
        self.store.say(text, at=at, process=name)

    def written(self) -> None:
        """Wait until the files hold all that was printed."""
        eventually_now(lambda: self.spill._queued == self.spill._written)


def _parts(process: str) -> tuple[str, int]:
    kind, _, number = process.rpartition(".")
    return kind, int(number)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path / "logs")
    yield log
    log.store.close()


@pytest.fixture
async def app(log: Log) -> SessionOfApp:
    app = SessionOfApp(SupervisedApp())
    app.session._store = log.store
    return app


@pytest.fixture
async def remote(
    app: SessionOfApp, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[RemoteSession]:
    server = ControlServer(app.session)
    await server.listen(tmp_path / "app.sock")
    async with await connect(tmp_path / "app.sock") as remote:
        yield remote
    await server.close(within_seconds=0)
    assert workers() == []
    said = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert said == []  # asyncio has nothing to complain of


def workers() -> list[int]:
    """The processes that search for us, a zombie too."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    found = []
    for pid in map(int, children):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            continue
        if b"proctor.search.worker" in words or not words:
            found.append(pid)
    return found


async def hits(session: RemoteSession, text: str, **query: object) -> list[SearchHit]:
    asked = msgspec.structs.replace(SearchQuery(text=text), **query)
    return [item async for item in session.search(asked) if isinstance(item, SearchHit)]


async def texts(session: RemoteSession, text: str, **query: object) -> list[str]:
    return [hit.text for hit in await hits(session, text, **query)]


def number_of(log: Log, journal: str, text: bytes) -> int:
    first, end = log.store.extent(journal)
    rows = log.store.window(journal, first, end - first).rows
    return next(row.number for row in rows if text in row.data)


async def test_what_memory_holds_and_what_is_on_disk_alone_is_found_the_newest_first(
    log: Log, remote: RemoteSession
) -> None:
    log.prints("web.1#3", b"the oldest needle\n", at=10.0)
    log.fill("web.1#3", at=20.0)
    log.prints("web.1#3", b"the newest needle\n", at=30.0)
    log.written()
    new, old = await hits(remote, "needle")
    assert (new.text, new.at, new.process, new.run, new.stream) == (
        "the newest needle", 30.0, "web.1", 3, "out",
    )  # fmt: skip
    assert new.row == number_of(log, "*", b"the newest")
    assert (old.text, old.at, old.process, old.run, old.row) == (
        "the oldest needle", 10.0, "web.1", 3, None,
    )  # fmt: skip
    assert new.spans == old.spans == [(11, 17)]


async def test_every_line_is_found_once_wherever_memory_ends(
    log: Log, remote: RemoteSession
) -> None:
    for number in range(5000):
        log.prints(f"web.{number % 3 + 1}#1", b"line %d\n" % number + FILLING)
    log.written()
    newest_first = await texts(remote, r"^line \d+$", regex=True)
    oldest_first = await texts(remote, r"^line \d+$", regex=True, newest_first=False)
    expected = {f"line {number}" for number in range(5000)}
    assert len(newest_first) == len(oldest_first) == 5000
    assert set(newest_first) == set(oldest_first) == expected
    assert newest_first[0] == oldest_first[-1] == "line 4999"


async def test_the_order_is_that_of_time_for_each_process(log: Log, remote: RemoteSession) -> None:
    for number in range(3000):
        log.prints("web.1#1", b"line %04d\n" % number + FILLING, at=number / 100)
    log.written()
    found = await texts(remote, "line", newest_first=False)
    assert found == sorted(found)
    assert await texts(remote, "line") == found[::-1]


async def test_processes_on_disk_are_searched_together_in_the_order_of_time(
    log: Log, remote: RemoteSession
) -> None:
    for second in range(20):
        log.prints(f"web.{second % 2 + 1}#1", b"line %02d\n" % second, at=second * 10.0)
    log.fill("worker.1#1", at=1000.0)
    log.written()
    found = await texts(remote, "line", newest_first=False)
    assert found == [f"line {second:02}" for second in range(20)]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((), ["proctor: quit", "worker", "web.1: exited", "web.2", "web.1"]),
        (("web",), ["web.1: exited", "web.2", "web.1"]),
        (("web.1",), ["web.1: exited", "web.1"]),
        (("web.2",), ["web.2"]),
        (("web.2", "worker"), ["worker", "web.2"]),
        (("nobody",), []),
    ],
)
@pytest.mark.parametrize("on_disk", [False, True])
async def test_targets_mean_what_their_processes_printed_and_what_was_said_of_them(
    log: Log, remote: RemoteSession, targets: tuple[str, ...], expected: list[str], on_disk: bool
) -> None:
    log.prints("web.1#1", b"needle web.1\n", at=1.0)
    log.prints("web.2#1", b"needle web.2\n", at=2.0)
    log.says("needle web.1: exited", "web.1", at=3.0)
    log.prints("worker.1#1", b"needle worker\n", at=4.0)
    log.says("needle proctor: quit", at=5.0)
    if on_disk:
        log.fill("other.1#1", at=9.0)
        for process in ("web.1#1", "web.2#1", "worker.1#1"):
            log.fill(process, at=9.0)
        for _ in range(200):
            log.says("filling", "web.1", at=9.0)
    log.written()
    found = await hits(remote, "needle", targets=targets)
    assert [hit.text.removeprefix("needle ") for hit in found] == expected
    said = {hit.text: hit.process for hit in found if hit.stream == "proctor"}
    about = {"needle proctor: quit": None, "needle web.1: exited": "web.1"}
    assert said == {text: about[text] for text in said}


async def test_what_the_app_printed_or_what_proctor_said_alone(
    log: Log, remote: RemoteSession
) -> None:
    log.prints("web.1#1", b"needle old\n")
    log.says("needle said long ago", "web.1")
    log.fill()
    log.prints("web.1#1", b"needle new\n")
    log.says("needle said now")
    log.written()
    assert await texts(remote, "needle", source="app") == ["needle new", "needle old"]
    assert await texts(remote, "needle", source="proctor") == [
        "needle said now", "needle said long ago",
    ]  # fmt: skip


async def test_only_what_was_printed_in_a_span_of_time(log: Log, remote: RemoteSession) -> None:
    for second in range(0, 40, 10):
        log.prints("web.1#1", b"needle %d\n" % second, at=float(second))
        if second == 20:
            log.fill(at=21.0)
    log.written()
    assert await texts(remote, "needle", since=15.0) == ["needle 30", "needle 20"]
    assert await texts(remote, "needle", since=25.0) == ["needle 30"]
    assert await texts(remote, "needle", until=15.0) == ["needle 10", "needle 0"]
    assert await texts(remote, "needle", since=5.0, until=35.0, newest_first=False) == [
        "needle 10", "needle 20", "needle 30",
    ]  # fmt: skip


async def test_no_more_lines_than_are_wanted(log: Log, remote: RemoteSession) -> None:
    for number in range(50):
        log.prints("web.1#1", b"needle %d\n" % number)
    assert await texts(remote, "needle", limit=3) == ["needle 49", "needle 48", "needle 47"]
    assert await texts(remote, "needle", limit=2, newest_first=False) == ["needle 0", "needle 1"]


async def test_files_that_were_rotated_are_searched_and_those_removed_are_not_missed(
    log: Log, remote: RemoteSession
) -> None:
    for step in range(25):  # together more than all files may hold, each more than one may
        if step == 22:
            log.prints("web.1#1", b"needle\n")
        log.fill()
        log.written()
    assert not (log.folder / "web.1.log.25").exists()
    assert (log.folder / "web.1.log.2").exists()
    assert await texts(remote, "needle") == ["needle"]
    counted = len(await texts(remote, "filling", source="app"))
    kept = sum(each.stat().st_size for each in log.folder.glob("*.log*"))
    assert 0 <= counted - kept // len(FILLING) < 10


async def test_what_an_earlier_run_of_the_app_has_written_is_not_searched(
    tmp_path: Path, log: Log, remote: RemoteSession
) -> None:
    files = LogFiles(log.folder, limit=DISK)
    files.write("web.1", [b"needle of before\n"])
    files.close()
    log.prints("web.1#1", b"needle of now\n")
    log.fill()
    log.written()
    assert await texts(remote, "needle") == ["needle of now"]


async def test_odd_lines_in_memory(log: Log, remote: RemoteSession) -> None:
    log.prints("web.1#1", b"needle \xff\x1b[31mred\x1b[0m\r\n" + b"x" * 30_000 + b" needle\nlast")
    log.prints("web.1#1", b" needle, still open")
    log.track("worker.1#1").append(b"the needle of the last words", 100.0)
    log.track("worker.1#1").end(100.0)
    found = await hits(remote, "needle", width=20)
    assert [hit.text for hit in found] == [
        "last needle, still o", "the needle of the la", "xxxxxxxxxxxxx needle", "needle \ufffdred",
    ]  # fmt: skip
    assert [hit.text[first:end] for hit in found for first, end in hit.spans] == ["needle"] * 4
    assert [hit.after for hit in found[:2]] == [3, 8]


async def test_odd_lines_on_disk(log: Log, remote: RemoteSession) -> None:
    log.prints("web.1#1", b"needle \xff\x1b[31mred\x1b[0m\r\n" + b"x" * 200_000 + b" needle\n")
    log.prints("web.1#1", b"the needle of the last words")
    log.track("web.1#1").end(100.0)
    log.fill("web.1#2")
    log.written()
    found = await hits(remote, "needle", width=30)
    assert [(hit.run, hit.text) for hit in found] == [
        (1, "the needle of the last words"), (1, "x" * 23 + " needle"), (1, "needle \ufffdred"),
    ]  # fmt: skip


async def test_a_log_without_files_is_searched_in_memory(remote: RemoteSession, log: Log) -> None:
    log.store._spill = None
    log.prints("web.1#1", b"needle\n")
    assert await texts(remote, "needle") == ["needle"]


async def test_progress_tells_how_far_it_is(log: Log, remote: RemoteSession) -> None:
    log.prints("web.1#1", b"needle\n", at=1.0)
    log.fill(count=20_000)
    log.written()
    told = [
        item
        async for item in remote.search(SearchQuery(text="needle"))
        if isinstance(item, SearchProgress)
    ]
    *before, last = told
    assert all(each.searched <= each.total and not each.ended for each in before)
    assert last.searched == last.total == 20_000 * len(FILLING) + len(b"needle\n")
    assert (last.lines, last.found, last.reached, last.ended) == (20_001, 1, 1.0, True)


async def test_what_is_no_expression_is_said_with_the_place(remote: RemoteSession) -> None:
    with pytest.raises(UserError) as caught:
        await texts(remote, "ab(c", regex=True)
    assert str(caught.value) == (
        "'ab(c' is no regular expression: missing ), unterminated subpattern (at character 3)."
    )


@pytest.mark.parametrize("query", [SearchQuery(text=""), SearchQuery(text="a", limit=0)])
async def test_a_query_that_finds_nothing_ever_is_refused(
    remote: RemoteSession, query: SearchQuery
) -> None:
    with pytest.raises(UserError):
        await anext(remote.search(query))


async def test_a_hopeless_pattern_stalls_nobody_and_ends_at_once_when_it_is_not_wanted(
    log: Log, remote: RemoteSession
) -> None:
    log.prints("web.1#1", b"a" * 64 + b"!\n")
    log.prints("worker.1#1", b"needle\n")
    searching = asyncio.create_task(anext(remote.search(HOPELESS)))
    await eventually(lambda: len(workers()) == 1)
    (worker,) = workers()
    await eventually(lambda: _seconds_used(worker) > 0.2)
    for _ in range(20):
        began = time.monotonic()
        await remote.snapshot()
        assert time.monotonic() - began < 1
    assert await texts(remote, "needle") == ["needle"]
    assert not searching.done()
    searching.cancel()
    await asyncio.gather(searching, return_exceptions=True)
    await eventually(lambda: workers() == [])


def _seconds_used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


async def test_a_search_that_is_not_wanted_any_more_leaves_nothing(
    log: Log, remote: RemoteSession
) -> None:
    log.fill(count=20_000)
    log.written()
    async with aclosing(remote.search(SearchQuery(text="filling"))) as found:
        assert isinstance(await anext(found), SearchHit)
    await eventually(lambda: workers() == [])
    assert await texts(remote, "nothing of the kind") == []


async def test_a_client_that_leaves_ends_its_searches(
    log: Log, remote: RemoteSession, tmp_path: Path
) -> None:
    log.prints("web.1#1", b"a" * 64 + b"!\n")
    other = await connect(tmp_path / "app.sock")
    searching = asyncio.create_task(anext(other.search(HOPELESS)))
    await eventually(lambda: len(workers()) == 1)
    await other.close()
    with pytest.raises(ConnectionEnded):
        await searching
    await eventually(lambda: workers() == [])


async def test_a_client_that_takes_nothing_holds_up_its_own_search_alone(
    log: Log, remote: RemoteSession
) -> None:
    log.fill(count=20_000)
    log.prints("web.1#1", b"needle\n")
    log.written()
    async with aclosing(remote.search(SearchQuery(text="filling"))) as slow:
        await anext(slow)
        assert await texts(remote, "needle") == ["needle"]
        (told,) = (
            queue for queue in remote._searches._told.values()
        )  # what has come ahead of what was taken
        await eventually(lambda: told.qsize() >= 7)
        assert await texts(remote, "needle") == ["needle"]
        assert told.qsize() <= 8
        rest = [item async for item in slow if isinstance(item, SearchHit)]
    assert len(rest) == 20_000 - 1


async def test_several_searches_at_once_each_find_their_own(
    log: Log, remote: RemoteSession
) -> None:
    for number in range(4):
        log.prints("web.1#1", b"needle %d\n" % number)
        log.fill()
    log.written()
    found = await asyncio.gather(*(texts(remote, f"needle {number}") for number in range(4)))
    assert found == [[f"needle {number}"] for number in range(4)]


async def test_a_client_may_have_so_many_searches_and_no_more(
    log: Log, remote: RemoteSession
) -> None:
    log.prints("web.1#1", b"a" * 64 + b"!\n")
    many = [
        asyncio.create_task(anext(remote.search(HOPELESS))) for _ in range(MOST_SEARCHES)
    ]  # fmt: skip
    await eventually(lambda: len(workers()) == MOST_SEARCHES)
    with pytest.raises(PlatformError, match="searches of this client run already"):
        await texts(remote, "a")
    for each in many:
        each.cancel()
    await asyncio.gather(*many, return_exceptions=True)
    await eventually(lambda: workers() == [])
    assert await texts(remote, "aaa!") == ["a" * 64 + "!"]


async def test_a_worker_that_is_killed_ends_its_search_with_a_word(
    log: Log, remote: RemoteSession
) -> None:
    log.prints("web.1#1", b"a" * 64 + b"!\n")
    searching = asyncio.create_task(anext(remote.search(HOPELESS)))
    await eventually(lambda: len(workers()) == 1)
    os.kill(workers()[0], 9)
    with pytest.raises(PlatformError, match="gone before its end"):
        await searching
