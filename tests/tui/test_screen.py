from typing import TYPE_CHECKING

import pytest

from proctor.model.commands import Quit
from proctor.model.events import (
    GLYPHS,
    AppChanged,
    AppStopped,
    AppStopping,
    ProcessRemoved,
    WatchChanged,
    WatchView,
)
from proctor_tui.widgets.formation_panel import FormationPanel
from support import histories
from support.histories import NOON
from support.screen import Screen, screen_on
from support.settled import until

if TYPE_CHECKING:
    from textual.geometry import Region


async def test_the_header_tells_app_address_states_and_the_last_change() -> None:
    async with screen_on(histories.shop()) as screen:
        header = screen.text("#header")
        for words in ("shop", "http://localhost:5006", "● 5", "◐ 1", "✕ 1", "watch on", "web.py"):
            assert words in header


async def test_the_first_frame_shows_lines_that_were_printed_before() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.output("web.1", "GET /jobs 200")
        await screen.settle()
        assert "GET /jobs 200" in screen.text("#panes")


async def test_a_state_that_changes_is_shown_in_rail_and_pane_alike() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(screen.session.state_changed("web.1", "stopping", deadline_at=NOON + 9))
        await screen.settle()
        assert "stopping" in screen.text("#formation")
        assert "stopping" in screen.text("#panes")
        assert f"{GLYPHS['stopping']} 1" in screen.text("#header")


async def test_a_selected_process_that_is_removed_leaves_its_type_selected() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(
            ProcessRemoved(
                sequence=screen.session.next_sequence, at=NOON, cause="c1", process="web.1"
            )
        )
        await screen.settle()
        assert screen.app.query_one(FormationPanel).selected == "web"


async def test_the_selection_says_why_it_is_so() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.app.screen.select("worker.2")  # type: ignore[attr-defined]  # a MainScreen
        await screen.settle()
        assert "its third run ended with status 3" in screen.text("#details").replace("\n ", " ")


async def test_a_watcher_that_has_paused_says_so_in_the_header() -> None:
    async with screen_on(histories.shop()) as screen:
        watch = WatchView(on=True, problem="tmp.log changes all the time")
        screen.session.tell(
            WatchChanged(sequence=screen.session.next_sequence, at=NOON, cause="f1", watch=watch)
        )
        await screen.settle()
        assert "watch paused · tmp.log changes all the time" in screen.text("#header")


async def test_a_narrow_header_tells_the_last_change_without_its_folders() -> None:
    changed = "core/shop/pages/front/cart.py and 3 others"
    watch = WatchView(on=True, last_change=changed, last_change_at=NOON - 5)
    async with screen_on(histories.shop(), size=(100, 24)) as screen:
        screen.session.tell(
            WatchChanged(sequence=screen.session.next_sequence, at=NOON, cause="f1", watch=watch)
        )
        await screen.settle()
        assert "watch on · cart.py and 3 others 5 s" in screen.text("#header")
        assert "core/" not in screen.text("#header")


async def test_a_changed_procfile_waits_with_the_key_that_applies_it() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(
            AppChanged(
                sequence=screen.session.next_sequence,
                at=NOON,
                cause="f1",
                app=histories.app(),
                pending="web has another command",
            )
        )
        await screen.settle()
        assert "Procfile changed: web has another command" in screen.text("#banner")
        assert "R reload" in screen.text("#keys")


async def test_when_nothing_runs_the_screen_teaches_the_first_step() -> None:
    async with screen_on(histories.nothing_started()) as screen:
        assert "$ proctor scale web=1" in screen.text("#empty")
        await screen.press("right")
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent[0].cli_word == "scale"


async def test_when_everything_has_crashed_the_screen_stays_and_shows_why() -> None:
    async with screen_on(histories.all_crashed()) as screen:
        banner = screen.text("#banner")
        assert "Everything has crashed" in banner
        assert "clock.1 exit 127" in banner
        assert "seven times in a row" in screen.text("#details").replace("\n ", " ")


