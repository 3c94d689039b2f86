from textual.pilot import Pilot

from support.histories import NOON, process
from support.pane_host import PaneHost

WEBS = tuple(f"web.{n}" for n in range(1, 21))
MANY = tuple(f"web.{n}" for n in range(1, 51))


async def settled(pilot: Pilot[int], host: PaneHost) -> None:
    for _ in range(2):
        await pilot.pause()
        host.tick()
    await pilot.pause()


async def test_each_process_has_a_tile_in_the_order_of_the_formation() -> None:
    host = PaneHost("web.1", "web.2", "worker.1", "clock.1")
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        assert host.grid.shown == ("web.1", "web.2", "worker.1", "clock.1")
        tops = [host.pane(each).region for each in host.grid.shown]
        assert [(r.x < 40, r.y < 20) for r in tops] == [
            (True, True), (False, True), (True, False), (False, False),
        ]  # fmt: skip
        assert {(r.width, r.height) for r in tops} >= {(tops[0].width, tops[0].height)}


async def test_between_tiles_there_is_one_empty_column_and_row() -> None:
    host = PaneHost("web.1", "web.2", "worker.1", "clock.1")
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        one, two, three = (host.grid.pane(each) for each in ("web.1", "web.2", "worker.1"))
        assert one is not None
        assert two is not None
        assert three is not None
        assert two.region.x - one.region.right == 1
        assert three.region.y - one.region.bottom == 1


async def test_the_last_tile_takes_the_room_that_is_left() -> None:
    host = PaneHost("web.1", "web.2", "worker.1", "clock.1", "clock.2")
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        assert host.pane("clock.2").region.width > 70


async def test_tiles_are_paged_rather_than_shrunk() -> None:
    host = PaneHost(*WEBS)
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        first = host.grid.shown
        assert first[0] == "web.1"
        assert all(host.pane(each).size.height >= 6 for each in first)
        assert all(host.pane(each).size.width >= 36 for each in first)
        host.grid.focus_selected()
        await pilot.press("right_square_bracket")
        await settled(pilot, host)
        assert host.grid.shown[0] == WEBS[len(first)]
        await pilot.press("left_square_bracket", "left_square_bracket")
        await settled(pilot, host)
        assert host.grid.shown[-1] == "web.20"


async def test_a_click_on_a_page_mark_turns_to_it() -> None:
    host = PaneHost(*WEBS)
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        marks = host.query_one("PaneMarks")
        await pilot.click(marks, offset=(marks.render_line(0).text.index("2"), 0))
        await settled(pilot, host)
        assert "web.1" not in host.grid.shown
        assert "of 20" in marks.render_line(0).text


