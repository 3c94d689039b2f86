"""Events in words: what has happened, and because of what."""

from typing import assert_never

from proctor.model.events import (
    Announced,
    AnyEvent,
    AppChanged,
    AppStopped,
    AppStopping,
    CommandAccepted,
    FormationChanged,
    InternalError,
    ProcessRemoved,
    ProcessStateChanged,
    WatchChanged,
    WatchView,
)

BY_ITSELF = "app"  #: the cause of what happened without a command or a file change


class Causes:
    """What the causes of events were, as far as those that tell it have been learnt."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def learn(self, event: AnyEvent) -> None:
        """Take in an event that may say what its cause is."""
        match event:
            case CommandAccepted():
                self._words[event.cause] = f"'{event.cli}' by {event.by}"
            case WatchChanged(watch=WatchView(last_change=str() as changed)) if is_change(
                event.cause
            ):
                self._words[event.cause] = f"{changed} changed"
            case _:
                pass

    def knows(self, cause: str) -> bool:
        """Whether it was said what this cause is."""
        return cause in self._words

    def words(self, cause: str) -> str | None:
        """The cause in words; None for what happened by itself."""
        if cause == BY_ITSELF:
            return None
        known = self._words.get(cause)
        if known is not None:
            return f"{cause}: {known}"
        return f"{cause}: {'a change of files' if is_change(cause) else 'a command'}"


def is_command(cause: str) -> bool:
    """Whether the cause is a command."""
    return cause[:1] == "c" and cause[1:].isdecimal()


def is_change(cause: str) -> bool:
    """Whether the cause is a change of files."""
    return cause[:1] == "f" and cause[1:].isdecimal()


def process_of(event: AnyEvent) -> str | None:
    """The process that an event is about; None for one about the app."""
    match event:
        case ProcessStateChanged():
            return event.process.name
        case ProcessRemoved() | Announced() | InternalError():
            return event.process
        case _:
            return None


def event_words(event: AnyEvent) -> str:  # noqa: C901 - a sentence an event
    """What has happened, in one sentence without its cause."""
    match event:
        case ProcessStateChanged():
            return _state_words(event)
        case ProcessRemoved():
            return f"{event.process} has gone for good"
        case FormationChanged():
            return "formation: " + " ".join(f"{each.type}={each.quantity}" for each in event.types)
        case CommandAccepted():
            return f"'{event.cli}' was asked for by {event.by}: {event.words}"
        case WatchChanged():
            return _watch_words(event)
        case AppChanged():
            address = event.app.address or "no address yet"
            waits = f"; {event.pending}, which waits to be applied" if event.pending else ""
            return f"{event.app.name}: {address}, ends with {event.app.ends_with}{waits}"
        case AppStopping():
            return "everything is being stopped"
        case AppStopped():
            return f"everything has ended, with exit code {event.exit_code}"
        case Announced():
            return f"{event.level}: {event.words}"
        case InternalError():
            return event.words
        case _:
            assert_never(event)


def _state_words(event: ProcessStateChanged) -> str:
    view = event.process
    why = view.why.removeprefix(f"{view.state}: ")
    if event.before == view.state:
        return f"{view.name} is {view.state}: {why}"
    return f"{view.name}: {event.before} → {view.state}: {why}"


def _watch_words(event: WatchChanged) -> str:
    watch = event.watch
    if watch.problem is not None:
        return f"watch: {watch.problem}"
    if is_change(event.cause) and watch.last_change is not None:
        return f"{watch.last_change} changed"
    return f"watch is {'on' if watch.on else 'off'}"
