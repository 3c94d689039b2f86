from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.model.other_tools import (
    Said,
    said_in_forego,
    said_in_foreman,
    said_in_overmind,
    sentence,
)


def here(said: Iterable[Said]) -> dict[str, str | None]:
    return {each.key: each.here for each in said}


def test_a_foreman_file_is_told_in_our_spelling() -> None:
    text = (
        "# comment\nport: 5000\nformation: web=2,worker=1\nprocfile: 'Procfile.dev'\n"
        "env: a.env,b.env\ntimeout: 12\nroot: sub\ncolor: true\n---\n"
    )

    assert here(said_in_foreman(text)) == {
        "port": "port = 5000",
        "formation": 'formation = "web=2,worker=1"',
        "procfile": 'procfile = "Procfile.dev"',
        "env": 'env_files = ["a.env", "b.env"]',
        "timeout": "grace = 12",
        "root": None,
        "color": None,
    }


@pytest.mark.parametrize("sign", ["=", ": ", " = "])
def test_so_is_a_forego_file(sign: str) -> None:
    text = f"port{sign}5000\nconcurrency{sign}web=2\nshutdown_grace_time{sign}4\n"

    assert here(said_in_forego(text)) == {
        "port": "port = 5000",
        "concurrency": 'formation = "web=2"',
        "shutdown_grace_time": "grace = 4",
    }


def test_so_are_the_options_of_overmind_and_its_variables_are_an_env_file() -> None:
    found = list(
        said_in_overmind(
            {
                "OVERMIND_PROCFILE": "P",
                "OVERMIND_CAN_DIE": "a, b",
                "OVERMIND_STOP_SIGNALS": "web=INT,db=QUIT",
                "OVERMIND_AUTO_RESTART": "all",
                "OVERMIND_IGNORED_PROCESSES": "clock",
                "OVERMIND_TITLE": "shop",
                "OVERMIND_SOCKET": "/tmp/x",
                "OVERMIND_SKIP_ENV": "1",
                "DATABASE_URL": "sesame",
            },
            has_env_file=True,
        )
    )

    assert here(found) == {
        "OVERMIND_PROCFILE": 'procfile = "P"',
        "OVERMIND_CAN_DIE": '[types.a] on_exit = "stay"; [types.b] on_exit = "stay"',
        "OVERMIND_STOP_SIGNALS": '[types.web] stop_signal = "INT"; [types.db] stop_signal = "QUIT"',
        "OVERMIND_AUTO_RESTART": 'on_exit = "restart"',
        "OVERMIND_IGNORED_PROCESSES": 'formation = "clock=0"',
        "OVERMIND_TITLE": 'app = "shop"',
        "OVERMIND_SOCKET": None,
        "OVERMIND_SKIP_ENV": "env_files = []",
        "DATABASE_URL": 'env_files = [".overmind.env", ".env"]',
    }
    assert found[1].settings == ("a.on_exit", "b.on_exit")
    assert "sesame" not in sentence(".overmind.env", found)


def test_a_line_does_not_grow_without_end() -> None:
    said = [Said(str(number), f"x{number} = 1") for number in range(100)]

    assert sentence("f", said).endswith("x7 = 1 and 92 more in proctor.toml")


@given(st.text(max_size=300))
def test_any_text_gives_printable_lines(text: str) -> None:
    for read in (said_in_foreman, said_in_forego):
        assert sentence("f", list(read(text))).isprintable()