async def test_where_not_all_page_marks_fit_the_shown_page_is_among_them() -> None:
    host = PaneHost(*MANY)
    async with host.run_test(size=(50, 24)) as pilot:
        marks = host.query_one("PaneMarks")
        for selected in ("web.1", "web.25", "web.50"):
            host.grid.show("tiles", selected)
            await settled(pilot, host)
            first, last = (MANY.index(host.grid.shown[at]) + 1 for at in (0, -1))
            words = f"{first} to {last} of 50" if first < last else f"pane {last} of 50"
            assert marks.render_line(0).text.rstrip().endswith(words)
            page = str((first - 1) // 2 + 1)
            assert page in marks.render_line(0).text.partition("]")[0].split()
        assert "…" in marks.render_line(0).text
        await pilot.click(marks, offset=(marks.render_line(0).text.index("…"), 0))
        await settled(pilot, host)
        assert "web.50" not in host.grid.shown
        assert "…" in marks.render_line(0).text


async def test_the_page_with_the_selected_process_is_shown() -> None:
    host = PaneHost(*WEBS)
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.show("tiles", "web.17")
        await settled(pilot, host)
        assert "web.17" in host.grid.shown


async def test_layouts_show_one_process_a_type_or_everything() -> None:
    host = PaneHost("web.1", "web.2", "worker.1")
    async with host.run_test(size=(80, 40)) as pilot:
        host.output("web.1", "from web.1")
        host.output("worker.1", "from worker.1")
        host.grid.show("zoom", "worker.1")
        await settled(pilot, host)
        assert host.grid.shown == ("worker.1",)
        host.grid.show("type", "web.2")
        await settled(pilot, host)
        assert host.grid.shown == ("web",)
        assert "web.1 from web.1" in host.text("web")[0]
        host.grid.show("everything", "web.2")
        await settled(pilot, host)
        assert [row.split(maxsplit=1)[1].rstrip() for row in host.text("*")[:2]] == [
            "web.1    from web.1",
            "worker.1 from worker.1",
        ]
        host.grid.show("tiles", "web.2")
        await settled(pilot, host)
        assert len(host.grid.shown) == 3


async def test_new_lines_of_a_process_reach_its_merged_panes() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.show("everything", "web.1")
        await settled(pilot, host)
        host.output("web.1", "hello")
        await settled(pilot, host)
        assert "hello" in host.text("*")[0]


async def test_a_tick_paints_the_selected_pane_and_one_other_in_turn() -> None:
    host = PaneHost("web.1", "web.2", "web.3")
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.show("tiles", "web.2")
        await settled(pilot, host)
        host.asked.clear()
        for _ in range(4):
            for each in host.grid.shown:
                host.output(each, "x")
            host.grid.frame()
            await pilot.pause()
        journals = [request.journal for request in host.asked]
        assert journals.count("web.2") == 4
        assert sorted((journals.count("web.1"), journals.count("web.3"))) == [2, 2]


async def test_the_focused_pane_is_chosen_and_so_is_one_that_is_clicked() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        host.pane("web.2").focus()
        await pilot.pause()
        assert host.chosen[-1] == "web.2"
        pane = host.grid.pane("web.1")
        assert pane is not None
        await pilot.click(pane.heading, offset=(20, 0))
        assert host.chosen[-1] == "web.1"


async def test_the_selected_pane_stands_out_by_its_shade() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.show("tiles", "web.2")
        await settled(pilot, host)
        grounds = {each: host.pane(each).background_colors[1] for each in host.grid.shown}
        assert grounds["web.1"] != grounds["web.2"]
        assert grounds["web.2"].hex.lower() == "#1f2731"


async def test_a_process_that_has_gone_takes_its_pane_with_it() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        host.only("web.2")
        await settled(pilot, host)
        assert host.grid.shown == ("web.2",)
        assert host.grid.pane("web.1") is None
        assert len(host.query("Pane")) == 1


async def test_a_process_that_comes_back_has_a_pane_again_in_its_place() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        host.only("web.2")
        await settled(pilot, host)
        host.only("web.1", "web.2")
        await settled(pilot, host)
        assert host.grid.shown == ("web.1", "web.2")
        assert host.pane("web.1").region.y < host.pane("web.2").region.y


async def test_what_a_process_does_stands_in_its_title_also_if_told_before_it_was_shown() -> None:
    host = PaneHost("web.1", "web.2")
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.show("zoom", "web.1")
        await settled(pilot, host)
        host.grid.update_process(process("web.2", "starting", since=NOON - 2))
        host.grid.show("zoom", "web.2")
        await settled(pilot, host)
        pane = host.grid.pane("web.2")
        assert pane is not None
        assert "◐ web.2  starting 2 s" in pane.heading.render_line(0).text


async def test_rates_are_counted_by_the_clock() -> None:
    host = PaneHost("web.1")
    async with host.run_test(size=(80, 40)) as pilot:
        host.grid.update_process(process("web.1"))
        await settled(pilot, host)
        host.grid.clock(NOON)
        host.output("web.1", *["x"] * 48)
        host.grid.clock(NOON + 2)
        pane = host.grid.pane("web.1")
        assert pane is not None
        assert "up 2 m · 24/s" in pane.heading.render_line(0).text


async def test_an_app_without_processes_shows_no_pane() -> None:
    host = PaneHost()
    async with host.run_test(size=(80, 40)) as pilot:
        await settled(pilot, host)
        assert host.grid.shown == ()
        host.grid.frame()
        host.grid.focus_selected()
