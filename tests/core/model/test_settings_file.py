import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.errors import UserError
from proctor.model.settings_file import (
    LARGEST_SETTINGS,
    SettingsFile,
    read_app_name,
    read_settings_file,
)
from proctor.model.type_settings import Dependency, ReadyWhenAnswering

WHOLE = """\
procfile = "Procfile.dev"
env_files = [".env", "dev.env"]
app = "dev"
port = 3000
formation = {web = 2, worker = 0}
fixed_ports = true
watch = true
tui = false
log_format = "json"
grace = "1m"
on_exit = "stay"
stop_signal = "SIGINT"
stop_scope = "all"
pty = false
stdin = "open"
memory_limit = "512 MB"
platform_env = true

[types.web]
watch = ["*.py", "templates/"]
after = ["db", {type = "cache", restart = true}]
ready = {http = "/health"}
env = {DEBUG = "1", WORKERS = 4, VERBOSE = true}
port = 4000
group = "front"
"""


def values(file: SettingsFile) -> dict[str, object]:
    return {name: written.value for name, written in file.app.items()}


def problem(text: str) -> str:
    with pytest.raises(UserError) as caught:
        read_settings_file(text)
    return str(caught.value)


def test_every_setting_can_be_written() -> None:
    file = read_settings_file(WHOLE)

    assert values(file) == {
        "procfile": "Procfile.dev",
        "env_files": (".env", "dev.env"),
        "app": "dev",
        "port": 3000,
        "formation": "web=2,worker=0",
        "fixed_ports": True,
        "watch": True,
        "tui": False,
        "log_format": "json",
        "grace": 60.0,
        "on_exit": "stay",
        "stop_signal": "INT",
        "stop_scope": "all",
        "pty": False,
        "stdin": "open",
        "memory_limit": 512_000_000,
        "platform_env": True,
    }
    assert {name: written.value for name, written in file.types["web"].items()} == {
        "watch": ("*.py", "templates/"),
        "after": (Dependency("db"), Dependency("cache", restart=True)),
        "ready": ReadyWhenAnswering("/health"),
        "env": {"DEBUG": "1", "WORKERS": "4", "VERBOSE": "true"},
        "port": 4000,
        "group": "front",
    }


