import pytest

from proctor.errors import UserError
from proctor.model.settings_file import SettingsFile, read_settings_file
from proctor.model.type_settings import (
    Dependency,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)


def values(file: SettingsFile) -> dict[str, object]:
    return {name: written.value for name, written in file.app.items()}


def of_web(settings: str) -> dict[str, object]:
    file = read_settings_file(f"[types.web]\n{settings}\n")
    return {name: written.value for name, written in file.types["web"].items()}


def problem(text: str) -> str:
    with pytest.raises(UserError) as caught:
        read_settings_file(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("grace = 0", {"grace": 0.0}),
        ("grace = 2.5", {"grace": 2.5}),
        ('grace = "1.5h"', {"grace": 5400.0}),
        ('grace = " 250 MS "', {"grace": 0.25}),
        ('grace = "7"', {"grace": 7.0}),
        ('stop_signal = "quit"', {"stop_signal": "QUIT"}),
        ("memory_limit = 1048576", {"memory_limit": 1_048_576}),
        ('memory_limit = "1.5 GiB"', {"memory_limit": 1_610_612_736}),
        ('memory_limit = "64m"', {"memory_limit": 64_000_000}),
        ('after = "db"', {"after": (Dependency("db"),)}),
        ("after = []", {"after": ()}),
        (
            'after = [{type = "db", completed = true}]',
            {"after": (Dependency("db", completed=True),)},
        ),
        ("watch = true", {"watch": None}),
        ("watch = false", {"watch": ()}),
        ('watch = "*.py"', {"watch": ("*.py",)}),
        ("ready = {tcp = true}", {"ready": ReadyWhenListening()}),
        ("ready = {tcp = 5432}", {"ready": ReadyWhenListening(5432)}),
        ('ready = {tcp = "db:5432"}', {"ready": ReadyWhenListening(5432, "db")}),
        ('ready = {tcp = "[::1]:80"}', {"ready": ReadyWhenListening(80, "::1")}),
        ('ready = {log = "ready .*"}', {"ready": ReadyWhenLogged("ready .*")}),
        ('ready = {http = "https://x/y"}', {"ready": ReadyWhenAnswering("https://x/y")}),
        (
            'ready = {http = "http://[::1]:80?a"}',
            {"ready": ReadyWhenAnswering("http://[::1]:80?a")},
        ),
        ('ready = {command = "pg_isready"}', {"ready": ReadyWhenSucceeding("pg_isready")}),
    ],
)
def test_a_setting_of_a_type_has_its_ways_to_be_written(
    written: str, value: dict[str, object]
) -> None:
    assert of_web(written) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('formation = "web=2, worker=1"', {"formation": "web=2, worker=1"}),
        ('formation = ""', {"formation": ""}),
        ('env_files = "a, b"', {"env_files": ("a", "b")}),
        ("env_files = []", {"env_files": ()}),
    ],
)
def test_a_setting_of_the_app_has_its_ways_to_be_written(
    written: str, value: dict[str, object]
) -> None:
    assert values(read_settings_file(written)) == value


