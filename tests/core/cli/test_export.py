import stat
from pathlib import Path

import pytest

from support.shell import Shell
from support.systemd import can_verify, complaints


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SUDO_USER", "grace")


async def test_units_are_written_where_systemd_finds_those_of_a_user(
    proctor: Shell, app_folder: Path, tmp_path: Path
) -> None:
    outcome = await proctor("export", "systemd", "-m", "web=2")
    folder = tmp_path / "config/systemd/user"
    assert (outcome.code, outcome.err) == (0, "")
    assert f"Wrote shop.target, 3 services to {folder}." in outcome.out
    assert "systemctl --user enable --now shop.target" in outcome.out
    assert {path.name for path in folder.iterdir()} == {
        "shop.target", "shop-web.1.service", "shop-web.2.service", "shop-worker.1.service",
    }  # fmt: skip


async def test_what_foremans_users_type_works(
    proctor: Shell, app_folder: Path, tmp_path: Path
) -> None:
    (app_folder / ".env").write_text("KEY=secret\n")
    (app_folder / ".env").chmod(0o600)
    outcome = await proctor(
        "export", "systemd", "out", "-a", "app", "-u", "ada", "-m", "web=2", "-p", "5000",
        "-l", "logs", "-e", ".env", "-f", "Procfile", "-d", ".",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "")
    web = (app_folder / "out/app-web.2.service").read_text()
    assert "User=ada\n" in web
    assert '"PORT=5001"' in web
    assert f"StandardOutput=append:{app_folder}/logs/app-web.2.log" in web
    assert (app_folder / "logs").is_dir()
    assert stat.S_IMODE((app_folder / "out/app.env").stat().st_mode) == 0o600
    assert "secret" not in web + outcome.out
    assert f"systemctl link {app_folder}/out/app.target" in outcome.out


async def test_settings_of_a_type_are_those_of_its_units(proctor: Shell, app_folder: Path) -> None:
    (app_folder / "proctor.toml").write_text(
        'formation = "web=2"\n[types.web]\ngrace = 5\nafter = ["worker"]\nenv = {KEY = "s3cret"}\n'
    )
    outcome = await proctor("export", "systemd", "out")
    assert (outcome.code, outcome.err) == (0, "")
    web = (app_folder / "out/shop-web.2.service").read_text()
    assert "TimeoutStopSec=5\n" in web
    assert "After=shop-worker.1.service\nWants=shop-worker.1.service\n" in web
    assert f"EnvironmentFile={app_folder}/out/shop-web.env\n" in web
    assert 'KEY="s3cret"' in (app_folder / "out/shop-web.env").read_text()


async def test_system_units_run_as_who_exports_them(proctor: Shell, app_folder: Path) -> None:
    await proctor("export", "systemd", "out", "--system")
    assert "User=grace\n" in (app_folder / "out/shop-web.1.service").read_text()


@pytest.mark.parametrize("words", [["-"], ["--dry-run"], ["out", "--dry-run"]])
async def test_all_of_it_can_be_printed_with_its_secrets_masked(
    proctor: Shell, app_folder: Path, words: list[str]
) -> None:
    (app_folder / ".env").write_text("KEY=secret\n")
    outcome = await proctor("export", "systemd", *words)
    assert "# ==> shop-web.1.service <==" in outcome.out
    assert 'KEY="********"' in outcome.out
    assert "secret\n" not in outcome.out
    assert not (app_folder / "out").exists()


async def test_what_is_there_is_written_over_only_by_force(
    proctor: Shell, app_folder: Path
) -> None:
    await proctor("export", "systemd", "out")
    again = await proctor("export", "systemd", "out")
    assert again.code == 2
    assert "'shop.target' and 2 more are there already: nothing was written" in again.err
    assert (await proctor("export", "systemd", "out", "--force")).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["upstart"], "does not export to 'upstart' . Write: proctor export systemd"),
        (["systemd", "out", "--user-units", "-u", "ada"], "units of yours run as you (--user)"),
        (["systemd", "out", "-u", "a b"], "'a b' is no user's name (--user)"),
        (["systemd", "out", "-m", "web=x"], "--formation"),
        (["systemd", "Procfile/x"], "cannot be made"),
        ([], "missing argument 'systemd'"),
    ],
)
async def test_what_is_wrong_is_one_sentence(
    proctor: Shell, app_folder: Path, words: list[str], sentence: str
) -> None:
    outcome = await proctor("export", *words)
    assert outcome.code == 2
    assert sentence.replace("' .", "'.") in outcome.err
    assert outcome.err.count("\n") == 1


async def test_folders_of_the_system_mean_system_units(
    proctor: Shell, app_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = await proctor("export", "systemd", "/etc/systemd/system", "--dry-run")
    assert "User=grace\n" in printed.out
    assert "WantedBy=multi-user.target" in printed.out


@pytest.mark.may_skip(reason="systemd is not everywhere")
@pytest.mark.skipif(not can_verify, reason="there is no systemd-analyze")
async def test_systemd_has_nothing_against_what_is_written(
    proctor: Shell, app_folder: Path, tmp_path: Path
) -> None:
    (app_folder / "Procfile").write_text("""web: echo "100%" '$HOME' \\ $PORT | cat; exit\n""")
    (app_folder / ".env").write_text("KEY='a b'\n")
    assert (await proctor("export", "systemd", "odd out")).code == 0
    units = [path for path in (app_folder / "odd out").iterdir() if path.suffix != ".env"]
    assert complaints(*units, runtime=tmp_path) == []
