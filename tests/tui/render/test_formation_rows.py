import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.model.events import ExitView
from proctor_tui.render.cells import hit_at, width_of
from proctor_tui.render.formation_rows import Look, Row, rows
from proctor_tui.view import View, from_snapshot
from support import histories
from support.histories import NOON

VIEW = from_snapshot(histories.shop())


def text(row: Row) -> str:
    return "".join(cell.text for cell in row.cells).rstrip()


def row_of(target: str, view: View = VIEW, width: int = 40, **look: object) -> Row:
    built = rows(view, Look(width=width, now=NOON, **look))  # type: ignore[arg-type]  # see Look
    return next(row for row in built if row.target == target)


def test_a_process_that_is_well_shows_port_uptime_cpu_and_memory() -> None:
    assert text(row_of("web.1")).split()[:6] == ["●", "web.1", ":5006", "2m", "1.2%", "38M"]


def test_numbers_stand_in_the_same_columns_whatever_they_are() -> None:
    first, third = text(row_of("web.1")), text(row_of("web.3"))
    assert first.index("%") == third.index("%")
    assert first.index("38M") == third.index("36M")


@pytest.mark.parametrize(
    ("target", "words"),
    [("web.4", "starting 1 s"), ("worker.2", "exit 3 · again in 4 s")],
)
def test_what_is_wrong_replaces_the_numbers(target: str, words: str) -> None:
    shown = text(row_of(target))
    assert words in shown
    assert "%" not in shown


@pytest.mark.parametrize(
    ("process", "words"),
    [
        (histories.process("web.1", "crashed", exit=ExitView(signal="SIGKILL")), "SIGKILL"),
        (histories.process("web.1", "stopping", deadline_at=NOON + 28), "killed in 28 s"),
        (histories.process("web.1", "waiting", since=NOON - 2, why=""), "waiting 2 s"),
        (histories.process("web.1", "waiting", why="waits until db is up"), "waits until db is up"),
        (histories.process("web.1", "complete", exit=ExitView(status=0)), "complete · exit 0"),
        (histories.process("web.1", "down", wanted=False), "down · s starts it"),
        (histories.process("web.1", suspended=True), "stopped by ^Z"),
        (histories.process("web.1", "up", wanted=False), "up · stops later"),
    ],
)
def test_every_state_has_its_word(process: histories.ProcessView, words: str) -> None:
    view = from_snapshot(histories.snapshot([histories.process_type("web", 1)], [process]))
    assert words in text(row_of("web.1", view))


def test_a_port_on_which_somebody_else_is_expected_is_marked() -> None:
    moved = histories.process("web.1", port=5006, listens_on=3000)
    view = from_snapshot(histories.snapshot([histories.process_type("web", 1)], [moved]))
    cell = next(cell for cell in row_of("web.1", view).cells if ":3000" in cell.text)
    assert cell.paint == "warning"


def test_release_is_listed_with_the_command_that_runs_it() -> None:
    assert "proctor run release" in text(row_of("release"))
    assert row_of("release").slider is None


def test_the_selection_has_a_mark_at_its_left_edge() -> None:
    assert text(row_of("web.1", selected="web.1")).startswith("▌")
    assert not text(row_of("web.2", selected="web.1")).startswith("▌")


def test_a_row_under_the_mouse_offers_its_buttons() -> None:
    row = row_of("web.1", hovered="web.1")
    assert {cell.hit for cell in row.cells} >= {"restart", "stop", "kill"}
    assert hit_at(row.cells, 39 - 8) == "restart"


def test_processes_of_a_type_that_left_the_procfile_are_still_shown() -> None:
    view = from_snapshot(
        histories.snapshot([histories.process_type("web", 0)], [histories.process("old.1")])
    )
    shown = [text(row) for row in rows(view, Look(width=40, now=NOON))]
    assert any("not in the Procfile" in line for line in shown)
    assert any("old.1" in line for line in shown)


@given(st.integers(26, 90), st.booleans(), st.sampled_from(["", "web.1", "worker.2", "web"]))
def test_no_row_is_wider_than_the_panel(width: int, roomy: bool, hovered: str) -> None:
    look = Look(width=width, now=NOON, roomy=roomy, hovered=hovered)
    assert all(width_of(row.cells) <= width for row in rows(VIEW, look))
