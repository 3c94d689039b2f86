import pytest

from proctor.model.readiness import missing
from proctor.model.type_settings import (
    ReadyRule,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ReadyWhenLogged("on [0-9]+$"), "no line matches /on [0-9]+$/"),
        (ReadyWhenListening(5432), "nothing accepts connections on localhost:5432"),
        (ReadyWhenListening(), "nothing accepts connections on localhost:5006"),
        (ReadyWhenListening(80, "::1"), "nothing accepts connections on [::1]:80"),
        (ReadyWhenAnswering("/up"), "GET /up is not answered with status 2xx or 3xx"),
        (ReadyWhenSucceeding("pg_isready"), "`pg_isready` has not succeeded"),
    ],
)
def test_what_is_missing_is_told_by_the_rule(rule: ReadyRule, words: str) -> None:
    assert missing(rule, port=5006) == words
    assert missing(rule, port=5006, problem="it is late") == f"{words} (it is late)"


def test_without_a_port_yet_it_is_called_by_its_name() -> None:
    assert missing(ReadyWhenListening()).endswith("on localhost:PORT")
