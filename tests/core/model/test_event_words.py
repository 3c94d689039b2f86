import pytest

from proctor.model.event_words import Causes, event_words, process_of
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
from support import histories

ASKED = CommandAccepted(cause="c1", words="restarting web.1", cli="proctor restart web.1", by="cli")
UP = histories.process("web.1", "up", why="up: restarted by cli")
SAVED = WatchView(on=True, last_change="app.py and 3 others", last_change_at=1.0)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            ProcessStateChanged(cause="c1", before="starting", process=UP),
            "web.1: starting → up: restarted by cli",
        ),
        (
            ProcessStateChanged(cause="c1", before="up", process=UP),
            "web.1 is up: restarted by cli",
        ),
        (ProcessRemoved(cause="c2", process="web.2"), "web.2 has gone for good"),
        (
            FormationChanged(cause="c2", types=(histories.process_type("web", 2),)),
            "formation: web=2",
        ),
        (ASKED, "'proctor restart web.1' was asked for by cli: restarting web.1"),
        (WatchChanged(cause="f1", watch=SAVED), "app.py and 3 others changed"),
        (WatchChanged(cause="c3", watch=SAVED), "watch is on"),
        (WatchChanged(cause="app", watch=WatchView(problem="no room")), "watch: no room"),
        (
            AppChanged(cause="app", app=histories.app(address=None), pending="a Procfile"),
            "shop: no address yet, ends with this screen; a Procfile, which waits to be applied",
        ),
        (AppStopping(cause="app", deadline_at=1.0), "everything is being stopped"),
        (AppStopped(cause="app", exit_code=3), "everything has ended, with exit code 3"),
        (Announced(cause="app", level="warning", words="careful"), "warning: careful"),
        (InternalError(cause="app", words="a fault"), "a fault"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_event_is_a_sentence(event: AnyEvent, words: str) -> None:
    assert event_words(event) == words


def test_a_cause_is_told_in_the_words_of_what_was_asked_or_changed() -> None:
    causes = Causes()
    assert causes.words("c1") == "c1: a command"
    assert causes.words("f1") == "f1: a change of files"
    causes.learn(ASKED)
    causes.learn(WatchChanged(cause="f1", watch=SAVED))
    assert causes.words("c1") == "c1: 'proctor restart web.1' by cli"
    assert causes.words("f1") == "f1: app.py and 3 others changed"
    assert causes.words("app") is None


def test_an_event_about_the_app_is_about_no_process() -> None:
    assert process_of(ASKED) is None
    assert process_of(ProcessRemoved(cause="c2", process="web.2")) == "web.2"
    assert process_of(ProcessStateChanged(cause="c1", before="up", process=UP)) == "web.1"
