import pytest

from proctor.errors import UserError
from proctor.model.groups import require_groups, types_in
from proctor.model.type_settings import TypeSettings
from support import histories

TYPES = ("web", "worker", "clock")


@pytest.mark.parametrize("group", ["backend", "back-end", "v2.0b", "Web"])
def test_a_group_may_have_any_name_that_means_nothing_else(group: str) -> None:
    settings = TypeSettings(group=group)
    require_groups({"worker": settings, "clock": settings, "web": TypeSettings()}, TYPES, {})


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (
            "web",
            "group: 'web' is the name of a process type, and cannot be a group's (proctor.toml:2).",
        ),
        ("worker", "group: 'worker' is the name of a process type"),
        ("all", "group: 'all' means all processes"),
        ("web.1", "group: 'web.1' cannot be the name of a group"),
        ("", "group: '' cannot be the name of a group"),
        ("back end", "group: 'back end' cannot be the name of a group"),
    ],
)
def test_a_name_that_means_something_else_is_refused(group: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        require_groups({"worker": TypeSettings(group=group)}, TYPES, {"worker": "proctor.toml:2"})
    assert str(caught.value).startswith(words)


def test_a_group_means_its_types_in_the_order_of_the_procfile() -> None:
    types = [
        histories.process_type("web", 1),
        histories.process_type("worker", 1, group="backend"),
        histories.process_type("clock", 0, group="backend"),
    ]
    assert types_in("backend", types) == ("worker", "clock")
    assert types_in("web", types) == ()
