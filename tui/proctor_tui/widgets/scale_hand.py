"""The hand on the sliders: what it has asked for, until the supervisor has confirmed it."""

from typing import TYPE_CHECKING

from textual.message import Message

from proctor_tui.render.slider import value_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.widget import Widget

    from proctor_tui.view import View

REST_SECONDS = 0.2
"""A hand that has not moved for so long means it: several steps become one request."""

DIGIT_SECONDS = 0.6
"""After a digit there may be another one: 12 is typed in two."""

MOST = 999
"""No quantity beyond this is asked for by hand."""

PATIENCE_SECONDS = 3.0
"""So long a ghost waits for the supervisor; then the slider shows what is true again."""


class ScaleRequested(Message):
    """So many processes of a type are wanted; a later request for the type outdates it."""

    def __init__(self, process_type: str, quantity: int, *, by: str) -> None:
        super().__init__()
        self.process_type = process_type
        self.quantity = quantity
        self.by = by

    def can_replace(self, message: Message) -> bool:
        """Whether an earlier message need not be heard any more."""
        return isinstance(message, ScaleRequested) and message.process_type == self.process_type


class ScaleHand:
    """Turns drags, wheel and keys into requests, and keeps the ghosts on the sliders.

    The requests are messages of `widget`, whose mouse and timers it uses; `moved` is called when
    the sliders have to be shown anew.

    `asked` are quantities not yet confirmed, by type; `maxima` the ends of tracks that must not
    move under a dragging hand.
    """

    def __init__(self, widget: "Widget", moved: "Callable[[], None]") -> None:
        self.asked: dict[str, int] = {}
        self.maxima: dict[str, int] = {}
        self._widget = widget
        self._moved = moved
        self._view: View | None = None
        self._dragged: tuple[str, tuple[int, int, int]] | None = None
        self._timers: dict[str, Timer] = {}
        self._by: dict[str, str] = {}
        self._typed: dict[str, int] = {}

    @property
    def dragging(self) -> bool:
        """Whether a knob is held."""
        return self._dragged is not None

    def take(self, type_: str, slider: tuple[int, int, int], x: int) -> None:
        """The mouse went down on a track: the knob jumps there and is held."""
        self._dragged = (type_, slider)
        self.maxima[type_] = slider[2]
        self._widget.capture_mouse()
        self.drag(x, held=True)

    def drag(self, x: int, *, held: bool) -> None:
        """The held knob is at a column of the panel; `held` is False when a button-up was lost."""
        if self._dragged is None:
            return
        if not held:
            self.release()
            return
        type_, (start, width, maximum) = self._dragged
        self._ask(type_, value_at(x - start, width, maximum), by="slider")

    def release(self) -> None:
        """The knob is let go: what it stands on is asked for now."""
        if self._dragged is None:
            return
        type_, self._dragged = self._dragged[0], None
        self.maxima.pop(type_, None)
        self._widget.release_mouse()
        if type_ in self._timers:
            self._commit(type_)
        self._moved()

    def step(self, type_: str, step: int, *, by: str) -> None:
        """One more, or one fewer, than was asked for last."""
        self.set(type_, self._aim(type_) + step, by=by)

    def set(self, type_: str, quantity: int, *, by: str) -> None:
        """So many are wanted; said when the hand rests."""
        self._ask(type_, max(0, min(MOST, quantity)), by=by)

    def digit(self, type_: str, digit: int) -> None:
        """A digit was typed: the first sets the quantity, a second one soon after appends to it."""
        before = self._typed.get(type_) if type_ in self._timers else None
        quantity = digit if before is None else min(MOST, before * 10 + digit)
        self._typed = {type_: quantity}
        self._ask(type_, quantity, by="key", rest=DIGIT_SECONDS)

    def settle(self, view: "View") -> None:
        """Take note of what is true now, and drop the ghosts that have come true."""
        self._view = view
        for each in view.types:
            if self.asked.get(each.type) == each.quantity and each.type not in self._timers:
                del self.asked[each.type]

    def give_up(self, type_: str) -> None:
        """What was asked for was refused, or is not heard of: show what is true."""
        if type_ not in self._timers and self.asked.pop(type_, None) is not None:
            self._moved()

    def _aim(self, type_: str) -> int:
        known = self._view.type(type_) if self._view else None
        return self.asked.get(type_, known.quantity if known else 0)

    def _ask(self, type_: str, quantity: int, *, by: str, rest: float = REST_SECONDS) -> None:
        if quantity == self._aim(type_) and type_ not in self._timers:
            return
        changed = self.asked.get(type_) != quantity
        self.asked[type_] = quantity
        self._by[type_] = by
        if changed or type_ not in self._timers:
            if timer := self._timers.pop(type_, None):
                timer.stop()
            self._timers[type_] = self._widget.set_timer(rest, lambda: self._commit(type_))
        self._moved()

    def _commit(self, type_: str) -> None:
        if timer := self._timers.pop(type_, None):
            timer.stop()
        quantity = self.asked[type_]
        known = self._view.type(type_) if self._view else None
        if known is not None and known.quantity == quantity:
            self.asked.pop(type_)
            self._moved()
            return
        self._widget.post_message(ScaleRequested(type_, quantity, by=self._by[type_]))
        self._widget.set_timer(PATIENCE_SECONDS, lambda: self.give_up(type_))
