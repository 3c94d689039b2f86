import pytest

from proctor.errors import UserError
from proctor.model.names import ProcessName
from proctor.model.one_offs import OneOff, next_one_off, one_off
from proctor.model.procfile import read_procfile

PROCFILE = read_procfile("web: ./web\nrelease: ./migrate --all\n")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("echo $HOME | cat",), OneOff("echo $HOME | cat")),
        (("echo", "$HOME", "a b"), OneOff("echo '$HOME' 'a b'")),
        (("release",), OneOff("./migrate --all", "release")),
        (("release", "--only", "a b"), OneOff("./migrate --all --only 'a b'", "release")),
        (("release --only",), OneOff("release --only")),
    ],
)
def test_words_mean_a_line_a_program_or_a_process_type(
    words: tuple[str, ...], meant: OneOff
) -> None:
    assert one_off(words, PROCFILE) == meant


@pytest.mark.parametrize("words", [(), ("",), (" ", "")])
def test_without_words_there_is_nothing_to_run(words: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="nothing says what to run"):
        one_off(words, PROCFILE)


@pytest.mark.parametrize(
    ("taken", "next_"),
    [
        ([], "run.1"),
        (["run.1"], "run.2"),
        (["run.2", "web.1"], "run.1"),
        (["run.1", "run.3"], "run.2"),
    ],
)
def test_a_one_off_gets_the_lowest_free_number(taken: list[str], next_: str) -> None:
    assert str(next_one_off(map(ProcessName.parse, taken))) == next_
