from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Key

from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Refused,
    Reload,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
)
from proctor.model.events import FormationChanged
from proctor_tui.screens.help import HelpScreen
from proctor_tui.screens.main import MainScreen
from proctor_tui.widgets.formation_panel import FormationPanel
from proctor_tui.widgets.help_sheet import HelpSheet
from proctor_tui.widgets.log_pane import LogPane
from support import histories
from support.screen import Screen, screen_on
from support.settled import until

if TYPE_CHECKING:
    from pathlib import Path


async def asked(screen: Screen) -> list[AnyCommand]:
    """All commands once the hand on a slider has come to rest."""
    await until(screen.pilot, lambda: bool(screen.session.sent))
    return screen.session.sent


@pytest.mark.parametrize(
    ("keys", "command"),
    [
        (["r"], Restart(target="web.1", by="key")),
        (["s"], Stop(target="web.1", by="key")),
        (["K"], Kill(target="web.1", by="key")),
        (["up", "r"], Restart(target="web", by="key")),
        (["home", "s"], Stop(target="all", by="key")),
        (["f"], SetWatch(on=False, by="key")),
        (["W"], SetWatch(on=False, by="key")),
        (["R"], Reload(by="key")),
        (["right"], Scale(quantities={"web": 5}, by="key")),
        (["l", "l", "plus"], Scale(quantities={"web": 7}, by="key")),
        (["left"], Scale(quantities={"web": 3}, by="key")),
        (["minus", "h"], Scale(quantities={"web": 2}, by="key")),
        (["up", "0"], Scale(quantities={"web": 0}, by="key")),
        (["up", "1", "2"], Scale(quantities={"web": 12}, by="key")),
        (["tab", "plus"], Scale(quantities={"web": 5}, by="key")),
        (["tab", "r"], Restart(target="web.1", by="key")),
    ],
)
async def test_a_key_sends_its_command(keys: list[str], command: AnyCommand) -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press(*keys)
        assert await asked(screen) == [command]


async def test_the_key_s_starts_what_was_stopped() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(screen.session.state_changed("web.1", "down", wanted=False))
        await screen.settle()
        await screen.press("s")
        assert screen.session.sent == [Start(target="web.1", by="key")]


async def test_a_key_that_does_nothing_now_says_why() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("5")
        assert "Select the type web to set its quantity" in screen.text("#done")
        await screen.press("y")
        assert "Nothing is selected" in screen.text("#done")
        await screen.press("home", "l")
        assert "Select a process type first" in screen.text("#done")
        assert screen.session.sent == []


async def test_arrows_and_their_vim_keys_select_and_scroll_the_rail_into_sight() -> None:
    async with screen_on(histories.many(50), size=(80, 24)) as screen:
        panel = screen.app.query_one(FormationPanel)
        await screen.press("j", "down", "k")
        assert panel.selected == "web.2"
        await screen.press("G")
        assert panel.selected == "clock.1"
        assert "clock.1" in screen.text("#formation")
        await screen.press("g")
        assert panel.selected == "all"
        assert "FORMATION" in screen.text("#formation")


async def test_tab_goes_to_the_panes_and_back() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("tab")
        assert isinstance(screen.app.focused, LogPane)
        assert "scroll" in screen.text("#keys")
        await screen.press("tab")
        assert screen.app.focused is screen.app.query_one(FormationPanel)


async def test_enter_zooms_and_goes_back() -> None:
    async with screen_on(histories.shop()) as screen:
        main = screen.app.query_one("#panes")
        assert isinstance(screen.app.screen, MainScreen)
        await screen.press("enter")
        assert list(screen.app.screen.shown_panes) == ["web.1"]
        await screen.press("down")
        assert list(screen.app.screen.shown_panes) == ["web.2"]
        await screen.press("enter")
        assert len(screen.app.screen.shown_panes) == 7
        assert main.display


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["t"], ["web"]),
        (["a"], ["*"]),
        (["a", "a"], None),
        (["t", "escape"], None),
        (["up", "enter"], ["web"]),
        (["home", "enter"], ["*"]),
    ],
)
async def test_merged_streams_are_one_key_away(keys: list[str], shown: list[str] | None) -> None:
    async with screen_on(histories.shop()) as screen:
        tiles = list(screen.app.screen.shown_panes)  # type: ignore[attr-defined]  # a MainScreen
        await screen.press(*keys)
        assert list(screen.app.screen.shown_panes) == (shown or tiles)  # type: ignore[attr-defined]  # a MainScreen


