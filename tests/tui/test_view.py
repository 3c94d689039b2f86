import pytest

from proctor.model.commands import Restart
from proctor.model.events import (
    Announced,
    AppChanged,
    AppStopped,
    AppStopping,
    CommandAccepted,
    FormationChanged,
    InternalError,
    Lagged,
    OutputAppended,
    ProcessRemoved,
    ProcessStateChanged,
    UsageSampled,
    WatchChanged,
    WatchView,
)
from proctor_tui.view import TREND_SAMPLES, Part, fold, from_snapshot
from support import histories

VIEW = from_snapshot(histories.shop())
NEXT = {"sequence": 101, "at": histories.NOON, "cause": "c1"}


def test_a_snapshot_lists_processes_in_the_order_of_the_procfile_and_of_their_numbers() -> None:
    shuffled = [histories.process(name) for name in ("clock.1", "web.10", "worker.1", "web.2")]
    types = [histories.process_type(name, 1) for name in ("web", "worker", "clock")]
    view = from_snapshot(histories.snapshot(types, shuffled))
    assert list(view.processes) == ["web.2", "web.10", "worker.1", "clock.1"]


def test_processes_of_a_type_that_left_the_procfile_come_last() -> None:
    processes = [histories.process(name) for name in ("old.1", "web.1")]
    view = from_snapshot(histories.snapshot([histories.process_type("web", 1)], processes))
    assert list(view.processes) == ["web.1", "old.1"]


def test_a_new_state_replaces_the_old_one_in_its_place() -> None:
    after = histories.process("web.2", "crashed")
    view, parts = fold(VIEW, ProcessStateChanged(before="up", process=after, **NEXT))
    assert parts is Part.PROCESSES
    assert view.processes["web.2"].state == "crashed"
    assert list(view.processes) == list(VIEW.processes)


def test_a_new_process_takes_its_place_among_its_siblings() -> None:
    new = histories.process("web.5", "starting")
    view, _ = fold(VIEW, ProcessStateChanged(before="down", process=new, **NEXT))
    assert [each.name for each in view.of_type("web")][-1] == "web.5"
    assert list(view.processes).index("web.5") < list(view.processes).index("worker.1")


def test_a_removed_process_is_gone() -> None:
    view, parts = fold(VIEW, ProcessRemoved(process="web.4", **NEXT))
    assert parts is Part.PROCESSES
    assert "web.4" not in view.processes


def test_a_changed_formation_changes_types_and_order() -> None:
    types = tuple(reversed(VIEW.types))
    view, parts = fold(VIEW, FormationChanged(types=types, **NEXT))
    assert parts == Part.TYPES | Part.PROCESSES
    assert next(iter(view.processes)) == "clock.1"


def test_an_event_of_the_past_changes_nothing() -> None:
    event = ProcessRemoved(sequence=100, at=histories.NOON, cause="c1", process="web.1")
    assert fold(VIEW, event) == (VIEW, Part.NOTHING)


def test_what_was_done_is_kept_with_its_command_line() -> None:
    event = CommandAccepted(words="scaled web 3 → 4", cli="proctor scale web=4", by="key", **NEXT)
    view, parts = fold(VIEW, event)
    assert parts is Part.DONE
    assert view.done is not None
    assert (view.done.words, view.done.cli, view.done.by) == (
        "scaled web 3 → 4",
        "proctor scale web=4",
        "key",
    )


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (Announced(level="warning", words="port 5006 is taken", **NEXT), "warning"),
        (InternalError(words="an impossible move", **NEXT), "error"),
    ],
)
def test_what_is_announced_keeps_how_serious_it_is(
    event: Announced | InternalError, level: str
) -> None:
    view, _ = fold(VIEW, event)
    assert view.done is not None
    assert (view.done.words, view.done.level) == (event.words, level)


def test_watch_address_and_waiting_procfile_are_folded() -> None:
    view, parts = fold(VIEW, WatchChanged(watch=WatchView(on=False), **NEXT))
    assert (parts, view.watch.on) == (Part.WATCH, False)
    app = histories.app(address=None)
    view, parts = fold(VIEW, AppChanged(app=app, pending="web: another command", **NEXT))
    assert (parts, view.app.address, view.pending) == (Part.APP, None, "web: another command")


def test_stopping_has_its_deadline_and_the_end_its_exit_code() -> None:
    view, _ = fold(VIEW, AppStopping(deadline_at=histories.NOON + 30, **NEXT))
    assert (view.stopping, view.stopping_until) == (True, histories.NOON + 30)
    view, _ = fold(VIEW, AppStopped(exit_code=130, **NEXT))
    assert view.exit_code == 130


def test_output_touches_its_journal_until_it_was_seen() -> None:
    view, parts = fold(VIEW, OutputAppended(process="web.1", first=0, end=7))
    assert (parts, view.journals["web.1"], view.touched) == (
        Part.OUTPUT,
        (0, 7),
        frozenset({"web.1"}),
    )
    assert view.seen().touched == frozenset()


def test_a_trend_keeps_the_last_samples_only() -> None:
    view = VIEW
    for number in range(TREND_SAMPLES + 5):
        sample = histories.usage(float(number), 10)
        view, parts = fold(view, UsageSampled(usage={"web.1": sample}))
        assert parts is Part.USAGE
    assert len(view.trends["web.1"]) == TREND_SAMPLES
    assert view.trends["web.1"][-1] == TREND_SAMPLES + 4


def test_missed_messages_ask_for_a_fresh_snapshot() -> None:
    assert fold(VIEW, Lagged(missed=9)) == (VIEW, Part.RESYNC)


def test_what_was_done_last_survives_a_fresh_snapshot() -> None:
    event = CommandAccepted(words="restarted web", cli=Restart.cli_word, by="key", **NEXT)
    view, _ = fold(VIEW, event)
    assert from_snapshot(histories.shop(), done=view.done).done == view.done
