"""Settings of an app by flag, env file, `proctor.toml`, environment and default."""

from pathlib import Path
from typing import Any

import pytest

from proctor.errors import UserError
from proctor.files.app_files import AppOptions, find_app, load_app
from proctor.model.configuration import AppConfiguration
from proctor.model.resolution import DEFAULT, Written, default_of
from proctor.model.settings import Settings
from proctor.model.settings_table import APP_SETTINGS, SettingEntry
from proctor.model.type_settings import TypeSettings

#: by setting: as it is written in the file, as text, and as another text for a flag
WAYS: dict[str, tuple[str, str, str]] = {
    "procfile": ('"one"', "two", "three"),
    "env_files": ('["one.env"]', "two.env", "three.env"),
    "app": ('"one"', "two", "three"),
    "port": ("3001", "3002", "3003"),
    "formation": ('"web=1"', "web=2", "web=3"),
    "fixed_ports": ("true", "yes", "no"),
    "watch": ("true", "on", "off"),
    "tui": ("false", "0", "1"),
    "log_format": ('"json"', "platform", "human"),
    "grace": ('"1s"', "2", "3m"),
    "on_exit": ('"stay"', "stop-all", "restart-on-failure"),
    "stop_signal": ('"INT"', "SIGHUP", "QUIT"),
    "stop_scope": ('"all"', "roots", "all"),
    "pty": ("false", "FALSE", "true"),
    "stdin": ('"open"', "null", "open"),
    "memory_limit": ('"10 MB"', "20 MB", "30MB"),
    "platform_env": ("true", "true", "false"),
}
NAMES = ("one", "two", "three")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    for name in ("Procfile", *NAMES):
        (root / name).write_text("web: serve\nworker: work\n")
        (root / f"{name}.env").write_text("")
    return root


def settings(folder: Path, text: str) -> None:
    (folder / "proctor.toml").write_text(text)


def load(folder: Path, inherited: dict[str, str] | None = None, **given: Any) -> AppConfiguration:
    return load_app(AppOptions(folder=str(folder), **given), inherited or {})


def written(
    folder: Path, name: str, inherited: dict[str, str] | None = None, **given: Any
) -> Written:
    return find_app(AppOptions(folder=str(folder), **given), inherited or {}).written(name)


def flag_of(entry: SettingEntry, text: str) -> dict[str, Any]:
    if entry.name in ("procfile", "port", "formation"):
        return {entry.name: text}
    if entry.name == "env_files":
        return {"env_files": (text,)}
    value = entry.read_text(text, "") if entry.kind == "switch" else text
    return {"flags": {entry.name: value}}


def test_the_ways_to_write_are_known_of_every_setting() -> None:
    assert WAYS.keys() == APP_SETTINGS.keys()


@pytest.mark.parametrize("entry", APP_SETTINGS.values(), ids=APP_SETTINGS)
def test_the_strongest_that_speaks_counts_and_is_named(folder: Path, entry: SettingEntry) -> None:
    name, variable = entry.name, entry.environment_name
    in_file, text, other = WAYS[name]
    value, other_value = entry.read_text(text, ""), entry.read_text(other, "")

    assert written(folder, name) == default_of(entry)
    assert written(folder, name, {variable: ""}) == default_of(entry)
    assert written(folder, name, {variable: text}) == Written(value, "inherited")

    settings(folder, f"\n{name} = {in_file}\n")
    of_file = written(folder, name, {variable: text})
    assert of_file.where == "proctor.toml:2"
    assert of_file.value not in (default_of(entry).value, None)

    if name not in ("app", "env_files"):
        (folder / ".env").write_text(f"{variable}={text}\n")
        assert written(folder, name, {variable: other}) == Written(value, ".env:1")
        (folder / ".env").write_text(f"{variable}=\n")
        assert written(folder, name, {variable: other}) == of_file

    if entry.flag is not None:
        found = written(folder, name, {variable: text}, **flag_of(entry, other))
        is_off = entry.kind == "switch" and other_value is False
        assert found.value == other_value
        assert found.where == (f"--no-{entry.flag[2:]}" if is_off else entry.flag)