async def test_pages_of_panes_are_turned_by_brackets() -> None:
    async with screen_on(histories.many(20)) as screen:
        first = list(screen.app.screen.shown_panes)  # type: ignore[attr-defined]  # a MainScreen
        await screen.press("right_square_bracket")
        assert list(screen.app.screen.shown_panes) != first  # type: ignore[attr-defined]  # a MainScreen
        await screen.press("left_square_bracket")
        assert list(screen.app.screen.shown_panes) == first  # type: ignore[attr-defined]  # a MainScreen


async def test_what_was_done_is_shown_with_its_command_line() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("r")
        assert "$ proctor restart web.1" in screen.text("#done")


async def test_a_refused_command_says_why_and_the_slider_shows_what_is_true() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.answer = lambda _: Refused(what="no port is free", hint="Stop something")
        await screen.press("right")
        assert "→ 5" in screen.text("#formation")
        await until(screen.pilot, lambda: "no port is free" in screen.text("#done"))
        assert "3 → 4" in screen.text("#formation")


async def test_the_ghost_goes_when_the_supervisor_confirms() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("right")
        assert "○" in screen.text("#formation")
        await asked(screen)
        types = list(screen.session.now_is.types)
        types[0] = histories.process_type("web", 5)
        screen.session.tell(
            FormationChanged(
                sequence=screen.session.next_sequence, at=0, cause="c1", types=tuple(types)
            )
        )
        await screen.settle()
        assert "○" not in screen.text("#formation")


async def test_help_lists_every_key_and_closes_by_escape() -> None:
    async with screen_on(histories.shop(), size=(120, 50)) as screen:
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        assert "$ proctor restart web.1" in screen.text()
        assert "try again at once what has crashed" in screen.text()
        await screen.press("escape")
        assert isinstance(screen.app.screen, MainScreen)


async def test_in_a_narrow_help_page_command_lines_stand_whole_below_the_words() -> None:
    async with screen_on(histories.shop(), size=(80, 50)) as screen:
        await screen.press("question_mark")
        await screen.settle()
        shown = screen.text()
        assert "$ proctor restart web.1" in shown
        assert "$ proctor run --detach web" in shown
        assert "try again at once what has crashed" in shown
        assert "…" not in shown.replace("0 … 9", "")


async def test_the_theme_is_switched_by_a_key() -> None:
    async with screen_on(histories.shop()) as screen:
        assert screen.app.current_theme.dark
        await screen.press("T")
        assert not screen.app.current_theme.dark


async def test_the_palette_finds_an_action_for_a_process_that_is_not_selected() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("ctrl+p")
        await screen.press(*"restart worker.1")
        await until(screen.pilot, lambda: "$ proctor restart worker.1" in screen.text())
        await screen.press("down", "enter")
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent == [Restart(target="worker.1", by="palette")]


async def test_the_palette_finds_an_action_by_its_command_line_too() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("ctrl+p")
        await screen.press(*"scale worker+1")
        await until(screen.pilot, lambda: "One more worker" in screen.text())


async def test_q_asks_before_it_stops_running_processes() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("q")
        assert "6 processes are running" in screen.text()
        await screen.press("escape")
        assert screen.session.sent == []
        await screen.press("ctrl+c", "ctrl+c")
        assert screen.session.sent == [Quit(by="key")]


@pytest.mark.parametrize("by", ["button", "palette"])
async def test_a_quit_says_how_it_was_asked_for_whatever_the_question_is_answered_by(
    by: str,
) -> None:
    async with screen_on(histories.shop()) as screen:
        assert isinstance(screen.app.screen, MainScreen)
        screen.app.screen.act("quit", by=by)
        await until(screen.pilot, lambda: "6 processes are running" in screen.text())
        await screen.press("y")
        assert screen.session.sent == [Quit(by=by)]


async def test_with_nothing_running_q_does_not_ask() -> None:
    async with screen_on(histories.nothing_started()) as screen:
        await screen.press("q")
        assert screen.session.sent == [Quit(by="key")]


@pytest.mark.parametrize("keys", [["q", "q"], ["q", "d"], ["d"], ["ctrl+c", "ctrl+c"]])
async def test_an_attached_screen_leaves_without_touching_the_app(keys: list[str]) -> None:
    async with screen_on(histories.shop(), holds_lease=False) as screen:
        await screen.press(*keys)
        assert screen.session.sent == []
        assert screen.app.return_code == 0
        assert not screen.app.detached
        assert screen.app.last_words == "shop goes on; it ends with this screen"


