import os
from pathlib import Path
from typing import Any

import pytest

from proctor.errors import UserError
from proctor.files.app_files import AppOptions, find_app, load_app
from proctor.model.configuration import AppConfiguration


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Procfile").write_text("release: setup\nweb: serve\nworker: work\n")
    return root


def load(folder: Path, inherited: dict[str, str] | None = None, **given: Any) -> AppConfiguration:
    return load_app(AppOptions(folder=str(folder), **given), inherited or {})


def write_env(folder: Path, text: str, name: str = ".env") -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o600)


def test_an_app_is_read_with_its_defaults(folder: Path) -> None:
    app = load(folder, {"HOME": "/home/ada"})

    assert app.root == str(folder)
    assert app.name == "shop"
    assert app.procfile_path == str(folder / "Procfile")
    assert app.procfile.types == ("release", "web", "worker")
    assert str(app.formation) == "release=0 web=1 worker=1"
    assert app.base_port == 5006
    assert app.environment.values() == {"HOME": "/home/ada"}
    assert (app.env_paths, app.warnings) == ((), ())


@pytest.mark.parametrize(
    ("flag", "env_file", "inherited", "port"),
    [
        (None, None, None, 5006),
        (None, None, "4000", 4000),
        (None, "PORT=3000", "4000", 3000),
        ("2000", "PORT=3000", "4000", 2000),
        (None, "PORT=", "4000", 4000),
    ],
)
def test_a_port_by_flag_beats_the_env_file_beats_the_inherited_one(
    folder: Path, flag: str | None, env_file: str | None, inherited: str | None, port: int
) -> None:
    if env_file is not None:
        write_env(folder, env_file)

    app = load(folder, {} if inherited is None else {"PORT": inherited}, port=flag)

    assert app.base_port == port


@pytest.mark.parametrize(
    ("env_file", "inherited", "flag", "origin"),
    [
        ("\nPORT=x", "y", None, ".env:2"),
        ("A=b", "y", None, "inherited"),
        ("PORT=x", "y", "z", "--port"),
    ],
)
def test_a_port_that_is_none_is_refused_with_where_it_was_said(
    folder: Path, env_file: str, inherited: str, flag: str | None, origin: str
) -> None:
    write_env(folder, env_file)

    with pytest.raises(UserError) as caught:
        load(folder, {"PORT": inherited}, port=flag)

    assert caught.value.where == origin


def test_of_several_env_files_the_later_wins_and_sees_the_earlier(folder: Path) -> None:
    write_env(folder, "A=1\nB=1\n", "one")
    write_env(folder, "B=2\nC=${A}${B}${HOME}\n", "two")
    write_env(folder, "A=0", ".env")

    app = load(folder, {"A": "0", "HOME": "/h"}, env_files=("one", "two"))

    assert app.environment.values() == {"A": "1", "B": "2", "C": "12/h", "HOME": "/h"}
    assert app.environment.variables["A"].origin == "one"
    assert app.environment.variables["B"].origin == "two"
    assert app.env_paths == (str(folder / "one"), str(folder / "two"))


def test_no_env_file_at_all_can_be_asked_for(folder: Path) -> None:
    write_env(folder, "A=1")

    assert load(folder, env_files=()).environment.values() == {}


def test_an_env_file_is_named_from_here_or_from_the_root(folder: Path) -> None:
    write_env(folder, "A=root", "dev.env")
    inside = folder / "src"
    inside.mkdir()

    assert load(inside, root="..", env_files=("dev.env",)).environment.get("A") == "root"
    write_env(inside, "A=here", "dev.env")
    assert load(inside, root="..", env_files=("dev.env",)).environment.get("A") == "here"


def test_an_env_file_that_is_named_must_be_there(folder: Path) -> None:
    with pytest.raises(UserError, match=r"there is no file 'dev\.env' \(--env\)"):
        load(folder, env_files=("dev.env",))


def test_a_virtual_environment_named_like_the_env_file_is_none(folder: Path) -> None:
    (folder / ".env").mkdir()

    assert load(folder).env_paths == ()


def test_a_folder_named_as_an_env_file_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"'\.' cannot be read: Is a directory"):
        load(folder, env_files=(".",))


def test_a_procfile_by_flag_is_seen_from_here_and_its_folder_is_the_root(folder: Path) -> None:
    (folder / "Procfile.dev").write_text("web: dev\n")

    app = load(folder.parent, procfile="shop/Procfile.dev")

    assert app.procfile_path == str(folder / "Procfile.dev")
    assert app.root == str(folder)


def test_a_procfile_by_flag_may_also_be_seen_from_the_root_by_flag(folder: Path) -> None:
    (folder / "Procfile.dev").write_text("web: dev\n")

    app = load(folder.parent, procfile="Procfile.dev", root="shop")

    assert app.procfile_path == str(folder / "Procfile.dev")


