import pytest
from textual.events import MouseMove, MouseScrollDown, MouseScrollUp

from proctor.model.commands import AnyCommand, Kill, Restart, Scale, SetWatch, Start, Stop
from proctor_tui.widgets import formation_panel
from proctor_tui.widgets.formation_panel import FormationPanel
from support import histories
from support.screen import Screen, screen_on
from support.settled import until

PANEL = "#formation"


def place(screen: Screen, selector: str, words: str) -> tuple[int, int]:
    """Where in a widget some words stand."""
    for y, line in enumerate(screen.lines(selector)):
        if (x := line.find(words)) >= 0:
            return x, y
    raise AssertionError(f"{words!r} is not shown in {selector}")


def track_of(screen: Screen, type_: str) -> tuple[int, int, int]:
    """Row, first column and width of the track of a type."""
    panel = screen.app.query_one(FormationPanel)
    y = next(y for y, line in enumerate(screen.lines(PANEL)) if line[1:].startswith(type_))
    row = panel.row_at(y)
    assert row is not None
    assert row.slider is not None
    return y, row.slider[0], row.slider[1]


async def drag(screen: Screen, x: int, y: int) -> None:
    """Move the mouse with its button held, as a terminal tells it."""
    await screen.pilot._post_mouse_events([MouseMove], PANEL, offset=(x, y), button=1)


async def test_dragging_the_knob_asks_once_for_where_it_is_let_go() -> None:
    async with screen_on(histories.shop()) as screen:
        y, start, width = track_of(screen, "web")
        await screen.pilot.mouse_down(PANEL, offset=(start + 5, y))
        await drag(screen, start + 9, y)
        await drag(screen, start + width - 1, y)
        assert "→ 10" in screen.text(PANEL)
        await screen.pilot.mouse_up(PANEL, offset=(start + width - 1, y))
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent[-1] == Scale(quantities={"web": 10}, by="slider")


async def test_a_drag_whose_end_was_lost_ends_with_the_next_move() -> None:
    async with screen_on(histories.shop()) as screen:
        y, start, _ = track_of(screen, "web")
        await screen.pilot.mouse_down(PANEL, offset=(start + 2, y))
        await screen.pilot.hover(PANEL, offset=(start + 15, y))
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent == [Scale(quantities={"web": 1}, by="slider")]
        assert not screen.app.query_one(FormationPanel).hand.dragging


async def test_a_click_on_the_left_end_of_a_track_asks_for_none() -> None:
    async with screen_on(histories.shop()) as screen:
        y, start, _ = track_of(screen, "worker")
        await screen.click(PANEL, start, y)
        assert screen.session.sent == [Scale(quantities={"worker": 0}, by="slider")]


@pytest.mark.parametrize(("turn", "quantity"), [(MouseScrollUp, 2), (MouseScrollDown, 0)])
async def test_the_wheel_over_a_slider_moves_it(
    turn: type[MouseScrollUp | MouseScrollDown], quantity: int
) -> None:
    async with screen_on(histories.shop()) as screen:
        y, start, _ = track_of(screen, "clock")
        await screen.pilot._post_mouse_events([turn], PANEL, offset=(start + 3, y))
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent == [Scale(quantities={"clock": quantity}, by="slider")]


@pytest.mark.parametrize(("rest", "quantities"), [(60.0, {}), (0.0, {"web": 50})])
async def test_a_slider_that_scrolls_under_the_mouse_is_moved_only_after_the_wheel_has_rested(
    monkeypatch: pytest.MonkeyPatch, rest: float, quantities: dict[str, int]
) -> None:
    monkeypatch.setattr(formation_panel, "WHEEL_REST_SECONDS", rest)
    async with screen_on(histories.many()) as screen:
        y, start, _ = track_of(screen, "web")
        for turn, row in ((MouseScrollDown, y + 1), (MouseScrollUp, y), (MouseScrollUp, y)):
            await screen.pilot._post_mouse_events([turn], PANEL, offset=(start + 3, row))
        assert track_of(screen, "web")[0] == y
        assert screen.app.query_one(FormationPanel).hand.asked == quantities


@pytest.mark.parametrize(
    ("sign", "command"),
    [
        ("↻", Restart(target="worker", by="button")),
        ("■", Stop(target="worker", by="button")),
        ("⊗", Kill(target="worker", by="button")),
    ],
)
async def test_the_buttons_of_the_rail_are_for_what_is_selected(
    sign: str, command: AnyCommand
) -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.click(PANEL, *place(screen, PANEL, "worker"))
        await screen.click(PANEL, *place(screen, PANEL, sign))
        assert screen.session.sent == [command]


async def test_a_row_under_the_mouse_has_buttons_of_its_own() -> None:
    async with screen_on(histories.shop()) as screen:
        x, y = place(screen, PANEL, "web.2")
        await screen.pilot.hover(PANEL, offset=(x, y))
        await screen.settle()
        line = screen.lines(PANEL)[y]
        await screen.click(PANEL, line.index("↻"), y)
        assert screen.session.sent == [Restart(target="web.2", by="button")]


async def test_a_crashed_row_offers_to_start_at_once() -> None:
    async with screen_on(histories.shop()) as screen:
        x, y = place(screen, PANEL, "worker.2")
        await screen.pilot.hover(PANEL, offset=(x, y))
        await screen.settle()
        await screen.click(PANEL, screen.lines(PANEL)[y].index("▶"), y)
        assert screen.session.sent == [Start(target="worker.2", by="button")]


async def test_the_watch_switch_is_in_the_header() -> None:
    async with screen_on(histories.shop()) as screen:
        assert "web.py 30 s ago" in screen.text("#header")
        await screen.click("#header", *place(screen, "#header", "watch"))
        assert screen.session.sent == [SetWatch(on=False, by="button")]


async def test_a_key_in_the_footer_can_be_clicked() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.click("#keys", *place(screen, "#keys", "restart"))
        assert screen.session.sent == [Restart(target="web.1", by="button")]


async def test_a_line_of_the_help_page_does_what_it_says() -> None:
    async with screen_on(histories.shop(), size=(120, 50)) as screen:
        await screen.press("question_mark")
        x, y = place(screen, "Screen", "Dark or light")
        await screen.click("Screen", x, y)
        assert not screen.app.current_theme.dark


async def test_the_button_of_a_pane_is_for_its_process() -> None:
    async with screen_on(histories.shop()) as screen:
        x, y = place(screen, "#panes", "worker.1")
        line = screen.lines("#panes")[y]
        await screen.click("#panes", line.index("↻", x), y)
        assert screen.session.sent == [Restart(target="worker.1", by="button")]


async def test_when_everything_has_crashed_one_click_tries_again() -> None:
    async with screen_on(histories.all_crashed()) as screen:
        await screen.click("#banner", *place(screen, "#banner", "try again"))
        assert screen.session.sent == [Start(target="all", by="button")]


async def test_a_double_click_on_a_process_zooms_its_pane() -> None:
    async with screen_on(histories.shop()) as screen:
        x, y = place(screen, PANEL, "web.3")
        await screen.click(PANEL, x, y, times=2)
        assert list(screen.app.screen.shown_panes) == ["web.3"]  # type: ignore[attr-defined]  # a MainScreen