async def test_stopping_says_what_is_left_and_a_second_request_kills() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(
            AppStopping(
                sequence=screen.session.next_sequence, at=NOON, cause="c1", deadline_at=NOON + 28
            )
        )
        await screen.settle()
        assert "Stopping: 6 processes left, killed in 28 s" in screen.text("#banner")
        await screen.press("ctrl+c")
        assert screen.session.sent == [Quit(by="key", at_once=True)]


async def test_the_end_of_the_app_ends_the_screen_with_its_exit_code() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(
            AppStopped(sequence=screen.session.next_sequence, at=NOON, cause="c1", exit_code=3)
        )
        screen.session.end()
        await _ended(screen)
    assert (screen.app.return_code, screen.app.last_words) == (3, None)


async def test_a_supervisor_that_goes_without_a_word_ends_the_screen_with_a_sentence() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.end()
        await _ended(screen)
    assert screen.app.return_code == 70
    assert "the supervisor has gone" in (screen.app.last_words or "")


async def _ended(screen: Screen) -> None:
    for _ in range(100):
        if screen.app.return_code is not None:
            return
        await screen.pilot.pause()
    raise AssertionError("the screen did not end")


@pytest.mark.parametrize("size", [(24, 8), (45, 20), (80, 24), (120, 40), (200, 50)])
@pytest.mark.parametrize("history", ["shop", "many", "all_crashed", "nothing_started"])
async def test_every_size_shows_app_keys_and_selection(size: tuple[int, int], history: str) -> None:
    async with screen_on(getattr(histories, history)(), size=size) as screen:
        screen.session.output("web.1", *(f"line {number}" for number in range(60)))
        await screen.settle()
        lines = screen.lines()
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert "shop" in lines[0]
        assert lines[-1].strip()
        if history != "nothing_started":
            assert "web.1" in screen.text("#panes")


async def test_below_sixty_columns_the_rail_is_a_line_of_tabs() -> None:
    async with screen_on(histories.shop(), size=(45, 20)) as screen:
        assert "web 3 → 4" in screen.text("#tabs")
        assert not screen.app.query_one(FormationPanel).size.width
        await screen.press("right", "right", "r")
        assert screen.session.sent[0].target == "web.3"  # type: ignore[union-attr]  # a Restart


async def test_a_terminal_too_small_says_so_and_comes_back() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.pilot.resize_terminal(20, 5)
        await screen.settle()
        assert "too small" in screen.text()
        await screen.pilot.resize_terminal(80, 24)
        await screen.settle()
        assert "too small" not in screen.text()
        assert "web.1" in screen.text("#formation")


async def test_a_rail_too_long_for_the_screen_says_how_much_is_below() -> None:
    async with screen_on(histories.many(50), size=(80, 24)) as screen:
        assert "more" in screen.lines("#formation")[-1]


@pytest.mark.parametrize("theme", ["proctor-light", "textual-dark", "nord", "ansi-dark", "gruvbox"])
async def test_every_theme_gives_colours_to_all_states(theme: str) -> None:
    async with screen_on(histories.shop()) as screen:
        screen.app.theme = theme
        await screen.settle()
        assert "web.1" in screen.text("#formation")


async def test_colours_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with screen_on(histories.shop()) as screen:
        strips = screen.app.screen._compositor.render_strips()
        colours = {
            style.color.triplet
            for strip in strips
            for segment in strip
            if (style := segment.style) and style.color and style.color.triplet
        }
        assert all(red == green == blue for red, green, blue in colours)


async def test_a_second_repaints_only_the_rows_that_changed() -> None:
    async with screen_on(histories.shop()) as screen:
        panel = screen.app.query_one(FormationPanel)
        painted: list[Region] = []
        panel.refresh = lambda *regions, **_: painted.extend(regions)  # type: ignore[method-assign, assignment, return-value]  # records
        panel.now = NOON + 1
        changed = {panel.row_at(region.y) for region in painted}
        assert {row.target for row in changed if row} == {"web.3", "web.4", "worker.2"}
