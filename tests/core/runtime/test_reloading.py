from proctor.model.configuration import AppConfiguration
from proctor.model.formation import Formation
from proctor.runtime.reloading import Difference, difference
from support.supervised import configuration

VARIABLES = {"KEY": "secret-1", "A": "1"}
BEFORE = configuration("web: ./web\nworker: ./worker\n", variables=VARIABLES)
PRESENT = Formation((("web", 3), ("worker", 0)))


def found(after: AppConfiguration) -> Difference:
    return difference(BEFORE, after, PRESENT)


def test_the_same_files_are_no_difference() -> None:
    same = found(configuration("web: ./web\nworker: ./worker\n", variables=VARIABLES))
    assert same.words == ""
    assert same.restart == frozenset()
    assert dict(same.formation) == {"web": 3, "worker": 0}


def test_quantities_in_force_stay_and_a_new_type_begins_as_the_files_say() -> None:
    more = found(
        configuration(
            "clock: ./clock\nweb: ./web\nrelease: ./setup\nworker: ./worker\n", variables=VARIABLES
        )
    )
    assert list(more.formation.items()) == [("clock", 1), ("web", 3), ("release", 0), ("worker", 0)]
    assert more.words == "new process types clock, release"
    assert more.restart == frozenset()


def test_a_removed_type_is_in_the_formation_no_more() -> None:
    less = found(configuration("web: ./web\n", variables=VARIABLES))
    assert dict(less.formation) == {"web": 3}
    assert less.words == "removed process type worker"


def test_only_a_changed_command_restarts_its_type() -> None:
    after = configuration("worker: ./worker -v\nweb: ./web\n", variables=VARIABLES)
    assert found(after).restart == {"worker"}
    assert found(after).words == "changed command of worker"


def test_a_changed_variable_restarts_all_that_were_there_and_its_value_is_not_told() -> None:
    after = configuration(
        "web: ./web\nworker: ./worker\nclock: ./clock\n", variables={"KEY": "secret-2", "B": "1"}
    )
    assert found(after).restart == {"web", "worker"}
    assert found(after).words == "new process type clock; changed variables A, B, KEY"
    assert "secret" not in found(after).words


def test_all_that_is_new_is_told_in_one_sentence() -> None:
    after = configuration("web: ./web -v\nclock: ./clock\n")
    words = (
        "new process type clock; removed process type worker; changed command of web; "
        "changed variables A, KEY"
    )
    assert found(after).words == words
