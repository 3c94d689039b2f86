import pytest
from textual.pilot import Pilot

from proctor_tui.render.stamps import stamp
from support.histories import NOON
from support.pane_host import PaneHost

NOW = stamp(NOON)


async def settled(pilot: Pilot[int], host: PaneHost) -> None:
    """Two rounds: in the first a pane asks for lines, in the second it paints them."""
    for _ in range(2):
        await pilot.pause()
        host.tick()
    await pilot.pause()


def lines(host: PaneHost, process: str = "web.1") -> list[str]:
    return [row[1:].removeprefix(NOW).strip(" ▐") for row in host.text(process)]


async def test_a_pane_shows_the_newest_lines_and_follows() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        assert lines(host)[-1] == "line 999"
        host.output("web.1", "and one more")
        await settled(pilot, host)
        assert lines(host)[-2:] == ["line 999", "and one more"]


async def test_a_pane_holds_only_the_window_it_shows() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.output("web.1", *(f"line {n}" for n in range(100_000)))
        await settled(pilot, host)
        pane = host.pane("web.1")
        assert len(pane.reading.held) < 60
        assert all(request.count < 100 for request in host.asked)


async def test_a_notice_costs_nothing_until_the_frame_and_a_hundred_notices_ask_once() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        await settled(pilot, host)
        host.asked.clear()
        for n in range(100):
            host.output("web.1", f"line {n}")
        await pilot.pause()
        assert host.asked == []
        await settled(pilot, host)
        assert len(host.asked) == 1


async def test_keys_scroll_pause_and_resume_and_the_badge_counts_what_is_new() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.grid.focus_selected()
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        await pilot.press("up", "k")
        await settled(pilot, host)
        assert lines(host)[0] == f"line {1000 - host.pane('web.1').size.height - 2}"
        assert lines(host)[-1].endswith("paused ↓")
        host.output("web.1", *["new"] * 1042)
        await settled(pilot, host)
        assert lines(host)[-1].endswith("1,042 new ↓")
        await pilot.press("end")
        await settled(pilot, host)
        assert lines(host)[-1] == "new"
        assert [message.following for message in host.followed] == [False, True]


async def test_home_and_pages_ask_for_the_lines_they_need() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.grid.focus_selected()
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        await pilot.press("home")
        await settled(pilot, host)
        assert lines(host)[0] == "line 0"
        await pilot.press("pagedown")
        await settled(pilot, host)
        assert lines(host)[0] == f"line {host.pane('web.1').size.height - 1}"
        await pilot.press("pageup")
        await settled(pilot, host)
        assert lines(host)[0] == "line 0"


async def test_the_wheel_scrolls_and_a_click_on_the_badge_follows() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        pane = host.pane("web.1")
        pane.action_move(-3)
        await settled(pilot, host)
        assert not pane.reading.follow
        await pilot.click(pane, offset=(pane.size.width - 4, pane.size.height - 1))
        await settled(pilot, host)
        assert pane.reading.follow


async def test_the_reading_place_survives_new_lines_lost_lines_and_another_size() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.grid.focus_selected()
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        await pilot.press("pageup", "pageup", "pageup")
        await settled(pilot, host)
        before = lines(host)[0]
        host.output("web.1", *["new"] * 500)
        host.forget("web.1", 900)
        await settled(pilot, host)
        assert lines(host)[0] == before
        await pilot.resize_terminal(50, 15)
        await settled(pilot, host)
        assert lines(host)[0] == before
        host.forget("web.1", 300)
        await settled(pilot, host)
        assert lines(host)[0] == before


async def test_long_lines_wrap_and_can_be_read_to_the_side_instead() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(50, 24)) as pilot:
        host.grid.focus_selected()
        host.output("web.1", "short", "word " * 20)
        await settled(pilot, host)
        assert lines(host)[1:3] == [
            "word word word word word word word",
            "word word word word word word word word word",
        ]
        host.grid.wraps = False
        await settled(pilot, host)
        assert lines(host)[1].endswith("→")
        assert lines(host)[2] == ""
        await pilot.press("right", "right")
        await settled(pilot, host)
        assert lines(host)[0] == ""
        assert lines(host)[1].startswith("ord word")


async def test_stamps_can_be_switched_off() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(50, 24)) as pilot:
        host.output("web.1", "hello")
        await settled(pilot, host)
        assert host.text("web.1")[0] == f" {NOW} hello"
        host.grid.stamps = False
        await settled(pilot, host)
        assert host.text("web.1")[0] == " hello"


async def test_what_the_user_does_needs_no_tick_to_be_seen() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.grid.focus_selected()
        host.output("web.1", *(f"line {n}" for n in range(1000)))
        await settled(pilot, host)
        host.asked.clear()
        await pilot.press("home")
        assert [(each.first, each.count > 20) for each in host.asked] == [(0, True)]
        host.pane("web.1").frame()  # the app ticks when lines have come
        await pilot.pause()
        assert lines(host)[0] == "line 0"


async def test_an_empty_pane_says_why() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(50, 24)) as pilot:
        await settled(pilot, host)
        assert host.text("web.1")[0] == " nothing printed yet"
        host.output("web.1", "hello")
        await settled(pilot, host)
        assert "nothing" not in host.text("web.1")[0]


async def test_a_hidden_pane_asks_for_nothing() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 24)) as pilot:
        await settled(pilot, host)
        host.grid.show("zoom", "web.2")
        await settled(pilot, host)
        host.asked.clear()
        host.output("web.1", "hello")
        host.pane("web.1").frame()
        await settled(pilot, host)
        assert host.asked == []
        host.grid.show("zoom", "web.1")
        await settled(pilot, host)
        assert lines(host)[0] == "hello"


async def test_a_line_that_is_being_written_is_shown_as_it_grows() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.output("web.1", "10%\r20%")
        await settled(pilot, host)
        assert lines(host)[0] == "20%"
        host.replace_last("web.1", "10%\r20%\r30%")
        await settled(pilot, host)
        assert lines(host)[0] == "30%"


async def test_another_theme_paints_anew() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.output("web.1", "hello")
        await settled(pilot, host)
        dark = host.pane("web.1").render_line(0)
        host.theme = "proctor-light"
        await settled(pilot, host)
        light = host.pane("web.1").render_line(0)
        assert dark.text == light.text
        assert [segment.style for segment in dark] != [segment.style for segment in light]


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "textual-light", "dracula", "nord"])
async def test_a_pane_can_be_shown_in_any_theme(theme: str) -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 24)) as pilot:
        host.theme = theme
        host.output("web.1", "\x1b[31mred\x1b[0m \x1b[38;5;200mpink\x1b[0m", "x" * 200)
        host.output("web.1", "exited with status 3", stream="proctor")
        host.output("web.1", *(f"line {n}" for n in range(30)))
        await settled(pilot, host)
        pane = host.pane("web.1")
        await pilot.click(pane, offset=(12, 2), times=3)
        pane.action_move(-20)
        await settled(pilot, host)
        assert any("red pink" in row for row in lines(host))
        assert lines(host)[-1].endswith("paused ↓")
