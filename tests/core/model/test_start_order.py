import pytest

from proctor.errors import UserError
from proctor.model.events import ProcessState
from proctor.model.names import ProcessName
from proctor.model.restart import OnExit
from proctor.model.slots import Slot
from proctor.model.start_order import StartOrder, require_ends, require_order
from proctor.model.type_settings import Dependency, TypeSettings


def after(*types: str, restart: bool = False) -> TypeSettings:
    return TypeSettings(after=tuple(Dependency(type_, restart) for type_ in types))


def slots(**states: ProcessState) -> dict[ProcessName, Slot]:
    """Slots without a run, by names as in `db_1`; `up` and the like are told by their run."""
    found = {}
    for name, state in states.items():
        process = ProcessName.parse(name.replace("_", "."))
        found[process] = resting(process, state)
    return found


def resting(process: ProcessName, state: ProcessState) -> Slot:
    class Seen(Slot, frozen=True, kw_only=True):
        """A slot in a state that the test says."""

        @property
        def state(self) -> ProcessState:
            return self.resting

    return Seen(name=process, resting=state)


CHAIN = StartOrder({"worker": after("web"), "web": after("db"), "clock": after("worker", "db")})


def test_without_settings_there_is_no_order() -> None:
    assert not StartOrder({"web": TypeSettings()})
    assert StartOrder().stages(["web", "db"]) == {"web": 0, "db": 0}


def test_what_starts_last_is_stopped_first() -> None:
    stages = CHAIN.stages(["db", "web", "worker", "clock", "other"])
    assert stages == {"clock": 0, "other": 0, "worker": 1, "web": 2, "db": 3}


def test_stages_reach_over_types_that_are_not_stopped() -> None:
    assert CHAIN.stages(["db", "worker"]) == {"worker": 0, "db": 1}


def test_dependants_are_known_by_way_of_others_too() -> None:
    assert CHAIN.dependants("db") == ("web", "clock")
    assert CHAIN.all_dependants("db") == {"web", "worker", "clock"}


@pytest.mark.parametrize(
    ("types", "drawn"),
    [
        (
            {"web": after("worker"), "worker": after("db"), "db": after("web")},
            "web → worker → db → web",
        ),
        ({"web": after("web")}, "web → web"),
        ({"clock": after("web"), "web": after("db"), "db": after("web")}, "web → db → web"),
    ],
)
def test_a_cycle_is_drawn(types: dict[str, TypeSettings], drawn: str) -> None:
    with pytest.raises(UserError) as raised:
        require_order(types, {"web": "proctor.toml:2"})
    assert raised.value.what == f"process types wait for each other: {drawn}"
    assert raised.value.where == "proctor.toml:2"


def test_a_type_may_be_waited_for_on_several_ways() -> None:
    require_order({"web": after("db", "cache"), "cache": after("db"), "worker": after("web", "db")})


def test_who_waits_says_for_what_and_how_that_is() -> None:
    order = StartOrder({"web": after("db")})
    for state, words in {
        "starting": "waits until db is up (it is starting)",
        "waiting": "waits until db is up (it waits, too)",
        "crashed": "waits until db is up (it has crashed)",
        "down": "waits until db is up (it was stopped; start it with: proctor start db.1)",
    }.items():
        assert order.waits_for("web", {"db": 1}, slots(db_1=state)) == words  # type: ignore[arg-type]


def test_what_is_not_there_yet_is_starting() -> None:
    order = StartOrder({"web": after("db")})
    assert order.waits_for("web", {"db": 1}, {}) == "waits until db is up (it is starting)"


@pytest.mark.parametrize("state", ["up", "complete"])
def test_what_is_up_or_has_done_its_work_is_not_waited_for(state: ProcessState) -> None:
    assert StartOrder({"web": after("db")}).waits_for("web", {"db": 1}, slots(db_1=state)) is None


def test_what_has_to_end_is_waited_for_until_it_has_ended_well() -> None:
    types = {"web": TypeSettings(after=(Dependency("db"), Dependency("migrate", completed=True)))}
    order = StartOrder(types)
    quantities = {"db": 1, "migrate": 1}
    for db, migrate, words in [
        ("up", "up", "waits until migrate has ended well (it runs)"),
        ("up", "crashed", "waits until migrate has ended well (it has crashed)"),
        ("crashed", "up", "waits until db and migrate are up or have ended well"),
        ("up", "complete", None),
    ]:
        there = slots(db_1=db, migrate_1=migrate)  # type: ignore[arg-type]
        assert order.waits_for("web", quantities, there) == words


@pytest.mark.parametrize(
    ("types", "usual", "refused"),
    [
        ({"db": TypeSettings(on_exit="stay")}, "restart", False),
        ({"db": TypeSettings(on_exit="restart-on-failure")}, "restart", False),
        ({"db": TypeSettings(on_exit="stop-all")}, "stay", True),
        ({}, "stay", False),
        ({}, "restart", True),
    ],
)
def test_what_has_to_end_may_not_be_started_again(
    types: dict[str, TypeSettings], usual: OnExit, refused: bool
) -> None:
    types["web"] = TypeSettings(after=(Dependency("db", completed=True),))
    places = {"web": "proctor.toml:2"}
    if not refused:
        require_ends(types, TypeSettings(on_exit=usual), places)
        return
    with pytest.raises(UserError, match=r"web waits for the end of db, .* \(proctor.toml:2\)"):
        require_ends(types, TypeSettings(on_exit=usual), places)


def test_all_processes_of_a_type_are_waited_for_and_those_that_miss_are_named() -> None:
    order = StartOrder({"web": after("db", "cache")})
    there = slots(db_1="up", db_2="starting", db_3="crashed", cache_1="starting")
    quantities = {"db": 3, "cache": 1}
    assert order.waits_for("web", quantities, there) == "waits until db.2, db.3 and cache are up"
    there = slots(db_1="up", db_2="starting")
    assert order.waits_for("web", {"db": 2}, there) == "waits until db.2 is up (it is starting)"


def test_of_many_that_miss_the_type_is_named() -> None:
    order = StartOrder({"web": after("db", "cache")})
    assert order.waits_for("web", {"db": 40, "cache": 1}, {}) == "waits until db and cache are up"


def test_what_is_above_its_quantity_is_not_waited_for() -> None:
    order = StartOrder({"web": after("db")})
    assert order.waits_for("web", {"db": 1}, slots(db_1="up", db_2="stopping")) is None


def test_a_type_that_is_scaled_to_none_is_not_waited_for_and_known_as_absent() -> None:
    order = StartOrder({"web": after("db", "cache")})
    assert order.waits_for("web", {"db": 0, "cache": 1}, slots(cache_1="up")) is None
    assert order.absent("web", {"db": 0, "cache": 1}) == ("db",)


def test_only_who_says_so_is_restarted_with_another() -> None:
    order = StartOrder({"web": after("db", restart=True), "worker": after("db")})
    assert order.restarted_with("db") == ("web",)