def test_a_root_by_flag_is_where_processes_work_wherever_the_procfile_is(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()

    app = load(folder.parent, procfile="shop/Procfile", root="other")

    assert (app.root, app.procfile_path) == (str(other), str(folder / "Procfile"))
    with pytest.raises(UserError, match=r"'nowhere' is no folder \(--root\)"):
        load(folder, root="nowhere")


@pytest.mark.parametrize(
    ("env_file", "inherited", "name"),
    [
        ("A=b", {}, "Procfile"),
        ("A=b", {"PROCFILE": "Procfile.test"}, "Procfile.test"),
        ("PROCFILE=Procfile.dev", {"PROCFILE": "Procfile.test"}, "Procfile.dev"),
    ],
)
def test_the_env_file_may_name_the_procfile(
    folder: Path, env_file: str, inherited: dict[str, str], name: str
) -> None:
    (folder / "Procfile.dev").write_text("web: dev\n")
    (folder / "Procfile.test").write_text("web: test\n")
    write_env(folder, env_file)

    assert Path(load(folder, inherited).procfile_path).name == name


def test_a_procfile_that_is_named_must_be_there(folder: Path) -> None:
    write_env(folder, "PROCFILE=Procfile.dev")

    with pytest.raises(UserError, match=r"there is no file 'Procfile\.dev' \(\.env:1\)"):
        load(folder)
    with pytest.raises(UserError, match=r"there is no file 'Procfile\.x' \(--procfile\)"):
        load(folder, procfile="Procfile.x")


def test_an_app_is_looked_for_in_the_folders_above_where_that_is_asked(folder: Path) -> None:
    inside = folder / "src" / "deep"
    inside.mkdir(parents=True)

    assert load(inside, search_upward=True).root == str(folder)
    with pytest.raises(UserError, match=r"there is no Procfile in .*deep\. Write one"):
        load(inside)


def test_the_search_stops_at_an_env_file_that_names_a_procfile(folder: Path) -> None:
    inside = folder / "admin"
    (inside / "src").mkdir(parents=True)
    (inside / "Procfile.dev").write_text("web: admin\n")
    write_env(inside, "PROCFILE=Procfile.dev")

    app = load(inside / "src", search_upward=True)

    assert app.procfile_path == str(inside / "Procfile.dev")


def test_a_search_that_finds_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no Procfile in .* nor in a folder above it"):
        load(tmp_path, search_upward=True)


def test_the_root_is_a_real_path(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)

    assert load(link).root == load(link / ".." / "link").root == str(folder)


def test_formation_and_arguments_say_what_runs(folder: Path) -> None:
    assert str(load(folder, formation="web=3").formation) == "release=0 web=3 worker=1"
    assert str(load(folder, words=("web=2", "worker=0")).formation) == "release=0 web=2 worker=0"
    assert str(load(folder, formation="web=3", words=("web",)).formation) == (
        "release=0 web=3 worker=0"
    )
    with pytest.raises(UserError, match=r"no process type 'wbe' \(arguments\)"):
        load(folder, words=("wbe",))


def test_an_error_in_the_procfile_names_the_file_and_the_line(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\nnonsense\n")

    with pytest.raises(UserError, match=r"no colon after 'nonsense' \(Procfile:2\)"):
        load(folder)


def test_warnings_of_all_files_are_collected(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\nweb: serve2\n")
    write_env(folder, "some words")

    assert load(folder).warnings == (
        "Procfile:2: 'web' stands on lines 1 and 2; line 2 counts",
        ".env:1: this line sets no variable and is skipped",
    )


def test_a_name_by_flag_is_the_apps_name(folder: Path) -> None:
    assert load(folder, flags={"app": "dev"}).name == "dev"


def test_bytes_that_are_no_utf8_reach_the_command_unharmed(folder: Path) -> None:
    (folder / "Procfile").write_bytes(b"web: printf '\xff\xe9'\n")
    (folder / ".env").write_bytes(b"A=\xff\n")
    (folder / ".env").chmod(0o600)

    app = load(folder)

    assert os.fsencode(app.procfile.entries[0].command_line) == b"printf '\xff\xe9'"
    assert os.fsencode(app.environment.values()["A"]) == b"\xff"


def test_a_folder_with_blanks_quotes_and_odd_bytes_works(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b'/it\'s "\xff" here'))
    root.mkdir()
    (root / "Procfile").write_text("web: serve\n")

    app = load(root)

    assert app.root == str(root)
    assert app.name.isprintable()


def test_a_file_of_ten_megabytes_is_refused(folder: Path) -> None:
    (folder / "Procfile").write_text("web: 1234\n" * 1_000_000)
    with pytest.raises(UserError, match=r"too long for a Procfile.*Procfile:100001"):
        load(folder)
    (folder / "Procfile").write_text("web: serve\n")
    write_env(folder, "A=1234567\n" * 1_000_000)
    with pytest.raises(UserError, match=r"'\.env' is larger than 4000000 bytes"):
        load(folder)


def test_a_file_that_may_not_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")  # as for anybody but root

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match="'Procfile' cannot be read: Permission denied"):
        load(folder)


def test_what_was_found_does_not_show_values_when_printed(folder: Path) -> None:
    write_env(folder, "TOKEN=sesame")
    options = AppOptions(folder=str(folder))

    assert "sesame" not in repr(find_app(options, {"B": "sesame"}))
    assert "sesame" not in repr(load_app(options, {"B": "sesame"}))
