import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.errors import UserError
from proctor.model.formation import (
    Formation,
    ScaleRequest,
    choose_formation,
    default_formation,
    parse_formation,
    parse_scale,
    scaled,
)

TYPES = ["release", "web", "worker", "my-worker"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "release=0 web=1 worker=1 my-worker=1"),
        ("web=2", "release=0 web=2 worker=1 my-worker=1"),
        ("web=2,worker=0", "release=0 web=2 worker=0 my-worker=1"),
        (" web = 2 , worker= 3,", "release=0 web=2 worker=3 my-worker=1"),
        ("web=2 my-worker=4", "release=0 web=2 worker=1 my-worker=4"),
        ("all=0", "release=0 web=0 worker=0 my-worker=0"),
        ("web=3,all=2", "release=0 web=3 worker=2 my-worker=2"),
        ("all=0,release=1", "release=1 web=0 worker=0 my-worker=0"),
        ("web=1,web=4", "release=0 web=4 worker=1 my-worker=1"),
        ("web=1000", "release=0 web=1000 worker=1 my-worker=1"),
    ],
)
def test_types_that_are_not_named_keep_one_and_release_none(text: str, expected: str) -> None:
    assert str(parse_formation(text, TYPES)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "web=two",
            "'web=two' is not a quantity (--formation). Write a number, as in web=2.",
        ),
        ("web=-1", "'web=-1' is not a quantity (--formation). Write a number, as in web=2."),
        ("web=²", "'web=²' is not a quantity (--formation). Write a number, as in web=2."),
        (
            "web",
            (
                "'web' is not a quantity (--formation). Write a number, as in web=2; what overmind "
                "calls --can-die is on_exit in proctor.toml."
            ),
        ),
        ("web=1001", "'web=1001' is too many: 1000 of one type are possible (--formation)."),
        (
            "wbe=1",
            "there is no process type 'wbe' (--formation). The nearest name is 'web'.",
        ),
        (
            "zzz=1",
            (
                "there is no process type 'zzz' (--formation). "
                "The Procfile has release, web, worker, my-worker."
            ),
        ),
    ],
)
def test_a_formation_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_formation(text, TYPES)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "release=0 web=3 worker=1 my-worker=0"),
        (["web=2"], "release=0 web=2 worker=1 my-worker=0"),
        (["web"], "release=0 web=3 worker=0 my-worker=0"),
        (["web", "my-worker"], "release=0 web=3 worker=0 my-worker=1"),
        (["web=2", "worker"], "release=0 web=2 worker=1 my-worker=0"),
        (["worker", "worker=5"], "release=0 web=0 worker=5 my-worker=0"),
        (["worker=5", "worker"], "release=0 web=0 worker=5 my-worker=0"),
        (["web=2,worker"], "release=0 web=2 worker=1 my-worker=0"),
        (["release"], "release=1 web=0 worker=0 my-worker=0"),
        (["all=2"], "release=0 web=2 worker=2 my-worker=2"),
    ],
)
def test_a_bare_name_means_that_only_the_named_types_run(words: list[str], expected: str) -> None:
    base = parse_formation("web=3,my-worker=0", TYPES)

    assert str(choose_formation(words, base, where=None)) == expected


def test_an_unknown_type_as_an_argument_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match=r"no process type 'wrker'.*nearest name is 'worker'"):
        choose_formation(["wrker"], default_formation(TYPES), where=None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["web=3"], ScaleRequest({"web": 3}, {})),
        (["web=3", "worker-1"], ScaleRequest({"web": 3}, {"worker": -1})),
        (["my-worker-2"], ScaleRequest({}, {"my-worker": -2})),
        (["web+1", "web+1"], ScaleRequest({}, {"web": 2})),
        (["web=2", "web+1"], ScaleRequest({"web": 2}, {"web": 1})),
        (["web+1", "web=2"], ScaleRequest({"web": 2}, {})),
        (["web=2,worker=1"], ScaleRequest({"web": 2, "worker": 1}, {})),
        (
            ["web=2:Standard-1X"],
            ScaleRequest({"web": 2}, {}, ("the size 'Standard-1X' means nothing on this machine",)),
        ),
    ],
)
def test_scale_words_set_quantities_or_add_steps(words: list[str], expected: ScaleRequest) -> None:
    assert parse_scale(words) == expected


@pytest.mark.parametrize("words", [["web"], ["web=x"], ["=2"], ["web==2"], ["web=1.5"], [], [","]])
def test_scale_words_that_do_not_say_how_many_are_refused(words: list[str]) -> None:
    with pytest.raises(UserError):
        parse_scale(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("web=3", "release=0 web=3 worker=1 my-worker=1"),
        ("worker-1", "release=0 web=1 worker=0 my-worker=1"),
        ("web=2 web+1", "release=0 web=3 worker=1 my-worker=1"),
        ("all=2", "release=0 web=2 worker=2 my-worker=2"),
        ("all=2 all+1 web-1", "release=0 web=2 worker=3 my-worker=3"),
        ("release=1", "release=1 web=1 worker=1 my-worker=1"),
    ],
)
def test_scaling_changes_the_named_types_alone(words: str, expected: str) -> None:
    request = parse_scale(words.split())

    result = scaled(default_formation(TYPES), quantities=request.quantities, steps=request.steps)

    assert str(result) == expected


@pytest.mark.parametrize(
    ("quantities", "steps", "said"),
    [
        ({}, {"web": -2}, "'web' has 1: 2 fewer is not possible. Write web=0 for none."),
        ({}, {"web": 1000}, "'web+1000' is too many: 1000 of one type are possible."),
        ({"web": 1001}, {}, "'web=1001' is too many: 1000 of one type are possible."),
        ({"web": -1}, {}, "-1 is not a quantity of 'web'."),
        ({"wbe": 1}, {}, "there is no process type 'wbe'. The nearest name is 'web'."),
        ({}, {"wbe": 1}, "there is no process type 'wbe'. The nearest name is 'web'."),
    ],
)
def test_scaling_beyond_what_is_possible_is_refused(
    quantities: dict[str, int], steps: dict[str, int], said: str
) -> None:
    with pytest.raises(UserError) as caught:
        scaled(default_formation(TYPES), quantities=quantities, steps=steps)

    assert str(caught.value) == said


def test_a_formation_is_a_mapping_in_the_order_of_the_procfile() -> None:
    formation = default_formation(TYPES)

    assert list(formation) == TYPES
    assert len(formation) == 4
    assert formation["web"] == 1
    with pytest.raises(KeyError):
        formation["clock"]
    assert formation == default_formation(TYPES)
    assert hash(formation) == hash(default_formation(TYPES))
    assert formation.with_quantities({"clock": 2}) == formation


@given(st.dictionaries(st.sampled_from(TYPES), st.integers(0, 1000)))
def test_a_printed_formation_reads_back_as_itself(quantities: dict[str, int]) -> None:
    formation = default_formation(TYPES).with_quantities(quantities)

    assert parse_formation(str(formation), TYPES) == formation
    assert isinstance(formation, Formation)


@given(st.text())
def test_any_text_is_a_formation_or_the_users_error(text: str) -> None:
    for read in (
        lambda: parse_formation(text, TYPES),
        lambda: choose_formation([text], default_formation(TYPES), where=None),
        lambda: parse_scale([text]),
    ):
        try:
            read()
        except UserError as problem:
            assert problem.what  # noqa: PT017 - either outcome is right
