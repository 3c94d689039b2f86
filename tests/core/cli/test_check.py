import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proctor.cli.check import check


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PROCFILE", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(check, arguments, catch_exceptions=False)


def test_a_valid_procfile_is_listed_in_file_order(folder: Path) -> None:
    (folder / "Procfile").write_text("worker: work\nweb: serve $PORT\nclock: \x1b[2Jtick\n")

    result = run()

    assert result.exit_code == 0
    assert result.output == (
        "worker  work\n"
        "web     serve $PORT\n"
        "clock   \\x1b[2Jtick\n"
        "Procfile is valid: 3 process types\n"
    )


def test_an_invalid_procfile_is_told_with_all_its_errors(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\nweb: serve2\nnonsense\n../x: y\n")

    result = run()

    assert result.exit_code == 1
    assert result.output == (
        "web  serve2\n"
        "Procfile:2: warning: 'web' stands on lines 1 and 2; line 2 counts\n"
        "Procfile:3: there is no colon after 'nonsense'. Write name: command\n"
        "Procfile:4: '../x' is no name of a process type. Use letters, digits, - and _ alone\n"
        "Procfile is not valid\n"
    )


def test_a_valid_procfile_as_json(folder: Path) -> None:
    (folder / "Procfile.dev").write_text("web: a\nweb: b\n")

    result = run("-f", "Procfile.dev", "--json")

    assert result.exit_code == 0
    assert json.loads(result.output) == {
        "valid": True,
        "processes": [{"name": "web", "command": "b", "line": 2}],
        "warnings": [{"message": "'web' stands on lines 1 and 2; line 2 counts", "line": 2}],
        "errors": [],
    }


def test_an_invalid_procfile_as_json(folder: Path) -> None:
    (folder / "Procfile").write_bytes(b"web: a \xff\nx\n")

    result = run("--json")

    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "valid": False,
        "processes": [{"name": "web", "command": "a \udcff", "line": 1}],
        "warnings": [],
        "errors": [
            {"message": "there is no colon after 'x'. Write name: command", "line": 2},
        ],
    }


def test_a_file_without_process_types_is_not_valid(folder: Path) -> None:
    (folder / "Procfile").write_text("# nothing yet\n")

    result = run()

    assert result.exit_code == 1
    assert "there is no process type" in result.output


def test_a_procfile_that_is_not_there_is_not_valid() -> None:
    result = run()

    assert result.exit_code == 1
    assert result.output.startswith("there is no Procfile in ")
    assert json.loads(run("--json").output)["errors"][0]["line"] is None


def test_the_procfile_is_looked_for_in_the_folders_above(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "Procfile").write_text("web: serve\n")
    (folder / "src").mkdir()
    monkeypatch.chdir(folder / "src")

    assert run().output.endswith("Procfile is valid: 1 process type\n")


def test_a_root_by_flag_is_looked_in(folder: Path) -> None:
    (folder / "shop").mkdir()
    (folder / "shop" / "Procfile").write_text("web: serve\n")

    assert run("-d", "shop").exit_code == 0


def test_the_settings_file_is_checked_as_well(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\n")
    (folder / "proctor.toml").write_text("[types.web]\ngrace = 5\n")

    assert run().output == "web  serve\nProcfile is valid: 1 process type\nproctor.toml is valid\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\ngrase = 5\n",
            "there is no setting 'grase' (proctor.toml:2). The nearest is 'grace'\n",
        ),
        (
            "[types.wob]\n",
            (
                "web  serve\n"
                "there is no process type 'wob' (proctor.toml:1). The nearest is 'web'\n"
                "the app is not valid\n"
            ),
        ),
        (
            'formation = "web=x"\n',
            (
                "web  serve\n'web=x' is not a quantity (proctor.toml:1). "
                "Write a number, as in web=2\nthe app is not valid\n"
            ),
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_line(folder: Path, text: str, said: str) -> None:
    (folder / "Procfile").write_text("web: serve\n")
    (folder / "proctor.toml").write_text(text)

    result = run()

    assert (result.exit_code, result.output) == (1, said)


def test_settings_of_other_tools_are_a_warning(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\n")
    (folder / ".foreman").write_text("port: 5000\n")

    result = run()

    assert result.exit_code == 0
    assert "warning: .foreman is not read: write port = 5000 in proctor.toml\n" in result.output


def test_settings_of_a_type_of_another_procfile_are_a_warning(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\n")
    (folder / "proctor.toml").write_text("\n[types.css]\n")

    result = run()

    assert result.exit_code == 0
    assert "warning: proctor.toml:2: the Procfile has no process type 'css'\n" in result.output
