from proctor.model.names import ProcessName
from proctor.model.slots import Slot
from proctor.runtime.mailbox import FilesChanged
from proctor.runtime.saves import restarts_by

WEB, CSS, JOB = ProcessName("web", 1), ProcessName("css", 1), ProcessName("job", 1)
SLOTS = {
    WEB: Slot(name=WEB, wanted=True),
    CSS: Slot(name=CSS, wanted=True),
    JOB: Slot(name=JOB, wanted=False),
}


def saved(types: set[str] | None) -> FilesChanged:
    found = None if types is None else frozenset(types)
    return FilesChanged(words="a.css", code=True, settings=False, types=found)


def test_a_save_restarts_all_that_is_wanted_where_no_type_says_what_it_looks_at() -> None:
    assert restarts_by(saved(None), SLOTS) == ((WEB, CSS), "a.css changed: restarting")


def test_a_save_restarts_what_is_wanted_of_the_types_that_look_at_it_and_names_them() -> None:
    assert restarts_by(saved({"css", "job"}), SLOTS) == ((CSS,), "a.css changed: restarting css")
    assert restarts_by(saved({"web", "css"}), SLOTS).words == "a.css changed: restarting web, css"


def test_a_save_that_only_concerns_what_is_stopped_says_so() -> None:
    assert restarts_by(saved({"job"}), SLOTS) == (
        (), "a.css changed: restarting nothing, as no such process is wanted",
    )  # fmt: skip
