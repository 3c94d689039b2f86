"""What the screen knows of the app: a value, folded from a snapshot and the messages after it.

Pure: no widget, no session, no clock. `fold` says which parts of the view a message has changed,
so that only the widgets that show them are told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Flag, auto

from proctor.model.events import (
    Announced,
    AnyEvent,
    AnyMessage,
    AppChanged,
    AppStopped,
    AppStopping,
    AppView,
    CommandAccepted,
    FormationChanged,
    InternalError,
    Lagged,
    OutputAppended,
    ProcessRemoved,
    ProcessStateChanged,
    ProcessView,
    Snapshot,
    TypeView,
    Usage,
    UsageSampled,
    WatchChanged,
    WatchView,
)

TREND_SAMPLES = 12
"""How many samples of CPU use are kept to draw a trend."""


class Part(Flag):
    """What of the view has changed."""

    NOTHING = 0
    APP = auto()
    PROCESSES = auto()
    TYPES = auto()
    WATCH = auto()
    USAGE = auto()
    OUTPUT = auto()
    DONE = auto()
    RESYNC = auto()  #: messages were missed: a fresh snapshot is needed
    ALL = APP | PROCESSES | TYPES | WATCH | USAGE | OUTPUT | DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The last thing that was done or told: when, what, through what, and as a command line."""

    at: float
    words: str
    by: str = ""
    cli: str = ""
    level: str = "information"  #: or "warning", "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that the widgets show, except the log lines themselves."""

    sequence: int
    app: AppView
    types: tuple[TypeView, ...]
    processes: Mapping[str, ProcessView]  #: by name, in the order of the formation
    watch: WatchView
    usage: Mapping[str, Usage]
    trends: Mapping[str, tuple[float, ...]]  #: the last samples of CPU use, in percent of a core
    journals: Mapping[str, tuple[int, int]]  #: process -> (first kept line, end)
    pending: str | None = None  #: a changed Procfile that waits to be applied, in words
    stopping: bool = False  #: everything is being stopped
    stopping_until: float | None = None  #: and killed at this time, as far as it is known
    exit_code: int | None = None  #: the app has stopped
    done: Done | None = None
    touched: frozenset[str] = field(default_factory=frozenset)  #: journals with new lines

    def seen(self) -> "View":
        """The same, with no journal touched: what had changed has been shown."""
        return replace(self, touched=frozenset()) if self.touched else self

    def of_type(self, type_: str) -> list[ProcessView]:
        """The processes of one type, by number."""
        return [each for each in self.processes.values() if each.type == type_]

    def type(self, type_: str) -> TypeView | None:
        """One process type, or None if the Procfile has no such."""
        return next((each for each in self.types if each.type == type_), None)


def from_snapshot(snapshot: Snapshot, *, done: Done | None = None) -> View:
    """The view as a snapshot shows it; `done` is kept over a second snapshot."""
    return View(
        sequence=snapshot.sequence,
        app=snapshot.app,
        types=snapshot.types,
        processes=_in_order(snapshot.processes, snapshot.types),
        watch=snapshot.watch,
        usage=snapshot.usage,
        trends=_trends({}, snapshot.usage),
        journals=snapshot.journals,
        pending=snapshot.pending,
        stopping=snapshot.stopping,
        done=done,
        touched=frozenset(snapshot.journals),
    )


def fold(view: View, message: AnyMessage) -> tuple[View, Part]:
    """The view after a message, and what that changed; a message of the past changes nothing."""
    match message:
        case OutputAppended():
            return _appended(view, message), Part.OUTPUT
        case UsageSampled():
            trends = _trends(view.trends, message.usage)
            return replace(view, usage=message.usage, trends=trends), Part.USAGE
        case Lagged():
            return view, Part.RESYNC
        case _:
            pass
    if message.sequence <= view.sequence:
        return view, Part.NOTHING
    return _happened(replace(view, sequence=message.sequence), message)


def _happened(view: View, event: AnyEvent) -> tuple[View, Part]:
    match event:
        case ProcessStateChanged() | ProcessRemoved() | FormationChanged():
            return _formation(view, event)
        case WatchChanged():
            return replace(view, watch=event.watch), Part.WATCH
        case AppChanged():
            return replace(view, app=event.app, pending=event.pending), Part.APP
        case AppStopping():
            return replace(view, stopping=True, stopping_until=event.deadline_at), Part.APP
        case AppStopped():
            return replace(view, exit_code=event.exit_code), Part.APP
        case CommandAccepted() | Announced() | InternalError():
            return replace(view, done=_done(event)), Part.DONE


def _formation(
    view: View, message: ProcessStateChanged | ProcessRemoved | FormationChanged
) -> tuple[View, Part]:
    match message:
        case ProcessStateChanged():
            changed = message.process
            merged = {**view.processes, changed.name: changed}
            if changed.name not in view.processes:
                merged = _in_order(merged.values(), view.types)
            return replace(view, processes=merged), Part.PROCESSES
        case ProcessRemoved():
            kept = {n: each for n, each in view.processes.items() if n != message.process}
            return replace(view, processes=kept), Part.PROCESSES
        case FormationChanged():
            ordered = _in_order(view.processes.values(), message.types)
            view = replace(view, types=message.types, processes=ordered)
            return view, Part.TYPES | Part.PROCESSES


def _appended(view: View, message: OutputAppended) -> View:
    journals = {**view.journals, message.process: (message.first, message.end)}
    return replace(view, journals=journals, touched=view.touched | {message.process})


def _trends(
    trends: Mapping[str, tuple[float, ...]], usage: Mapping[str, Usage]
) -> Mapping[str, tuple[float, ...]]:
    return {
        name: (*trends.get(name, ())[1 - TREND_SAMPLES :], sample.cpu_percent)
        for name, sample in usage.items()
    }


def _done(message: CommandAccepted | Announced | InternalError) -> Done:
    match message:
        case CommandAccepted():
            return Done(at=message.at, words=message.words, by=message.by, cli=message.cli)
        case Announced():
            return Done(at=message.at, words=message.words, level=message.level)
        case InternalError():
            return Done(at=message.at, words=message.words, level="error")


def _in_order(
    processes: Iterable[ProcessView], types: Iterable[TypeView]
) -> dict[str, ProcessView]:
    place = {each.type: number for number, each in enumerate(types)}

    def key(view: ProcessView) -> tuple[int, str, int]:
        number = view.name.rpartition(".")[2]
        after_all = len(place)  # types that have left the Procfile, while their processes stop
        return place.get(view.type, after_all), view.type, int(number) if number.isdigit() else 0

    return {view.name: view for view in sorted(processes, key=key)}