DURATION = 'Write seconds from 0 to 86400, as in 30 or "5m".'
SIGNALS = "Choose TERM, INT, QUIT, HUP, USR1, USR2, ALRM, WINCH, KILL."
SWITCH = "Write true or false, without quotes."
PORT = "Write a number from 1 to 65535, without quotes."
IN_QUOTES = 'Write it in quotes, as in "Procfile.dev".'
OF_A_TYPE = "It is for a process type: write it below [types.web]."
MEMORY = 'Write it as in "512 MB".'
LIST = 'Write it as in ["one", "two"].'


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("procfile = 1", f"1 is not a text#{IN_QUOTES}"),
        ('procfile = " "', "nothing stands between the quotes#"),
        ('procfile = "a\\u0000b"', "'a\\x00b' is not a possible text: it holds a NUL#"),
        ("env_files = 3", f"3 is not a list of texts#{LIST}"),
        ("env_files = [1]", f"1 is not a text, as all of a list must be#{LIST}"),
        ("app = true", 'true is not a name#Write it in quotes, as in "shop".'),
        (
            'app = "../x"',
            (
                "'../x' cannot be the name of an app#"
                "Use up to 63 letters, digits, dots, - and _, a letter or digit first."
            ),
        ),
        ('port = "3000"', f"'3000' is not a port#{PORT}"),
        ("port = true", f"true is not a port#{PORT}"),
        ("port = 70000", "'70000' is not a port#Write a number from 1 to 65535."),
        ("port = 0", "'0' is not a port#Write a number from 1 to 65535."),
        ("port = 80.0", f"80.0 is not a port#{PORT}"),
        (
            "formation = 2",
            '2 is not a formation#Write "web=2,worker=1" or {web = 2, worker = 1}.',
        ),
        ("formation = {web = -1}", "-1 is not a quantity of 'web'#Write a number."),
        ('formation = {web = "2"}', "'2' is not a quantity of 'web'#Write a number."),
        ('formation = {"a=1,b" = 2}', "'a=1,b' is not a process type#"),
        ("fixed_ports = 1", f"1 is not true or false#{SWITCH}"),
        ("watch = [1]", f"a list is not true or false#{SWITCH}"),
        ('watch = ["*.py"]', f"a list is not true or false#{OF_A_TYPE}"),
        ('watch = "yes"', f"'yes' is not true or false#{SWITCH}"),
        ("tui = []", f"a list is not true or false#{SWITCH}"),
        ('log_format = "xml"', "'xml' is not possible#Choose human, json, platform."),
        ("log_format = 1", "1 is not possible#Choose human, json, platform."),
        ("grace = true", f"true is not a duration#{DURATION}"),
        ('grace = "soon"', f"'soon' is not a duration#{DURATION}"),
        ('grace = "٣"', f"'٣' is not a duration#{DURATION}"),
        ("grace = -1", f"-1 is not a possible duration#{DURATION}"),
        ("grace = 86401", f"86401 is not a possible duration#{DURATION}"),
        ("grace = nan", f"nan is not a possible duration#{DURATION}"),
        ("grace = inf", f"inf is not a possible duration#{DURATION}"),
        (f"grace = 1{'0' * 400}", f"1{'0' * 58}… is not a possible duration#{DURATION}"),
        ("grace = 2026-01-01", f"this is not a duration#{DURATION}"),
        (
            'on_exit = "die"',
            "'die' is not possible#Choose restart, restart-on-failure, stay, stop-all.",
        ),
        ('stop_signal = "STOP"', f"'STOP' is not a signal to stop by#{SIGNALS}"),
        ("stop_signal = 15", f"15 is not a signal to stop by#{SIGNALS}"),
        ('stop_scope = "tree"', "'tree' is not possible#Choose roots, all."),
        ("pty = 0", f"0 is not true or false#{SWITCH}"),
        ('stdin = "tty"', "'tty' is not possible#Choose null, open."),
        ('memory_limit = "much"', f"'much' is not an amount of memory#{MEMORY}"),
        ("memory_limit = 5.5", f"5.5 is not an amount of memory#{MEMORY}"),
        ('memory_limit = "5"', f"'5' is not enough memory for a process#{MEMORY}"),
        ("memory_limit = -1", f"-1 is not enough memory for a process#{MEMORY}"),
        (
            'memory_limit = "9999999 TB"',
            f"'9999999 TB' is not a possible amount of memory#{MEMORY}",
        ),
        ("platform_env = {}", f"a table is not true or false#{SWITCH}"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_its_line(written: str, said: str) -> None:
    name = written.partition(" ")[0]
    what, _, hint = said.partition("#")
    hint = f" {hint}" if hint else ""

    assert problem(f"\n# above\n{written}\n") == f"{name}: {what} (proctor.toml:3).{hint}"


READY = 'Write one of {log = "…"}, {tcp = 5432}, {http = "/health"} and {command = "…"}.'
URL = 'Write "/health" or "http://…".'
AT_PORT = 'Write "/health" to ask at its own PORT.'
AFTER = 'Write ["db"], [{type = "db", restart = true}] or [{type = "migrate", completed = true}].'


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("watch = 1", f"1 is not a list of texts#{LIST}"),
        ('watch = [""]', "nothing stands between the quotes#"),
        ("after = 1", f"1 is not a process type to wait for#{AFTER}"),
        ("after = [{restart = true}]", f"a table is not a process type to wait for#{AFTER}"),
        (
            'after = [{type = "db", when = 1}]',
            f"'when' is not known of a dependency#{AFTER}",
        ),
        ('after = [{type = "db", restart = "yes"}]', f"'yes' is not true or false#{SWITCH}"),
        ('ready = "up"', f"'up' is not a rule that says when a process is up#{READY}"),
        ("ready = {}", f"a table is not a rule that says when a process is up#{READY}"),
        (
            'ready = {log = "a", tcp = 1}',
            f"a table is not a rule that says when a process is up#{READY}",
        ),
        ("ready = {udp = 1}", f"a table is not a rule that says when a process is up#{READY}"),
        ("ready = {tcp = 0}", "'0' is not a port#Write a number from 1 to 65535."),
        ('ready = {tcp = "db:x"}', "'x' is not a port#Write a number from 1 to 65535."),
        ("ready = {tcp = false}", f"false is not a port#{PORT}"),
        (
            'ready = {http = "health"}',
            '\'health\' is not a path or a URL#Write "/health" or "http://…".',
        ),
        ('ready = {command = ""}', "nothing stands between the quotes#"),
        (
            'ready = {tcp = "db"}',
            "'db' is not an address#Write a port, as in 5432, or \"host:5432\".",
        ),
        ('ready = {http = "http://"}', f"'http://' is not a path or a URL#{URL}"),
        ('ready = {http = "http://[::1/"}', f"'http://[::1/' is not a path or a URL#{URL}"),
        ('ready = {http = "http://x:99999/"}', f"'99999' is not a port#{AT_PORT}"),
        ('ready = {http = "http://x:$PORT/"}', f"'$PORT' is not a port#{AT_PORT}"),
        (
            'ready = {log = "("}',
            (
                "'(' is not a regular expression: missing ), unterminated subpattern at position 0#"
                "Escape what is meant as it is."
            ),
        ),
        (f'ready = {{log = "{"x" * 3000}"}}', "a text of 3000 characters is too long#"),
        ('env = "A=1"', "'A=1' is not a table of variables#Write {NAME = \"value\"}."),
        ("env = {A = []}", "the variable 'A' has no text as its value#"),
        ('env = {"A=B" = "sesame"}', "the variable name 'A=B' holds an equals sign#"),
        (
            'env = {PORT = "1"}',
            "PORT is given to each process by proctor#Write port = 3000 for the type.",
        ),
        ('env = {PS = "1"}', "PS is given to each process by proctor#"),
        ('env = {"" = "sesame"}', "a variable has no name#"),
        ('env = {A = "sesame\\u0000"}', "the value of the variable 'A' holds a NUL byte#"),
        ('port = "1"', f"'1' is not a port#{PORT}"),
        ("group = 1", f"1 is not a text#{IN_QUOTES}"),
    ],
)
def test_a_wrong_value_of_a_type_is_one_sentence_with_its_line(written: str, said: str) -> None:
    name = written.partition(" ")[0]
    what, _, hint = said.partition("#")
    hint = f" {hint}" if hint else ""

    found = problem(f"[types.web]\n\n{written}\n")

    assert found == f"{name}: {what} (proctor.toml:3).{hint}"
    assert "sesame" not in found
