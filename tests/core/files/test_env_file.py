import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.errors import UserError
from proctor.files.env_file import EnvFile, parse_env_file


def read(text: str, **known: str) -> EnvFile:
    return parse_env_file(text, path="/app/.env", name=".env", known=known)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=b", {"A": "b"}),
        ("export A=b\n", {"A": "b"}),
        (" A = b c \n", {"A": "b c"}),
        ("A='b $c \"d\"'", {"A": 'b $c "d"'}),
        (r'A="b\nc"', {"A": "b\nc"}),
        (r"A='b\nc'", {"A": r"b\nc"}),
        ('A="two\r\nlines"\r\nB=c\r\n', {"A": "two\nlines", "B": "c"}),
        ("A=b # note\n# C=d\nE=f#g", {"A": "b", "E": "f#g"}),
        ("\ufeffA=b\r\nC=d\r\n", {"A": "b", "C": "d"}),
        ("A=b\nA=c", {"A": "c"}),
        ("A=\nB", {"A": ""}),
        ("A=$(rm -rf /) `id` $HOME", {"A": "$(rm -rf /) `id` $HOME"}),
        ("A=b\nC=${A}/x\nD=${HOME}\nE=${NONE:-e}${NONE}", None),
        ("A=\udcff", {"A": "\udcff"}),
        ("", {}),
    ],
)
def test_an_env_file_is_read_as_documented(text: str, values: dict[str, str] | None) -> None:
    env_file = read(text, HOME="/home/ada")

    expected = {"A": "b", "C": "b/x", "D": "/home/ada", "E": "e"} if values is None else values
    assert env_file.layer.values == expected
    assert env_file.layer.origin == ".env"
    assert env_file.warnings == ()


def test_a_line_that_sets_nothing_is_warned_of_by_its_number_and_skipped() -> None:
    env_file = read("A=b\n\n\nsome secret words\nC='open\nD=e\n")

    assert env_file.layer.values == {"A": "b", "D": "e"}
    assert env_file.warnings == (
        ".env:4: this line sets no variable and is skipped",
        ".env:5: this line sets no variable and is skipped",
    )


def test_a_value_that_is_too_long_is_refused_with_its_line_and_name() -> None:
    with pytest.raises(UserError) as caught:
        read("\n\nA=b\n\nTOKEN=" + "sesame" * 40_000)

    assert "the variable 'TOKEN' has 240006 bytes" in str(caught.value)
    assert "(.env:5)" in str(caught.value)
    assert "sesame" not in str(caught.value)


@given(st.text())
def test_any_text_is_read_or_refused_as_the_users_error(text: str) -> None:
    try:
        env_file = read(text)
    except UserError as problem:
        assert problem.where is not None  # noqa: PT017 - either outcome is right
    else:
        assert all(name and "=" not in name for name in env_file.layer.values)