async def test_an_attached_screen_says_whom_the_app_ends_with_and_offers_to_end_it() -> None:
    async with screen_on(histories.shop(), holds_lease=False) as screen:
        assert "ends with this screen" in screen.text("#header")
        await screen.press("q")
        assert "the app ends with this screen" in screen.text()
        await screen.press("s")
        assert screen.session.sent == [Quit(by="key")]


@pytest.mark.parametrize("keys", [["d"], ["q", "d"]])
async def test_the_key_to_detach_gives_up_the_lease_and_leaves(keys: list[str]) -> None:
    async with screen_on(histories.shop()) as screen:
        assert "ends with" not in screen.text("#header")
        assert "d detach" in screen.text("#keys")
        await screen.press(*keys)
        assert screen.session.gave_up_lease
        assert screen.session.sent == []
        assert screen.app.detached
        assert "proctor attach" in (screen.app.last_words or "")


async def test_who_has_detached_is_told_the_way_back_from_the_folder_that_they_are_in(
    tmp_path: "Path", monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my shop").mkdir()
    for name, folder, way in (
        ("my shop", "my shop", "'proctor attach'"),
        ("my shop", ".", "'proctor attach -d 'my shop''"),
        ("other", "my shop", "'proctor attach -a other'"),
    ):
        monkeypatch.chdir(tmp_path / folder)
        app = msgspec.structs.replace(
            histories.shop().app, name=name, root=str(tmp_path / "my shop")
        )
        snapshot = msgspec.structs.replace(histories.shop(), app=app)
        async with screen_on(snapshot) as screen:
            await screen.press("d")
            assert way in (screen.app.last_words or "")


async def test_an_app_that_is_being_stopped_cannot_be_detached_from() -> None:
    stopping = msgspec.structs.replace(histories.shop(), stopping=True)
    async with screen_on(stopping) as screen:
        await screen.press("d")
        assert "being stopped" in screen.text("#done")
        assert not screen.session.gave_up_lease


async def test_keys_typed_in_one_go_are_each_for_what_the_one_before_has_selected() -> None:
    async with screen_on(histories.shop()) as screen:
        for key in ("G", "k", "r", "g", "r"):
            screen.app.post_message(Key(key, key))
        await until(screen.pilot, lambda: len(screen.session.sent) > 1)
        assert screen.session.sent == [
            Restart(target="clock.1", by="key"),
            Restart(target="all", by="key"),
        ]


async def test_asking_to_quit_twice_in_one_go_stops_everything() -> None:
    async with screen_on(histories.shop()) as screen:
        for _ in range(2):
            screen.app.post_message(Key("q", "q"))
        await until(screen.pilot, lambda: bool(screen.session.sent))
        assert screen.session.sent == [Quit(by="key")]
        assert isinstance(screen.app.screen, MainScreen)


async def test_over_a_dialog_there_is_no_palette() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("question_mark", "ctrl+p")
        assert isinstance(screen.app.screen, HelpScreen)


async def test_the_quit_key_of_the_toolkit_asks_too() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("ctrl+q")
        assert "6 processes are running" in screen.text()


async def test_the_key_to_suspend_says_so_where_no_shell_could_bring_the_screen_back() -> None:
    async with screen_on(histories.shop()) as screen:
        await screen.press("ctrl+z")
        assert "no shell behind this screen" in screen.text("#done")


async def test_help_that_is_closed_and_clicked_in_one_go_closes_once() -> None:
    async with screen_on(histories.shop(), size=(120, 50)) as screen:
        await screen.press("question_mark")
        sheet = screen.app.screen.query_one(HelpSheet)
        screen.app.post_message(Key("escape", None))
        for _ in range(2):
            sheet.post_message(HelpSheet.Chosen(""))
        await screen.settle()
        assert isinstance(screen.app.screen, MainScreen)


async def test_the_key_to_attach_needs_a_process_and_says_what_else_it_lacks() -> None:
    async with screen_on(histories.shop()) as screen:
        assert "attach" not in screen.text("#keys")
        await screen.press("home", "c")
        assert "Select a process first" in screen.text("#done")
        await screen.press("down", "down", "c")
        assert "web.1 has no terminal" in screen.text("#done")


async def test_a_debuggers_prompt_is_seen_and_its_key_is_offered() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.session.tell(screen.session.state_changed("web.1", "up", prompt="(Pdb)"))
        await screen.settle()
        assert "waits at (Pdb)" in screen.text("#formation")
        assert "c attach" in screen.text("#keys")
