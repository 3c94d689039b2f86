import asyncio
from collections.abc import Iterator

import pytest

from proctor.errors import PlatformError
from proctor.runtime import services
from proctor.runtime.services import keep_running


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "FIRST_WAIT_SECONDS", 0.0)


def failing(*problems: Exception) -> Iterator[Exception]:
    return iter(problems)


async def told_of(*problems: Exception) -> list[str]:
    left = failing(*problems)
    told: list[str] = []

    async def service() -> None:
        problem = next(left, None)
        if problem is not None:
            raise problem

    await asyncio.wait_for(keep_running(service, failed=told.append), 10)
    return told


async def test_a_service_that_returns_is_not_run_again() -> None:
    assert await told_of() == []


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (PlatformError("the folder has gone"), "the folder has gone."),
        (OSError(24, "Too many open files"), "OSError: [Errno 24] Too many open files"),
        (KeyError("web.1"), "KeyError: 'web.1'"),
        (AssertionError("never so"), "AssertionError: never so"),
    ],
)
async def test_whatever_it_fails_with_is_told_and_it_is_tried_again(
    problem: Exception, words: str
) -> None:
    assert await told_of(problem) == [words]


async def test_the_same_failure_again_is_no_news() -> None:
    one, other = OSError(24, "one"), OSError(24, "other")
    assert await told_of(one, one, other) == [
        "OSError: [Errno 24] one",
        "OSError: [Errno 24] other",
    ]


async def test_a_service_that_had_worked_for_long_fails_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "LONGEST_WAIT_SECONDS", 0.0)
    assert await told_of(OSError("one"), OSError("one")) == ["OSError: one", "OSError: one"]


async def test_what_failed_does_not_show_what_it_had_read() -> None:
    secret = UnicodeDecodeError("utf-8", b"PASSWORD=\xff", 9, 10, "invalid start byte")
    assert "PASSWORD" not in str(await told_of(secret))
