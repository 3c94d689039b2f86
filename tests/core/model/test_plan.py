from hypothesis import given
from hypothesis import strategies as st

from proctor.model.names import ProcessName, RunId
from proctor.model.plan import numbered, plan, surplus
from proctor.model.slots import Run, Slot

WANTED, BY_HAND, SCALED_AWAY = "wanted", "by hand", "scaled away"


def slot(name: str, how: str = WANTED, *, runs: bool = True) -> Slot:
    process = ProcessName.parse(name)
    run = Run(id=RunId(process, 1), phase="up", since=0.0) if runs else None
    return Slot(name=process, wanted=how == WANTED, scaled_away=how == SCALED_AWAY, run=run, runs=1)


def slots(*all_: Slot) -> dict[ProcessName, Slot]:
    return {each.name: each for each in all_}


def words(names: tuple[ProcessName, ...]) -> list[str]:
    return [str(name) for name in names]


def test_an_empty_app_starts_its_formation_by_type_and_number() -> None:
    found = plan({"worker": 1, "web": 2, "release": 0}, {})
    assert words(found.start) == ["worker.1", "web.1", "web.2"]
    assert found.again == found.stop == ()


def test_only_the_difference_is_started() -> None:
    found = plan({"web": 3}, slots(slot("web.1"), slot("web.2")))
    assert words(found.start) == ["web.3"]
    assert found.stop == ()


def test_the_highest_numbers_are_stopped_first() -> None:
    found = plan({"web": 1}, slots(*(slot(f"web.{number}") for number in range(1, 12))))
    assert words(found.stop) == [f"web.{number}" for number in range(11, 1, -1)]


def test_a_type_that_is_not_named_any_more_is_stopped() -> None:
    assert words(plan({"web": 1}, slots(slot("web.1"), slot("old.1"))).stop) == ["old.1"]


def test_what_was_stopped_by_hand_stays_down() -> None:
    found = plan({"web": 2}, slots(slot("web.1", BY_HAND, runs=False), slot("web.2", BY_HAND)))
    assert found.start == found.again == found.stop == ()


def test_what_was_scaled_away_and_still_stops_comes_back() -> None:
    found = plan({"web": 2}, slots(slot("web.1"), slot("web.2", SCALED_AWAY)))
    assert words(found.again) == ["web.2"]
    assert found.start == ()


def test_what_was_scaled_away_already_is_not_told_again() -> None:
    assert plan({"web": 1}, slots(slot("web.1"), slot("web.2", SCALED_AWAY))).stop == ()


def test_what_was_stopped_by_hand_and_is_too_much_now_is_told_so() -> None:
    assert words(plan({"web": 0}, slots(slot("web.1", BY_HAND, runs=False))).stop) == ["web.1"]


def test_surplus_is_what_nobody_wants_and_has_gone() -> None:
    there = [
        slot("web.1", BY_HAND, runs=False),  # within its quantity: it is shown as down
        slot("web.2", SCALED_AWAY, runs=False),
        slot("web.3", SCALED_AWAY),  # it has not gone
        slot("web.4", WANTED, runs=False),  # a crashed one that is to be tried again
        slot("old.1", SCALED_AWAY, runs=False),
    ]
    assert words(surplus({"web": 1}, there)) == ["web.2", "old.1"]


def test_no_process_has_the_number_0() -> None:
    assert list(map(str, numbered("web", 2))) == ["web.1", "web.2"]
    assert list(numbered("web", 0)) == []


quantities = st.dictionaries(st.sampled_from(["web", "worker", "clock"]), st.integers(0, 5))
some_slots = st.dictionaries(
    st.tuples(st.sampled_from(["web", "worker", "old"]), st.integers(1, 6)),
    st.tuples(st.sampled_from([WANTED, BY_HAND, SCALED_AWAY]), st.booleans()),
)


@given(wanted=quantities, there=some_slots)
def test_a_plan_names_nobody_twice_and_leaves_nobody_out(
    wanted: dict[str, int], there: dict[tuple[str, int], tuple[str, bool]]
) -> None:
    present = slots(
        *(
            slot(f"{type_}.{number}", how, runs=runs)
            for (type_, number), (how, runs) in there.items()
        )
    )
    found = plan(wanted, present)
    named = [*found.start, *found.again, *found.stop]
    assert len(named) == len(set(named))
    formation = {name for type_ in wanted for name in numbered(type_, wanted[type_])}
    assert formation <= {*present, *found.start}
    staying = {name for name, each in present.items() if not each.scaled_away} - {*found.stop}
    assert staying | {*found.start, *found.again} == formation
