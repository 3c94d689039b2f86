"""What holds for all tests: nothing may be left running, and what must run is not skipped."""

import contextlib
import os
import signal
import sys
import time
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

_MARK = "PROCTOR_TEST_RUN"
_MOMENT_SECONDS = 3.0
_PURE = ("tests/core/model/", "tests/tui/render/")

os.environ[_MARK] = uuid.uuid4().hex  # another one in each worker
# Without its compiled files a start of the program takes several times as long.
for name in (
    "NO_COLOR", "FORCE_COLOR", "PORT", "PROCFILE", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
):  # fmt: skip
    os.environ.pop(name, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skip fail in CI, unless the test says that not every machine has what it needs."""
    report = yield
    must_run = os.environ.get("CI") and item.get_closest_marker("may_skip") is None
    if report.skipped and must_run and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though it must run: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _nothing_is_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    if any(part in str(request.node.path) for part in _PURE) or sys.platform != "linux":
        yield
        return
    before = set(_marked())
    yield
    left = _left_since(before)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert not left, f"left running: {left}"


def _left_since(before: set[int]) -> dict[int, str]:
    """Who is still there after a moment: what was told to end may need one."""
    deadline = time.monotonic() + _MOMENT_SECONDS
    while True:
        left = {pid: command for pid, command in _marked().items() if pid not in before}
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def _marked() -> dict[int, str]:
    """The living processes that came from this test run, with their command lines."""
    mark = f"{_MARK}={os.environ[_MARK]}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark not in (entry / "environ").read_bytes():
                continue
            state = (entry / "stat").read_bytes().rpartition(b")")[2].split()[0]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if state not in (b"Z", b"X"):
            found[int(entry.name)] = command
    return found
