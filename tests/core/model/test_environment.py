import pytest

from proctor.errors import UserError
from proctor.model.environment import (
    LONGEST_VARIABLE,
    Environment,
    Layer,
    Variable,
    child_environment,
    layered,
)
from proctor.model.names import ProcessName

WEB = ProcessName("web", 2)


def test_a_later_layer_wins_and_the_origin_is_kept() -> None:
    environment = layered(
        [
            Layer("default", {"PORT": "5006"}),
            Layer("inherited", {"PORT": "4000", "HOME": "/home/ada"}),
            Layer(".env", {"PORT": "3000", "TOKEN": "sesame"}),
        ]
    )

    assert environment.variables["PORT"] == Variable("3000", ".env")
    assert environment.variables["HOME"] == Variable("/home/ada", "inherited")
    assert environment.get("TOKEN") == "sesame"
    assert environment.get("DYNO") is None
    assert environment.values() == {"PORT": "3000", "HOME": "/home/ada", "TOKEN": "sesame"}


def test_no_value_is_seen_when_an_environment_is_printed() -> None:
    layer = Layer(".env", {"TOKEN": "sesame"})
    environment = layered([layer])

    assert "sesame" not in f"{layer!r} {environment!r} {environment.variables['TOKEN']!r}"
    assert repr(environment) == "Environment(names=('TOKEN',))"
    assert repr(Environment()) == "Environment(names=())"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("", "sesame", "a variable has no name (.env)."),
        ("A=B", "sesame", "the variable name 'A=B' holds an equals sign (.env)."),
        ("A\0", "sesame", r"the variable name 'A\x00' holds a NUL byte (.env)."),
        ("A\nB", "sesame", r"the variable name 'A\nB' holds a newline (.env)."),
        ("A", "sesame\0", "the value of the variable 'A' holds a NUL byte (.env)."),
        (
            "A",
            "sesame" * 33_334,
            (
                "the variable 'A' has 200006 bytes; 131071 are possible (.env). "
                "Put the value into a file and name the file."
            ),
        ),
    ],
)
def test_a_variable_that_no_program_can_be_given_is_refused_by_name_alone(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        layered([Layer(".env", {name: value})])

    assert str(caught.value) == said
    assert "sesame" not in str(caught.value)


def test_the_longest_value_and_odd_bytes_are_possible() -> None:
    values = {"A": "x" * (LONGEST_VARIABLE - 2), "B": "two\nlines", "C": "\udcff", "D.E-F": ""}

    assert layered([Layer(".env", values)]).values() == values


def test_a_process_is_told_who_it_is_and_nothing_is_taken_from_it() -> None:
    base = {"PORT": "5006", "DYNO": "mine", "PROCFILE": "Procfile.dev", "TERM": "dumb"}

    child = child_environment(base, process=WEB, port=5007, terminal=True)

    assert child == {
        "PORT": "5007",
        "PS": "web.2",
        "PROCTOR_PROCESS": "web.2",
        "DYNO": "mine",
        "PROCFILE": "Procfile.dev",
        "TERM": "dumb",
    }
    assert base["PORT"] == "5006"


def test_nothing_makes_an_app_think_that_it_is_on_the_platform() -> None:
    for terminal in (True, False):
        child = child_environment({}, process=WEB, port=5007, terminal=terminal)

        assert not [name for name in child if name.startswith(("DYNO", "HEROKU"))]


@pytest.mark.parametrize(
    ("base", "terminal", "expected"),
    [
        ({}, True, {"TERM": "xterm-256color"}),
        ({"TERM": ""}, True, {"TERM": "xterm-256color"}),
        ({"TERM": "vt100"}, True, {"TERM": "vt100"}),
        ({}, False, {"PYTHONUNBUFFERED": "1"}),
        ({"PYTHONUNBUFFERED": ""}, False, {"PYTHONUNBUFFERED": ""}),
    ],
)
def test_a_terminal_has_a_type_and_pipes_do_not_keep_pythons_lines_back(
    base: dict[str, str], terminal: bool, expected: dict[str, str]
) -> None:
    child = child_environment(base, process=WEB, port=5007, terminal=terminal)

    names = ("TERM", "PYTHONUNBUFFERED")
    assert {name: child[name] for name in names if name in child} == expected