def test_an_empty_file_says_nothing() -> None:
    assert read_settings_file("") == read_settings_file("# nothing\n\n[types]\n") == SettingsFile()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grase = 1", "there is no setting 'grase' (proctor.toml:1). The nearest is 'grace'."),
        ("Grace = 1", "there is no setting 'Grace' (proctor.toml:1). It is called 'grace' here."),
        (
            "on-exit = 1",
            "there is no setting 'on-exit' (proctor.toml:1). It is called 'on_exit' here.",
        ),
        (
            "timeout = 1",
            "there is no setting 'timeout' (proctor.toml:1). It is called 'grace' here.",
        ),
        (
            "concurrency = 1",
            "there is no setting 'concurrency' (proctor.toml:1). It is called 'formation' here.",
        ),
        (
            "after = []",
            (
                "there is no setting 'after' (proctor.toml:1). "
                "It is for a process type: write it below [types.web]."
            ),
        ),
        (
            "zzz = 1",
            "there is no setting 'zzz' (proctor.toml:1). 'proctor settings' lists all of them.",
        ),
        (
            "[types.web]\ndepends_on = []",
            (
                "there is no setting 'depends_on' of a process type (proctor.toml:2). "
                "It is called 'after' here."
            ),
        ),
        (
            "[types.web]\nformation = 1",
            (
                "there is no setting 'formation' of a process type (proctor.toml:2). "
                "It is for the whole app: write it above the tables."
            ),
        ),
        (
            "[web]\ngrace = 1",
            (
                "there is no setting 'web' (proctor.toml:1). "
                "Settings of a process type stand below [types.web]."
            ),
        ),
        ("types = 1", "'types' is not a table (proctor.toml:1). Write [types.web]."),
        ("[[types]]\n", "'types' is not a table (proctor.toml:1). Write [types.web]."),
        (
            "port = 1\n[types]\nweb = 2",
            (
                "'web' is not a table of settings (proctor.toml:3). "
                "Write [types.web], and settings of web below it."
            ),
        ),
        (
            "[[types.web]]\ngrace = 1\n[[types.web]]\ngrace = 2",
            (
                "'web' is not a table of settings (proctor.toml:1). "
                "Write [types.web], and settings of web below it."
            ),
        ),
        (
            '"a\\u001b[2J" = 1',
            (
                "there is no setting 'a\\x1b[2J' (proctor.toml:1). "
                "'proctor settings' lists all of them."
            ),
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_one(text: str, said: str) -> None:
    assert problem(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 1\ngrace 5\n", "expected '=' after a key in a key/value pair (proctor.toml:2)"),
        ("on_exit = stay\n", "invalid value (proctor.toml:1)"),
        ("port = 1\nport = 2\n", "cannot overwrite a value (proctor.toml:2)"),
        ('app = "x\n', "illegal character '\\n' (proctor.toml:1)"),
        ('\n\nenv_files = ["a"', "unclosed array (proctor.toml:3)"),
        ("\n[types.web\nx = 1", "expected ']' at the end of a table declaration (proctor.toml:2)"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, said: str) -> None:
    hint = 'Texts stand in quotes there, as in on_exit = "stay".'

    assert problem(text) == f"this is no TOML: {said}. {hint}"


def test_bytes_that_are_no_utf8_are_told_with_their_line() -> None:
    assert problem("port = 1\n# \udcff\n") == "this is no UTF-8 (proctor.toml:2)."


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(end: str, mark: str) -> None:
    text = mark + end.join(["# first", "port = 1", "", "[types.web]", "grace = 5", ""])

    file = read_settings_file(text)

    assert file.app["port"].where == "proctor.toml:2"
    assert file.types["web"]["grace"].where == "proctor.toml:5"


HARD = '''\
# app = "no"
"app" = "a" # not ] [ " \'\'\' here
env_files = [  # on
  "one # not a comment", \'two ] "\',
  """three
[types.no]
""",
]
types.db.grace = 1

[types."web"]
env = {A = "}", B = """
[types.also_no]
grace = 7 \\""" "" """, C = 1}
grace = 2
after = [
  "db",
  {type = "cache"},
]
[types.worker.env]
LONG = \'\'\'
pty = 1
\'\'\'
[types.cache]
env.A = "1"
env.B = "2"
ready = {tcp = 1}
   [types  .  late]
stdin = "open"
'''


def test_lines_are_right_whatever_stands_before_them() -> None:
    file = read_settings_file(HARD)

    assert {name: written.where for name, written in file.app.items()} == {
        "app": "proctor.toml:2",
        "env_files": "proctor.toml:3",
    }
    assert {
        f"{type_}.{name}": int(written.where.partition(":")[2])
        for type_, settings in file.types.items()
        for name, written in settings.items()
    } == {
        "db.grace": 9, "web.env": 12, "web.grace": 15, "web.after": 16, "worker.env": 20,
        "cache.env": 25, "cache.ready": 27, "late.stdin": 29,
    }  # fmt: skip
    assert file.tables == {
        "db": "proctor.toml:9", "web": "proctor.toml:11", "worker": "proctor.toml:20",
        "cache": "proctor.toml:24", "late": "proctor.toml:28",
    }  # fmt: skip


def test_types_that_the_procfile_lacks_are_told_with_the_nearest() -> None:
    file = read_settings_file("[types.web]\n[types.wroker]\ngrace = 1\n")

    file.require_types(("web", "wroker"))
    with pytest.raises(UserError) as caught:
        file.require_types(("web", "worker"))
    assert str(caught.value) == (
        "there is no process type 'wroker' (proctor.toml:2). The nearest is 'worker'."
    )


def test_a_type_that_is_like_none_may_be_of_another_procfile_and_is_told() -> None:
    file = read_settings_file("[types.css]\nafter = ['js']\n[types.web]\n")

    file.require_types(("web", "worker"))

    assert file.idle_types(("web", "worker")) == (
        "proctor.toml:1: the Procfile has no process type 'css'",
    )
    assert file.idle_types(("web", "css")) == ()


def test_so_are_types_to_start_after() -> None:
    file = read_settings_file('[types.web]\nafter = ["dbb"]\n')

    with pytest.raises(UserError) as caught:
        file.require_types(("web", "db"))
    assert str(caught.value) == (
        "there is no process type 'dbb' to start after (proctor.toml:2). The nearest is 'db'."
    )


def test_no_repr_shows_a_value() -> None:
    assert "sesame" not in repr(read_settings_file('[types.web]\nenv = {A = "sesame"}\n'))


def test_a_file_that_is_too_large_is_refused() -> None:
    assert problem("#" * (LARGEST_SETTINGS + 1)) == (
        f"the file is larger than {LARGEST_SETTINGS} bytes (proctor.toml)."
    )


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 60_000,
        "a = " + "{a = " * 12_000,
        "grace = " + "9" * 60_000,
        ".".join("a" * 30_000) + " = 1",
        "env_files = [\n" + '"a",\n' * 10_000 + "]",
        "\n".join(f"a{number} = 1" for number in range(6000)),
        "\n".join(f"[types.a{number}.env]" for number in range(2800)),
        'app = """' + '\\"' * 30_000 + '"""',
        '"' * 60_000,
        "'" * 60_000,
        '["' * 30_000,
        "a" * 60_000,
    ],
    ids=range(12),
)
def test_no_file_takes_long(text: str) -> None:
    begin = time.process_time()

    with contextlib.suppress(UserError):
        read_settings_file(text)
    assert time.process_time() - begin < 5


def told(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except UserError as error:
        return str(error)
    return "nothing"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    for read in (read_settings_file, read_app_name):
        assert told(read, text).isprintable()


@given(st.text(alphabet="ab=\"'[]{}.,\n# \\1", max_size=60))
def test_so_is_anything_that_looks_like_toml(text: str) -> None:
    for read in (read_settings_file, read_app_name):
        assert told(read, text).isprintable()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", None),
        ('app = "shop"', "shop"),
        ('port = "wrong"\napp = "shop"', "shop"),
        ('grace = \napp = "shop" # here\n[types', "shop"),
        ("app = \n", None),
        ('broken\n[types.web]\napp = "no"\n', None),
        ('app = "shop" "', None),
    ],
)
def test_the_name_of_the_app_is_read_however_wrong_the_rest_is(text: str, name: str | None) -> None:
    found = read_app_name(text)

    assert (found.value if found else None) == name


def test_a_name_that_cannot_be_is_told() -> None:
    with pytest.raises(UserError, match=r"cannot be the name of an app \(proctor.toml:2\)"):
        read_app_name('nonsense\napp = "a/b"\n')
