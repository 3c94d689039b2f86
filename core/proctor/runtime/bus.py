"""The event bus: numbers what has happened and hands it to whoever subscribed."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from proctor.model.events import AnyEvent, AnyMessage, AnyNotice, Lagged

KEPT = 4096
"""So many past events can still be read: `proctor events` prints them."""


class Subscriber(Protocol):
    """Takes messages at once and never makes the publisher wait."""

    def put(self, message: AnyMessage) -> None:
        """Take a message."""
        ...

    def end(self) -> None:
        """There will be no more."""
        ...


class EventBus:
    """One publisher, the supervisor; any number of subscribers, on the same event loop.

    `wall` tells the time that events carry, in seconds since 1970.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._subscribers: dict[Subscriber, None] = {}
        self._recent: deque[AnyEvent] = deque(maxlen=KEPT)
        self._ended = False
        self.sequence = 0

    @property
    def followed(self) -> bool:
        """Somebody subscribes: what is costly to find out is worth finding out."""
        return bool(self._subscribers)

    @property
    def recent(self) -> Sequence[AnyEvent]:
        """The last events, the oldest first."""
        return self._recent

    def publish(self, event: AnyEvent) -> None:
        """Give the event its number and time, and hand it on."""
        self.sequence += 1
        event = msgspec.structs.replace(event, sequence=self.sequence, at=self._wall())
        self._recent.append(event)
        for subscriber in list(self._subscribers):
            subscriber.put(event)

    def notify(self, notice: AnyNotice) -> None:
        """Hand on a notice: a later one about the same thing may replace it."""
        for subscriber in list(self._subscribers):
            subscriber.put(notice)

    def subscribe(self, subscriber: Subscriber, *, after: int) -> None:
        """Hand on the events after this sequence, as far as they are kept, and all that follow."""
        missed = max(0, self.sequence - after - len(self._recent))
        if missed:
            subscriber.put(Lagged(missed=missed))
        for event in self._recent:
            if event.sequence > after:
                subscriber.put(event)
        if self._ended:
            subscriber.end()
        else:
            self._subscribers[subscriber] = None

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Hand nothing more to it."""
        self._subscribers.pop(subscriber, None)

    def end(self) -> None:
        """Nothing will happen any more."""
        self._ended = True
        for subscriber in list(self._subscribers):
            subscriber.end()
        self._subscribers.clear()
