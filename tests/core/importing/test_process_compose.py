import pytest

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft
from proctor.importing.process_compose import draft_process_compose
from proctor.model.type_settings import (
    Dependency,
    ReadyWhenAnswering,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)
from support.drafts import app_settings, commands, left, type_settings, variables

BACKGROUND = "it goes to the background by itself: let it stay in the foreground"


def draft(text: str) -> AppDraft:
    return draft_process_compose(text, file="process-compose.yaml")


def process(text: str) -> AppDraft:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return draft(f"processes:\n  a:\n    command: run\n{lines}")


def test_a_process_is_a_line_with_its_folder() -> None:
    made = draft(
        "processes:\n  a:\n    command: ./x $$HOME ${Y}; y\n    working_dir: /srv/my app\n"
        "  b:\n    entrypoint: [z, a b]\n  c:\n    command: |\n      echo $$X\n      echo 2\n"
    )
    assert commands(made) == {
        "a": "cd '/srv/my app' && { ./x $HOME ${Y}; y; }",
        "b": "z 'a b'",
        "c": "eval $'echo $X\\necho 2'",
    }


def test_the_environment_is_for_all_or_for_one() -> None:
    made = draft(
        "environment:\n- ALL=s p\n- PORT=1\nprocesses:\n  a:\n    command: x\n"
        "    environment: [ONE=1, 'TWO=${ALL}']\n"
    )
    assert variables(made) == "ALL='s p'"
    assert type_settings(made, "a") == {"env": {"ONE": "1"}}
    assert commands(made) == {"a": 'export TWO="${ALL}"; x'}
    assert left(made) == ["the variable PORT (process-compose.yaml:1)"]


def test_a_process_waits_for_others_or_for_their_end() -> None:
    made = draft(
        "processes:\n  a:\n    command: x\n    depends_on:\n"
        "      b: {condition: process_healthy}\n      c: {condition: process_completed}\n"
        "      d:\n      gone: {condition: process_started}\n"
        "  b: {command: x}\n  c: {command: x, availability: {restart: exit_on_failure}}\n"
        "  d: {command: x}\n"
    )
    assert type_settings(made, "a") == {
        "after": (Dependency("b"), Dependency("c", completed=True), Dependency("d"))
    }
    assert type_settings(made, "c") == {}  # it would end all, when it has done its work
    assert left(made) == [
        "a: it starts after a failure of c, too (process-compose.yaml:6)",
        "c: exit_on_failure (process-compose.yaml:10)",
        "a: it starts after gone (process-compose.yaml)",
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ready_log_line: up. now", ReadyWhenLogged(r"up\.\ now")),
        (
            "readiness_probe: {exec: {command: check it, working_dir: /x}}",
            ReadyWhenSucceeding("cd /x && check it"),
        ),
        (
            "readiness_probe: {http_get: {host: h, port: 80, path: /up, scheme: https}}",
            ReadyWhenAnswering("https://h:80/up"),
        ),
        ("readiness_probe: {http_get: {num_port: 9}}", ReadyWhenAnswering("http://127.0.0.1:9/")),
    ],
)
def test_a_probe_says_when_it_is_up(text: str, rule: object) -> None:
    assert type_settings(process(text), "a") == {"ready": rule}


@pytest.mark.parametrize(
    ("text", "on_exit"),
    [
        ("{restart: always}", "restart"),
        ("{restart: on_failure, backoff_seconds: 2}", "restart-on-failure"),
        ("{restart: exit_on_failure}", "stop-all"),
        ("{exit_on_end: true}", "stop-all"),
        ("{restart: no}", None),
    ],
)
def test_what_follows_an_end_is_the_same(text: str, on_exit: str | None) -> None:
    made = process(f"availability: {text}")
    assert app_settings(made)["on_exit"] == "stay"
    assert type_settings(made, "a").get("on_exit") == on_exit


def test_quantities_and_stops_are_settings() -> None:
    made = draft(
        "processes:\n  a: {command: x, replicas: 3, shutdown: {signal: 2, timeout_seconds: 4}}\n"
        "  b: {command: x, disabled: true, namespace: [tools]}\n"
        "  c: {command: x, shutdown: {signal: 15}}\n"
    )
    assert app_settings(made)["formation"] == "a=3,b=0"
    assert type_settings(made, "a") == {"stop_signal": "INT", "grace": 4.0}
    assert type_settings(made, "b") == {"group": "tools"}
    assert type_settings(made, "c") == {}


def test_what_is_left_out_is_named_with_its_line() -> None:
    made = draft(
        "version: '0.5'\nvars: {a: 1}\nprocesses:\n  a:\n    command: 'x {{.X}}'\n"
        "    is_daemon: true\n    liveness_probe: {}\n    shutdown: {command: y, signal: 64}\n"
        "    readiness_probe: {http_get: {port: '{{.P}}'}}\n    availability: {max_restarts: 2}\n"
    )
    assert left(made) == [
        "vars (process-compose.yaml:2)",
        "a: the templates {{…}} in its command (process-compose.yaml:5)",
        "a: its readiness_probe (process-compose.yaml:9)",
        "a: max_restarts (process-compose.yaml:10)",
        "a: the signal 64 (process-compose.yaml:8)",
        "a: its shutdown command (process-compose.yaml:8)",
        "a: liveness_probe (process-compose.yaml:7)",
        f"a: {BACKGROUND} (process-compose.yaml:6)",
    ]
    assert app_settings(made)["formation"] == "a=0"


def test_a_process_that_extends_another_is_named() -> None:
    made = draft("processes:\n  a: {command: x}\n  b: {extends: a}\n")
    assert list(commands(made)) == ["a"]
    assert left(made) == ["b: it extends another process (process-compose.yaml:3)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("processes:\n  a: {}\n", r"'a' has no command \(process-compose\.yaml:2\)"),
        ("processes:\n  a: {command: x, availability:\n    {restart: x}}\n", r"one of always.*:3"),
        ("processes:\n  a: x\n", r"'a' is not a table \(process-compose\.yaml:2\)"),
        ("processes: [a]\n", r"'processes' is not a table \(process-compose\.yaml:1\)"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        draft(text)