@pytest.mark.parametrize("entry", APP_SETTINGS.values(), ids=APP_SETTINGS)
def test_a_wrong_variable_is_told_with_its_name_and_origin_unless_it_is_overruled(
    folder: Path, entry: SettingEntry
) -> None:
    name, variable = entry.name, entry.environment_name
    wrong = {"procfile": "no\0", "env_files": "no.env", "formation": "web=x"}.get(name, "~~ ~~")

    with pytest.raises(UserError) as caught:
        load(folder, {variable: wrong})
    assert caught.value.where == "inherited"
    if variable.startswith("PROCTOR_") and name not in ("env_files", "formation"):
        assert caught.value.what.startswith(f"{variable}: ")

    if name not in ("app", "env_files", "procfile", "formation"):
        (folder / ".env").write_text(f"{variable}={wrong}\n")
        with pytest.raises(UserError) as caught:
            load(folder)
        assert caught.value.where == ".env:1"
    if entry.flag is not None and name not in ("procfile", "formation"):
        load(folder, {variable: wrong}, **flag_of(entry, WAYS[name][2]))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            {"grace": "-1"},
            (
                "'-1' is not a duration (--grace). "
                'Write seconds from 0 to 86400, as in 30 or "5m".'
            ),
        ),
        (
            {"grace": "nan"},
            (
                "'nan' is not a duration (--grace). "
                'Write seconds from 0 to 86400, as in 30 or "5m".'
            ),
        ),
        (
            {"app": "a/b"},
            (
                "'a/b' cannot be the name of an app (--app). "
                "Use up to 63 letters, digits, dots, - and _, a letter or digit first."
            ),
        ),
    ],
)
def test_a_wrong_flag_is_told(folder: Path, flags: dict[str, str], said: str) -> None:
    with pytest.raises(UserError) as caught:
        load(folder, flags=flags)
    assert str(caught.value) == said


def test_settings_of_the_app_reach_its_processes(folder: Path) -> None:
    settings(folder, 'grace = 5\npty = false\napp = "dev"\n[types.web]\nstop_signal = "INT"\n')

    app = load(folder, {"PROCTOR_ON_EXIT": "stay"}, flags={"watch": True})

    assert app.settings == Settings(
        grace_seconds=5.0, terminal=False, app_name="dev", on_exit="stay", watch=True
    )
    assert app.name == "dev"
    shared = {"grace_seconds": 5.0, "terminal": False, "on_exit": "stay"}
    assert app.settings_of("worker") == TypeSettings(**shared)  # type: ignore[arg-type]  # three fields
    assert app.settings_of("web") == TypeSettings(stop_signal="INT", **shared)  # type: ignore[arg-type]  # as above


def test_a_flag_and_an_env_file_beat_what_the_file_says_of_a_type(folder: Path) -> None:
    settings(folder, '[types.web]\ngrace = 1\nstop_signal = "INT"\nport = 7000\n')
    assert load(folder, {"PROCTOR_GRACE": "9"}).settings_of("web").grace_seconds == 1

    (folder / ".env").write_text("PROCTOR_GRACE=8\n")
    assert load(folder).settings_of("web").grace_seconds == 8

    of_web = load(folder, flags={"grace": "9"}, port="6000").settings_of("web")
    assert (of_web.grace_seconds, of_web.stop_signal, of_web.port) == (9, "INT", 7000)


def test_formations_lie_over_one_another(folder: Path) -> None:
    settings(folder, "formation = {web = 3, worker = 2}\n")

    assert str(load(folder).formation) == "web=3 worker=2"
    assert str(load(folder, formation="web=5").formation) == "web=5 worker=2"
    assert str(load(folder, formation="all=1").formation) == "web=1 worker=1"
    assert str(load(folder, formation="web=5", words=("worker=4",)).formation) == "web=5 worker=4"
    assert str(load(folder, words=("worker",)).formation) == "web=0 worker=2"
    (folder / ".env").write_text("PROCTOR_FORMATION=worker=7\n")
    assert str(load(folder).formation) == "web=1 worker=7"


