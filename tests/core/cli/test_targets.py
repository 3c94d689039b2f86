import msgspec
import pytest

from proctor.cli.targets import chosen, covered, named
from proctor.errors import UserError
from proctor.model.events import Snapshot
from support import histories

NAMES = ["web.1", "web.10", "web-admin.1", "worker.1"]


@pytest.fixture
def shop() -> Snapshot:
    """Worker and clock are of one group."""
    shop = histories.shop()
    types = tuple(
        msgspec.structs.replace(each, group="back") if each.type in ("worker", "clock") else each
        for each in shop.types
    )
    return msgspec.structs.replace(shop, types=types)


def test_a_target_means_a_process_a_type_or_everything() -> None:
    assert covered("web.1", NAMES) == ["web.1"]
    assert covered("web", NAMES) == ["web.1", "web.10"]
    assert covered("all", NAMES) == NAMES
    assert covered("we", NAMES) == []


def test_several_targets_name_each_process_once_and_none_names_all() -> None:
    assert named(("worker", "web.1", "web"), NAMES) == ["web.1", "web.10", "worker.1"]
    assert named((), NAMES) == NAMES


def test_a_group_means_its_types(shop: Snapshot) -> None:
    assert chosen(("back", "clock", "web.1"), shop) == ("worker", "clock", "web.1")


def test_everything_beside_a_target_is_everything(shop: Snapshot) -> None:
    assert chosen(("web", "all"), shop) == ()


def test_a_target_that_there_is_not_is_refused_with_the_nearest(shop: Snapshot) -> None:
    with pytest.raises(UserError, match="there is no process 'wbe'") as refused:
        chosen(("all", "wbe"), shop, where="--ps")
    assert (refused.value.where, refused.value.hint) == ("--ps", "The nearest name is 'web'")


def test_who_was_heard_of_can_be_named_although_it_has_gone(shop: Snapshot) -> None:
    gone = msgspec.structs.replace(shop, journals={"run.1": (0, 1)})
    assert chosen(("run.1",), gone) == ("run.1",)
