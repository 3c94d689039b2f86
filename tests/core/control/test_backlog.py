import asyncio

import pytest

from proctor.control.backlog import Backlog
from proctor.model.events import Announced, AnyMessage, Lagged, OutputAppended, UsageSampled


def event(number: int) -> Announced:
    return Announced(sequence=number, at=0.0, cause="app", level="information", words="")


def output(process: str, end: int) -> OutputAppended:
    return OutputAppended(process=process, first=0, end=end)


async def test_events_come_in_order_before_the_notices() -> None:
    backlog = Backlog(limit=10)
    sent: list[AnyMessage] = [event(1), output("web.1", 5), event(2)]
    for message in sent:
        backlog.put(message)
    assert await backlog.take() == (event(1), event(2), output("web.1", 5))


async def test_a_notice_replaces_the_earlier_one_about_the_same_thing_alone() -> None:
    backlog = Backlog(limit=10)
    for end in range(100):
        backlog.put(output("web.1", end))
        backlog.put(output("web.2", end * 2))
        backlog.put(UsageSampled(usage={}))
    assert await backlog.take() == (
        output("web.1", 99),
        output("web.2", 198),
        UsageSampled(usage={}),
    )


async def test_too_many_events_become_one_message_with_their_number() -> None:
    backlog = Backlog(limit=3)
    for number in range(1, 9):
        backlog.put(event(number))
    assert await backlog.take() == (Lagged(missed=6), event(7), event(8))
    backlog.put(event(9))
    assert await backlog.take() == (event(9),)


async def test_what_was_missed_before_is_added_up() -> None:
    backlog = Backlog(limit=3)
    backlog.put(event(1))
    backlog.put(Lagged(missed=10))
    backlog.put(event(12))
    backlog.put(Lagged(missed=5))
    assert await backlog.take() == (Lagged(missed=17),)


async def test_an_empty_backlog_waits_and_an_ended_one_gives_what_is_left_then_nothing() -> None:
    backlog = Backlog(limit=3)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await backlog.take()
    backlog.put(event(1))
    backlog.end()
    assert await backlog.take() == (event(1),)
    assert await backlog.take() == ()
    assert await backlog.take() == ()


async def test_notices_alone_wait_for_others_and_an_event_ends_that_wait() -> None:
    backlog = Backlog(limit=3)
    backlog.put(output("web.1", 1))
    taking = asyncio.create_task(backlog.take(pace_seconds=30))
    await asyncio.sleep(0)
    backlog.put(output("web.1", 2))
    await asyncio.sleep(0)
    assert not taking.done()
    backlog.put(event(1))
    assert await taking == (event(1), output("web.1", 2))


async def test_the_pace_ends_the_wait_of_notices() -> None:
    backlog = Backlog(limit=3)
    backlog.put(output("web.1", 1))
    async with asyncio.timeout(5):
        assert await backlog.take(pace_seconds=0.01) == (output("web.1", 1),)