def test_a_formation_that_is_wrong_is_told_with_its_line(folder: Path) -> None:
    settings(folder, "\nformation = {wob = 3}\n")

    with pytest.raises(UserError, match=r"no process type 'wob' \(proctor.toml:2\)"):
        load(folder)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[types.web]\ngroup = "all"', r"^group: 'all' means .* \(proctor.toml:2\)"),
        ("[types.web]\n\nport = 65536", r"'65536' is not a port \(proctor.toml:3\)"),
        (
            "formation.web = 2\n[types.web]\n\nport = 65535",
            r"port of web.2 would be 65536.* \(proctor.toml:4\)",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_told_with_their_line(
    folder: Path, written: str, said: str
) -> None:
    (folder / "proctor.toml").write_text(written)
    with pytest.raises(UserError, match=said):
        load(folder)


def test_a_type_that_the_procfile_lacks_is_told(folder: Path) -> None:
    settings(folder, "[types.wob]\n")

    with pytest.raises(UserError, match=r"'wob' \(proctor.toml:1\). The nearest is 'web'"):
        load(folder)


def test_settings_of_a_type_of_another_procfile_are_a_warning(folder: Path) -> None:
    settings(folder, "[types.css]\npty = false\n")

    assert load(folder).warnings == ("proctor.toml:1: the Procfile has no process type 'css'",)
    (folder / "Procfile.dev").write_text("css: build\n")
    assert load(folder, procfile=str(folder / "Procfile.dev")).warnings == ()


def test_env_files_of_the_settings_take_the_place_of_the_usual_one(folder: Path) -> None:
    (folder / ".env").write_text("A=usual\n")
    (folder / "one.env").write_text("A=one\n")
    (folder / "two.env").write_text("A=two\nB=two\n")
    settings(folder, 'env_files = ["two.env", "one.env"]\n')

    assert load(folder).environment.values() == {"A": "one", "B": "two"}
    assert load(folder, env_files=("two.env",)).environment.values() == {"A": "two", "B": "two"}
    settings(folder, "env_files = []\n")
    assert load(folder).env_paths == ()
    settings(folder, 'env_files = ["no.env"]\n')
    with pytest.raises(UserError, match=r"there is no file 'no.env' \(proctor.toml:1\)"):
        load(folder)


def test_files_of_the_settings_are_seen_from_the_app_wherever_one_stands(
    folder: Path, tmp_path: Path
) -> None:
    settings(folder, 'env_files = ["one.env"]\nprocfile = "two"\n')
    (tmp_path / "one.env").write_text("WRONG=1\n")

    app = load(tmp_path, root="shop")

    assert app.env_paths == (str(folder / "one.env"),)
    assert app.procfile_path == str(folder / "two")


def test_names_in_env_files_are_told_to_count_for_nothing(folder: Path) -> None:
    (folder / ".env").write_text("PROCTOR_APP=x\n")

    app = load(folder)

    assert app.name == "shop"
    assert app.warnings == (".env:1: PROCTOR_APP is not read here; write it in proctor.toml",)


def test_a_variable_of_ours_that_is_misspelled_is_told(folder: Path) -> None:
    (folder / ".env").write_text(
        "\nPROCTOR_GRASE=2\nPROCTOR_PORT=1\nPROCTOR_EXAM_ROOM=x\nPROCTOR_GRACE=3\n"
    )

    app = load(folder, {"PROCTOR_WATSH": "1"})

    assert app.warnings == (
        ".env:2: 'PROCTOR_GRASE' is no setting; the nearest is PROCTOR_GRACE",
        ".env:3: 'PROCTOR_PORT' is no setting; the nearest is PORT",
    )
    assert app.settings.grace_seconds == 3


def test_a_folder_with_a_settings_file_is_one_of_an_app(folder: Path) -> None:
    (folder / "Procfile").rename(folder / "Procfile.dev")
    settings(folder, 'procfile = "Procfile.dev"\n')
    below = folder / "a" / "b"
    below.mkdir(parents=True)

    assert load(below, search_upward=True).procfile_path == str(folder / "Procfile.dev")


def test_without_leave_neither_the_file_nor_our_variables_are_read(folder: Path) -> None:
    settings(folder, "nonsense\n")
    (folder / ".env").write_text("PROCTOR_GRACE=2\nPORT=3000\n")

    app = load(folder, {"PROCTOR_WATCH": "1"}, reads_settings=False)

    assert app.settings == Settings()
    assert app.base_port == 3000


def test_settings_of_a_caller_stand_for_all_that_is_said_of_the_app(folder: Path) -> None:
    settings(folder, "grace = 5\nport = 3000\n[types.web]\non_exit = 'stay'\n")

    app = load(folder, settings=Settings(watch=True))

    assert app.settings == Settings(watch=True)
    assert app.base_port == 3000
    assert app.settings_of("web") == TypeSettings(on_exit="stay")


def test_a_file_that_may_not_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(folder, "")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"'proctor.toml' cannot be read: Permission denied"):
        find_app(AppOptions(folder=str(folder)), {})


def test_the_files_that_say_what_the_app_is_are_known(folder: Path) -> None:
    (folder / ".env").write_text("")

    assert load(folder).read_files == tuple(
        str(folder / name) for name in ("Procfile", ".env", "proctor.toml")
    )


def test_a_default_is_named_as_such(folder: Path) -> None:
    assert written(folder, "grace") == Written(30.0, DEFAULT)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            ".foreman",
            "port: 5000\nformation: web=2\ntimeout: 9\nroot: x\n",
            (
                '.foreman is not read: write port = 5000; formation = "web=2"; grace = 9 '
                "in proctor.toml; no setting here is like root"
            ),
        ),
        (
            ".forego",
            "concurrency=web=2\nshutdown_grace_time = 4\n",
            '.forego is not read: write formation = "web=2"; grace = 4 in proctor.toml',
        ),
        (
            ".overmind.env",
            "OVERMIND_CAN_DIE=web\nSECRET=sesame\n",
            (
                '.overmind.env is not read: write [types.web] on_exit = "stay"; '
                'env_files = [".overmind.env"] in proctor.toml'
            ),
        ),
    ],
)
def test_a_settings_file_of_another_tool_is_told_until_its_settings_are_ours(
    folder: Path, name: str, text: str, said: str
) -> None:
    (folder / name).write_text(text)
    assert (load(folder).unread, load(folder).warnings) == ((said,), ())

    settings(
        folder,
        'port = 1\ngrace = 1\nformation = "web=1"\nenv_files = [".overmind.env"]\n'
        '[types.web]\non_exit = "stay"\n'
        if name == ".overmind.env"
        else 'port = 1\ngrace = 1\nformation = "web=1"\n',
    )
    assert load(folder).unread == ()
