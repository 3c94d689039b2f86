from pathlib import Path

from support.shell import Shell


async def test_the_demo_is_copied_into_a_new_folder_which_is_named(
    proctor: Shell, app_folder: Path
) -> None:
    outcome = await proctor("demo", "--no-run")
    assert outcome.code == 0
    assert "The demo app is in proctor-demo." in outcome.out
    assert "web:" in (app_folder / "proctor-demo" / "Procfile").read_text()


async def test_a_second_demo_leaves_the_first_alone(proctor: Shell, app_folder: Path) -> None:
    await proctor("demo", "--no-run")
    assert "proctor-demo-2" in (await proctor("demo", "--no-run")).out


async def test_a_folder_that_is_in_use_is_refused(proctor: Shell, app_folder: Path) -> None:
    outcome = await proctor("demo", "--no-run", str(app_folder))
    assert outcome.code == 2
    assert "is not empty" in outcome.err
