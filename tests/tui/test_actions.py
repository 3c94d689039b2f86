import string

import pytest

from proctor.model.commands import Kill, Restart, Scale, SetWatch
from proctor_tui.actions import ACTIONS, possible
from proctor_tui.keymap import KEYS, RAIL_KEYS
from proctor_tui.render.bottom_lines import keys_line
from proctor_tui.render.cells import width_of
from proctor_tui.situation import ALL, Situation
from proctor_tui.view import View, from_snapshot
from support import histories

VIEW = from_snapshot(histories.shop())


def at(target: str = "web.1", view: View = VIEW, **more: object) -> Situation:
    return Situation(view=view, target=target, **more)  # type: ignore[arg-type]  # see Situation


def shown_keys(situation: Situation, width: int) -> str:
    return "".join(cell.text for cell in keys_line(situation, width))


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_key(action: str) -> None:
    assert KEYS.get(action) or action == "scale_to"  # its keys are the digits


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_says_in_words_what_it_does(action: str) -> None:
    assert ACTIONS[action].help[0] in string.ascii_uppercase
    assert "{" not in ACTIONS[action].title_for(at())


def test_every_key_asks_for_an_action_that_exists() -> None:
    motions = {each for each in RAIL_KEYS if each.startswith(("select", "page"))}
    assert {*KEYS, *RAIL_KEYS} - motions <= set(ACTIONS)


def test_a_key_is_shared_only_by_actions_that_exclude_each_other() -> None:
    owners: dict[str, list[str]] = {}
    for action, keys in KEYS.items():
        for key in keys:
            owners.setdefault(key, []).append(action)
    assert {tuple(each) for each in owners.values() if len(each) > 1} == {("stop", "start")}


@pytest.mark.parametrize(
    ("action", "target", "line"),
    [
        ("restart", "web.1", "proctor restart web.1"),
        ("restart", "web", "proctor restart web"),
        ("stop", ALL, "proctor stop all"),
        ("kill", "worker.1", "proctor kill worker.1"),
        ("scale_up", "web.1", "proctor scale web+1"),
        ("scale_down", "worker", "proctor scale worker-1"),
        ("watch", ALL, "proctor watch off"),
        ("reload", ALL, "proctor reload"),
        ("quit", ALL, "proctor quit"),
        ("zoom", "web.1", "proctor logs -f --ps web.1"),
        ("everything", "web.1", "proctor logs -f"),
    ],
)
def test_an_action_knows_its_command_line(action: str, target: str, line: str) -> None:
    assert ACTIONS[action].command_line(at(target)) == line


def test_commands_are_built_for_what_is_selected() -> None:
    built = {name: ACTIONS[name].builds for name in ("restart", "kill", "watch", "scale_to")}
    assert all(built.values())
    situation = at("web", quantity=7)
    commands = [build(situation) for build in built.values() if build]
    assert commands == [
        Restart(target="web"),
        Kill(target="web"),
        SetWatch(on=False),
        Scale(quantities={"web": 7}),
    ]


@pytest.mark.parametrize(
    ("action", "target", "reason"),
    [
        ("scale_up", ALL, "Select a process type first"),
        ("scale_up", "release", "proctor run release"),
        ("scale_to", "web.1", "Select the type web"),
        ("stop", "release", "proctor run release"),
        ("start", "web.1", "is running already"),
        ("tiles", "web.1", "shown already"),
        ("copy", "web.1", "Nothing is selected"),
        ("type", ALL, "Select a process or a type"),
    ],
)
def test_an_action_that_cannot_be_done_says_why(action: str, target: str, reason: str) -> None:
    assert reason in (ACTIONS[action].unavailable(at(target)) or "")


def test_a_type_at_zero_cannot_have_fewer_but_can_have_more() -> None:
    situation = at("web", from_snapshot(histories.nothing_started()))
    assert ACTIONS["scale_down"].unavailable(situation) == "web is at 0 already"
    assert ACTIONS["scale_up"].unavailable(situation) is None


def test_the_key_s_stops_what_runs_and_starts_what_is_down() -> None:
    down = from_snapshot(
        histories.snapshot(
            [histories.process_type("web", 1)], [histories.process("web.1", "down", wanted=False)]
        )
    )
    assert possible(("stop", "start"), at("web.1")).id == "stop"
    assert possible(("stop", "start"), at("web.1", down)).id == "start"


def test_nothing_is_started_or_scaled_while_the_app_is_being_stopped() -> None:
    stopping = from_snapshot(histories.shop())
    stopping = type(stopping)(**{**_fields(stopping), "stopping": True})
    for action in ("scale_up", "restart", "start", "stop", "kill", "watch", "reload"):
        assert "being stopped" in (ACTIONS[action].unavailable(at("web", stopping)) or "")


def _fields(view: View) -> dict[str, object]:
    return {name: getattr(view, name) for name in View.__dataclass_fields__}


@pytest.mark.parametrize("width", [20, 45, 80, 120, 200])
def test_the_footer_never_is_wider_than_the_screen(width: int) -> None:
    assert width_of(keys_line(at(), width)) <= max(width, 40)


def test_the_footer_shows_keys_that_are_valid_and_no_others() -> None:
    wide = shown_keys(at("web.1"), 200)
    assert "r restart" in wide
    assert "s stop" in wide
    assert "s start" not in wide
    assert "y copy" not in wide
    assert "R reload" not in wide
    assert "esc tiles" in shown_keys(at("web.1", layout="zoom"), 200)
    assert "y copy" in shown_keys(at("web.1", selected_text=True), 200)


def test_help_stays_in_the_footer_of_a_narrow_screen() -> None:
    assert "? help" in shown_keys(at("web.1"), 45)
