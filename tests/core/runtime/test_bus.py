import pytest

from proctor.model.events import (
    Announced,
    AnyMessage,
    Lagged,
    OutputAppended,
)
from proctor.runtime.bus import KEPT, EventBus
from support.supervised import Recorder, sequences

NOTICE = OutputAppended(process="web.1", first=0, end=7)


def happened(words: str = "it happened") -> Announced:
    return Announced(cause="app", level="information", words=words)


@pytest.fixture
def bus() -> EventBus:
    return EventBus(lambda: 1234.5)


def test_events_are_numbered_from_1_without_gaps_and_stamped(bus: EventBus) -> None:
    reader = Recorder()
    bus.subscribe(reader, after=0)
    for _ in range(3):
        bus.publish(happened())
    assert sequences(reader.messages) == [1, 2, 3]
    assert {getattr(event, "at", None) for event in reader.messages} == {1234.5}
    assert bus.sequence == 3


def test_a_late_subscriber_gets_what_was_kept_after_its_sequence(bus: EventBus) -> None:
    for _ in range(5):
        bus.publish(happened())
    reader = Recorder()
    bus.subscribe(reader, after=3)
    bus.publish(happened())
    assert sequences(reader.messages) == [4, 5, 6]


def test_what_is_not_kept_any_more_is_told_as_missed_with_its_number(bus: EventBus) -> None:
    for _ in range(KEPT + 10):
        bus.publish(happened())
    reader = Recorder()
    bus.subscribe(reader, after=3)
    assert reader.messages[0] == Lagged(missed=7)
    assert sequences(reader.messages[1:]) == list(range(11, KEPT + 11))


def test_a_subscriber_that_is_up_to_date_has_missed_nothing(bus: EventBus) -> None:
    for _ in range(KEPT + 10):
        bus.publish(happened())
    reader = Recorder()
    bus.subscribe(reader, after=bus.sequence)
    assert reader.messages == []


def test_all_subscribers_get_the_same_and_one_that_left_gets_nothing(bus: EventBus) -> None:
    first, second = Recorder(), Recorder()
    for reader in (first, second):
        bus.subscribe(reader, after=0)
    bus.publish(happened())
    bus.unsubscribe(first)
    bus.unsubscribe(first)
    bus.publish(happened())
    bus.notify(NOTICE)
    assert len(first.messages) == 1
    assert len(second.messages) == 3


def test_notices_have_no_number_and_are_not_kept(bus: EventBus) -> None:
    reader, late = Recorder(), Recorder()
    bus.subscribe(reader, after=0)
    bus.notify(NOTICE)
    bus.subscribe(late, after=0)
    assert reader.messages == [NOTICE]
    assert late.messages == []
    assert bus.sequence == 0


def test_a_bus_knows_whether_anybody_follows_it(bus: EventBus) -> None:
    reader = Recorder()
    assert not bus.followed
    bus.subscribe(reader, after=0)
    assert [bus.followed] == [True]
    bus.unsubscribe(reader)
    assert not bus.followed


def test_the_end_is_told_to_all_and_to_who_comes_after_it(bus: EventBus) -> None:
    reader, late = Recorder(), Recorder()
    bus.subscribe(reader, after=0)
    bus.publish(happened())
    bus.end()
    bus.subscribe(late, after=0)
    for each in (reader, late):
        assert sequences(each.messages) == [1]
        assert each.ended


class LeavesAtOnce(Recorder):
    """A subscriber that has had enough after its first message."""

    def __init__(self, bus: EventBus) -> None:
        super().__init__()
        self._bus = bus

    def put(self, message: AnyMessage) -> None:
        super().put(message)
        self._bus.unsubscribe(self)


@pytest.mark.parametrize("message", [happened(), NOTICE])
def test_a_subscriber_may_leave_while_it_is_told_something(
    bus: EventBus, message: Announced | OutputAppended
) -> None:
    leaving, staying = LeavesAtOnce(bus), Recorder()
    bus.subscribe(leaving, after=0)
    bus.subscribe(staying, after=0)
    if isinstance(message, Announced):
        bus.publish(message)
    else:
        bus.notify(message)
    assert len(leaving.messages) == len(staying.messages) == 1
