import base64

from rich.color import Color
from textual.pilot import Pilot

from proctor_tui.widgets.log_pane import LogPane
from support.eventually import eventually
from support.pane_host import PaneHost

TEXT = 10  #: the column at which text begins: a margin, the stamp, a blank


async def settled(pilot: Pilot[int], host: PaneHost) -> None:
    for _ in range(2):
        await pilot.pause()
        host.tick()
    await pilot.pause()


async def begun(pilot: Pilot[int], host: PaneHost, *lines: str) -> LogPane:
    host.output("web.1", *lines)
    host.grid.focus_selected()
    await settled(pilot, host)
    return host.pane("web.1")


async def drag(
    pilot: Pilot[int], pane: LogPane, start: tuple[int, int], end: tuple[int, int]
) -> None:
    await pilot.mouse_down(pane, offset=start)
    await pilot.hover(pane, offset=end)
    await pilot.mouse_up(pane, offset=end)


def lit(pane: LogPane, y: int) -> str:
    """The part of a row that is painted as selected."""
    colour = Color.parse("#2f4468")
    return "".join(
        text for text, style, _ in pane.render_line(y) if style and style.bgcolor == colour
    )


async def test_a_drag_selects_and_y_copies_what_the_program_printed() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "first line", "\x1b[31msecond\x1b[0m [x]", "third line")
        await drag(pilot, pane, (TEXT + 6, 0), (TEXT + 5, 2))
        assert (lit(pane, 0), lit(pane, 1), lit(pane, 2)) == ("line", "second [x]", "third")
        await pilot.press("y")
        assert host.clipboard == "line\nsecond [x]\nthird"
        assert host.copied[-1].words == "3 lines sent to the terminal's clipboard"


async def test_ctrl_c_copies_a_selection_and_does_not_quit() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "first line")
        await drag(pilot, pane, (TEXT, 0), (TEXT + 5, 0))
        await pilot.press("ctrl+c")
        assert host.clipboard == "first"
        assert host.copied[-1].words == "5 characters sent to the terminal's clipboard"
        assert host.is_running


async def test_without_a_selection_copy_keys_are_left_to_others() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        await begun(pilot, host, "first line")
        await pilot.press("y", "ctrl+c", "escape")
        assert host.copied == []


async def test_escape_clears_the_selection_and_follows_again() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "first line")
        await drag(pilot, pane, (TEXT, 0), (TEXT + 5, 0))
        assert pane.badge == " paused ↓ "
        await pilot.press("escape")
        assert pane.selection is None
        assert pane.reading.follow
        assert lit(pane, 0) == ""


async def test_a_double_click_selects_a_word_and_a_triple_click_the_line() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "GET /jobs/84 200")
        await pilot.click(pane, offset=(TEXT + 6, 0), times=2)
        assert lit(pane, 0) == "/jobs/84"
        await pilot.click(pane, offset=(TEXT + 6, 0), times=3)
        assert lit(pane, 0) == "GET /jobs/84 200"
        assert not host.screen.selections  # Textual's own would hold the whole log


async def test_a_wrapped_line_is_copied_without_its_breaks_and_stamps() -> None:
    host = PaneHost("web.1")
    words = "one two three four five six seven eight nine ten eleven"
    async with host.run_test(size=(50, 24)) as pilot:
        pane = await begun(pilot, host, words)
        await pilot.click(pane, offset=(TEXT, 0), times=3)
        await pilot.press("y")
        assert host.clipboard == words


async def test_wide_characters_are_selected_whole() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "ab漢字cd")
        await drag(pilot, pane, (TEXT + 3, 0), (TEXT + 6, 0))
        await pilot.press("y")
        assert host.clipboard == "漢字"


async def test_a_drag_out_of_the_pane_stays_in_it() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        pane = await begun(pilot, host, "first line", "second line")
        host.output("web.2", "not mine")
        await settled(pilot, host)
        await pilot.mouse_down(pane, offset=(TEXT, 0))
        await pilot.hover(host.pane("web.2"), offset=(TEXT + 3, 0))
        await pilot.mouse_up(host.pane("web.2"), offset=(TEXT + 3, 0))
        await pilot.press("y")
        assert host.clipboard == "first line\nsecond line"
        assert host.pane("web.2").selection is None


async def test_one_pane_at_a_time_has_a_selection() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        pane = await begun(pilot, host, "first line")
        host.output("web.2", "other line")
        await settled(pilot, host)
        await drag(pilot, pane, (TEXT, 0), (TEXT + 5, 0))
        await drag(pilot, host.pane("web.2"), (TEXT, 0), (TEXT + 5, 0))
        await pilot.pause()
        assert pane.selection is None
        await pilot.press("y")
        assert host.clipboard == "other"


async def test_a_drag_that_comes_back_to_where_it_began_selects_nothing() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "first line")
        await pilot.mouse_down(pane, offset=(TEXT, 0))
        await pilot.hover(pane, offset=(TEXT + 4, 0))
        await pilot.hover(pane, offset=(TEXT, 0))
        await pilot.mouse_up(pane, offset=(TEXT, 0))
        assert pane.selection is None
        assert pane.badge == ""


async def test_holding_the_mouse_beyond_an_edge_scrolls_and_selects_on() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, *(f"line {n}" for n in range(300)))
        await pilot.mouse_down(pane, offset=(TEXT, 3))
        await pilot.hover(host.grid, offset=(TEXT, 0))

        def scrolled() -> bool:
            host.tick()
            return pane.selection is not None and pane.selection.lines > 60

        await eventually(scrolled)
        await pilot.mouse_up(host.grid, offset=(TEXT, 0))
        await pilot.press("y")
        copied = host.clipboard.splitlines()
        first = int(copied[0].removeprefix("line "))
        assert copied == [f"line {n}" for n in range(first, first + len(copied))]
        assert len(copied) > 60


async def test_a_selection_stays_with_its_text_when_lines_come_and_go() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "keep this", "and this")
        await drag(pilot, pane, (TEXT, 0), (TEXT + 8, 1))
        host.output("web.1", *["new"] * 5000)
        host.forget("web.1", 4000)
        await settled(pilot, host)
        await pilot.press("end")
        await settled(pilot, host)
        await pilot.press("y")
        assert host.clipboard == "keep this\nand this"


async def test_a_copy_is_no_larger_than_terminals_take_and_says_so() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, "x" * 200_000)
        await pilot.click(pane, offset=(TEXT, 3), times=3)
        await pilot.press("y")
        assert len(base64.b64encode(host.clipboard.encode())) <= 100_000
        assert "not all" in host.copied[-1].words


async def test_the_scroll_bar_can_be_dragged() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        pane = await begun(pilot, host, *(f"line {n}" for n in range(1000)))
        pane.action_move(-1)
        await settled(pilot, host)
        right = pane.size.width - 1
        await drag(pilot, pane, (right, pane.size.height - 2), (right, 0))
        await settled(pilot, host)
        assert "line 0" in host.text("web.1")[0]
        assert pane.selection is None
