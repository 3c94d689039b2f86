import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.errors import UserError
from proctor.model.procfile import (
    LONGEST_COMMAND,
    LONGEST_FILE,
    MOST_ERRORS,
    ProcfileEntry,
    Remark,
    examine_procfile,
    read_procfile,
)

names = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
commands = (
    st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), min_size=1)
    .map(lambda text: text.lstrip(" \t"))
    .filter(bool)
)


def test_entries_come_in_file_order_with_their_lines() -> None:
    procfile = read_procfile("web: ./server\n\n# a comment\nworker: ./work --fast\n")

    assert procfile.entries == (
        ProcfileEntry("web", "./server", 1),
        ProcfileEntry("worker", "./work --fast", 4),
    )
    assert procfile.types == ("web", "worker")
    assert procfile.warnings == ()
    assert procfile.entry("worker") == procfile.entries[1]
    assert procfile.entry("clock") is None


@pytest.mark.parametrize(
    ("text", "name", "command"),
    [
        ("web:./server", "web", "./server"),
        ("  web: ./server", "web", "./server"),
        ("\tweb:\t\t./server", "web", "./server"),
        ("web: ./server\r\n", "web", "./server"),
        ("\ufeffweb: ./server", "web", "./server"),
        ("\ufeff\r\n# note\r\nweb: ./server", "web", "./server"),
        ("My_Web-2: ./server", "My_Web-2", "./server"),
        ("web: a && b | c > 'd e' # no comment", "web", "a && b | c > 'd e' # no comment"),
        ("web: serve -p ${PORT:-3000}  ", "web", "serve -p ${PORT:-3000}  "),
        ("web: printf '\udcff\\ '", "web", "printf '\udcff\\ '"),
        ("web: : nothing", "web", ": nothing"),
        ("web: a\x0cb\u2028c", "web", "a\x0cb\u2028c"),
    ],
)
def test_a_line_is_read_as_the_platform_reads_it(text: str, name: str, command: str) -> None:
    (entry,) = read_procfile(text).entries

    assert (entry.type, entry.command_line) == (name, command)


def test_a_name_given_twice_counts_with_its_last_line_and_is_warned_of() -> None:
    procfile = read_procfile("web: first\nworker: w\nweb: second\nweb: third\n")

    assert procfile.entries == (ProcfileEntry("worker", "w", 2), ProcfileEntry("web", "third", 4))
    assert procfile.warnings == (
        Remark("'web' stands on lines 1 and 3; line 3 counts", 3),
        Remark("'web' stands on lines 3 and 4; line 4 counts", 4),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web ./server", "there is no colon after 'web' (Procfile:1). Write name: command."),
        ("web", "there is no colon after 'web' (Procfile:1). Write name: command."),
        ("web : x", "there is a blank between 'web' and its colon (Procfile:1). Write web: …."),
        (": x", "there is no name before the colon in ': x' (Procfile:1)."),
        ("web:", "'web' has no command (Procfile:1). Write one, as in web: ./server."),
        ("web: \t ", "'web' has no command (Procfile:1). Write one, as in web: ./server."),
        (
            "a: b\n../x: y",
            "'../x' is no name of a process type (Procfile:2). Use letters, digits, - and _ alone.",
        ),
        (
            "we.b: x",
            "'we.b' is no name of a process type (Procfile:1). Use letters, digits, - and _ alone.",
        ),
        (
            "wéb\x1b[31m: x",
            (
                r"'wéb\x1b[31m' is no name of a process type (Procfile:1). "
                r"Use letters, digits, - and _ alone."
            ),
        ),
        ("web: a\0b", "the command of 'web' holds a NUL byte (Procfile:1)."),
        (
            "web: a\rworker: b",
            "the command of 'web' holds a carriage return without a newline (Procfile:1).",
        ),
        (
            "web: a \\\n  --fast",
            (
                "there is no colon after '--fast' (Procfile:2). "
                "A command is one line: a backslash at its end does not continue it."
            ),
        ),
        ("", "there is no process type (Procfile:1). Write one, as in web: ./server."),
        ("# a\n\n", "there is no process type (Procfile:1). Write one, as in web: ./server."),
        (
            f"{'n' * 64}: x",
            f"the name '{'n' * 59}…' has 64 characters; 63 are allowed (Procfile:1).",
        ),
    ],
)
def test_what_is_no_entry_is_refused_with_file_and_line(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read_procfile(text)

    assert str(caught.value) == said


def test_a_command_longer_than_the_kernel_takes_is_refused() -> None:
    longest = "é" * (LONGEST_COMMAND // 2)

    assert read_procfile(f"web: {longest}").entries[0].command_line == longest
    with pytest.raises(UserError, match=r"has 131072 bytes; 131071 are possible \(My:2\)"):
        read_procfile(f"a: b\nweb: {longest}éé"[:-1], name="My")


def test_a_file_of_ten_megabytes_is_refused_with_the_line_where_it_is_too_long() -> None:
    with pytest.raises(UserError, match=r"too long for a Procfile.*\(Procfile:100001\)"):
        read_procfile("web: 1234\n" * LONGEST_FILE)


def test_an_examination_tells_all_errors_and_what_could_be_read() -> None:
    examination = examine_procfile("web: a\nnonsense\nworker: b\nx:\n")

    assert [entry.type for entry in examination.procfile.entries] == ["web", "worker"]
    assert [error.line_number for error in examination.errors] == [2, 4]


def test_an_examination_gives_up_on_what_is_no_procfile_at_all() -> None:
    assert len(examine_procfile("nonsense\n" * 1000).errors) == MOST_ERRORS


@given(st.text(st.characters(categories=None)))
def test_any_text_is_read_or_refused_as_the_users_error(text: str) -> None:
    try:
        procfile = read_procfile(text)
    except UserError as problem:
        assert problem.where is not None  # noqa: PT017 - either outcome is right
        assert str(problem).isprintable()  # noqa: PT017 - either outcome is right
    else:
        assert procfile.entries


@given(
    st.dictionaries(names, commands, min_size=1),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", " ", "\t", " \t "]),
    st.sampled_from(["", "\ufeff"]),
)
def test_what_was_written_is_what_is_read(
    written: dict[str, str], line_end: str, blank: str, mark: str
) -> None:
    text = mark + line_end.join(f"{blank}{name}:{blank}{written[name]}" for name in written)

    read = read_procfile(text)

    assert {entry.type: entry.command_line for entry in read.entries} == written
    assert [entry.line_number for entry in read.entries] == list(range(1, len(written) + 1))
