import pytest

from proctor.errors import UserError
from proctor.importing.documents import LONGEST_DOCUMENT, Section, read_document


def section(text: str, file: str = "x.yaml") -> Section:
    return Section(read_document(text, file), file)


def test_each_key_knows_its_line() -> None:
    read = section("a: 1\nb:\n  c: 2\n  d: [x, y]\n")
    assert read.where("a") == "x.yaml:1"
    below = read.section("b")
    assert below is not None
    assert below.where("d") == "x.yaml:4"
    assert below.texts("d") == ("x", "y")


def test_what_other_readers_take_for_more_than_text_stays_as_it_is_written() -> None:
    read = section("a: 1.10\nb: 22:22\nc: no\nd: 010\ne: 2020-01-01\nf: true\ng: 7\nh:\n")
    assert [read.text(key) for key in "abcdefgh"] == [
        "1.10", "22:22", "no", "010", "2020-01-01", "true", "7", None,
    ]  # fmt: skip


def test_anchors_and_merges_are_followed() -> None:
    read = section("x-all: &all {a: 1, b: 2}\none: {<<: *all, b: 3}\n").section("one")
    assert read is not None
    assert (read.text("a"), read.text("b")) == ("1", "3")


def test_variables_may_be_a_table_or_a_list() -> None:
    read = section("a: {X: 1, Y: }\nb: [X=1=2, Y]\n")
    assert read.variables("a") == {"X": "1", "Y": None}
    assert read.variables("b") == {"X": "1=2", "Y": None}


def test_json_is_read_with_its_lines_and_tabs() -> None:
    read = section('{\n\t"scripts": {\n\t\t"dev": "x"\n\t}\n}', "package.json").section("scripts")
    assert read is not None
    assert read.where("dev") == "package.json:3"


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("a: [1\nb: 2\n", "x.yaml", r"this is no YAML: .* \(x\.yaml:2\)"),
        ("a: b: c\n", "x.yaml", r"this is no YAML: .* \(x\.yaml:1\)"),
        ("a: 1\nb: !!python/object:os.system x\n", "x.yaml", r"no YAML: .*constructor.*x\.yaml:2"),
        ("a: 1\nb: \x07\n", "x.yaml", r"a character that is not allowed \(x\.yaml:2\)"),
        ("? [a]\n: 1\n", "x.yaml", r"a name must be a text \(x\.yaml:1\)"),
        ("a: &a [*a]\n", "x.yaml", r"this is no YAML"),
        ("- a\n", "x.yaml", r"no table of names \(x\.yaml:1\)"),
        ("", "x.yaml", r"no table of names"),
        ("[" * 20_000, "x.yaml", r"nested too deeply|no YAML"),
        ('{\n"a": \n}', "x.json", r"no JSON: expecting value \(x\.json:3\)"),
        ("[" * 200_000, "x.json", r"nested too deeply"),
        ("a" * (LONGEST_DOCUMENT + 1), "x.yaml", r"too long"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, file: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_document(text, file)


def test_a_bomb_of_aliases_is_no_burden() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    assert "a39" in section("\n".join(lines))


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda it: it.text("a"), r"'a' is not a text \(x\.yaml:1\)"),
        (lambda it: it.section("b"), r"'b' is not a table \(x\.yaml:2\)"),
        (lambda it: it.switch("b"), r"'b' is not true or false"),
        (lambda it: it.number("b"), r"'b' is not a number"),
        (lambda it: it.texts("c"), r"'c' is not a text \(x\.yaml:3\)"),
    ],
)
def test_what_is_of_another_kind_is_told_with_its_place(read: object, words: str) -> None:
    assert callable(read)
    with pytest.raises(UserError, match=words):
        read(section("a: {}\nb: word\nc: [[1]]\n"))
