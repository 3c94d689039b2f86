import msgspec
import pytest
from textual.app import ComposeResult

from proctor.model.events import ExitView, ProcessState, ProcessView
from proctor_tui.themed_app import ThemedApp
from proctor_tui.widgets.pane_title import PaneTitle
from support.histories import NOON, process


class TitleHost(ThemedApp):
    def __init__(self, journal: str = "web.1") -> None:
        super().__init__()
        self.title_line = PaneTitle(journal, "type-0")
        self.requested: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.title_line

    def on_pane_title_requested(self, message: PaneTitle.Requested) -> None:
        self.requested.append((message.action_id, message.journal))

    def show(self, view: ProcessView) -> None:
        self.title_line.now = NOON
        self.title_line.process = view

    @property
    def text(self) -> str:
        return self.title_line.render_line(0).text


EXIT_3 = ExitView(status=3)
UP = process("web.1", since=NOON - 120)


@pytest.mark.parametrize(
    ("state", "changes", "words"),
    [
        ("up", {}, "● web.1  up 2 m"),
        ("starting", {}, "◐ web.1  starting 2 m"),
        ("stopping", {"deadline_at": NOON + 9}, "◌ web.1  stopping · killed in 9 s"),
        ("crashed", {"exit": EXIT_3, "retry_at": NOON + 4}, "✕ web.1  exit 3 · again in 4 s"),
        ("complete", {"exit": ExitView(status=0)}, "✓ web.1  complete · exit 0"),
    ],
)  # fmt: skip
async def test_the_title_says_the_state_by_sign_and_words(
    state: ProcessState, changes: dict[str, object], words: str
) -> None:
    host = TitleHost()
    async with host.run_test(size=(80, 3)):
        host.show(msgspec.structs.replace(UP, state=state, **changes))
        assert host.text.strip().startswith(words)


async def test_the_clock_moves_uptime_and_rate() -> None:
    host = TitleHost()
    async with host.run_test(size=(80, 3)):
        host.show(UP)
        host.title_line.clock(NOON + 3600, 24.0)
        assert host.text.strip().startswith("● web.1  up 1 h · 24/s")


@pytest.mark.parametrize("width", [20, 30, 36, 50, 80])
async def test_the_line_is_exactly_as_wide_as_the_pane_and_keeps_name_and_buttons(
    width: int,
) -> None:
    host = TitleHost()
    async with host.run_test(size=(width, 3)):
        host.show(msgspec.structs.replace(UP, state="crashed", exit=ExitView(signal="SIGSEGV")))
        assert host.title_line.render_line(0).cell_length == width
        assert "web.1" in host.text
        assert host.text.endswith(" ↻  ■  ⤢ ")


async def test_each_button_asks_for_its_action() -> None:
    host = TitleHost()
    async with host.run_test(size=(60, 3)) as pilot:
        host.show(UP)
        for sign in "↻■⤢":
            await pilot.click(host.title_line, offset=(host.text.index(sign), 0))
        await pilot.click(host.title_line, offset=(20, 0))
        expected = [(action, "web.1") for action in ("restart", "stop", "zoom")]
        assert host.requested == expected


async def test_a_process_that_nobody_wants_can_be_started() -> None:
    host = TitleHost()
    async with host.run_test(size=(60, 3)) as pilot:
        host.show(msgspec.structs.replace(UP, state="down", wanted=False))
        await pilot.click(host.title_line, offset=(host.text.index("▶"), 0))
        assert host.requested == [("start", "web.1")]


async def test_a_double_click_zooms() -> None:
    host = TitleHost()
    async with host.run_test(size=(60, 3)) as pilot:
        host.show(UP)
        await pilot.click(host.title_line, offset=(20, 0), times=2)
        assert host.requested == [("zoom", "web.1")]


async def test_the_button_under_the_mouse_is_brighter() -> None:
    host = TitleHost()
    async with host.run_test(size=(60, 3)) as pilot:
        host.show(UP)
        at = host.text.index("■")
        before = [segment.style for segment in host.title_line.render_line(0)]
        await pilot.hover(host.title_line, offset=(at, 0))
        assert [segment.style for segment in host.title_line.render_line(0)] != before
        await pilot.hover(host.title_line, offset=(20, 0))
        assert [segment.style for segment in host.title_line.render_line(0)] == before


async def test_merged_journals_have_the_buttons_that_make_sense() -> None:
    host = TitleHost("*")
    async with host.run_test(size=(60, 3)):
        assert host.text.strip().startswith("≡ everything")
        assert "■" not in host.text
