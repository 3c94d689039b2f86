"""What a settings file means to an app that a library runs."""

from pathlib import Path

import pytest

import proctor

TABLE = "grace = 5\n[types.hello]\nenv = {VALUE = 'from the file'}\n"


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    path = tmp_path / "Procfile"
    path.write_text("hello: echo value: $VALUE; exec sleep 1000\n")
    (tmp_path / "proctor.toml").write_text(TABLE)
    return path


async def said_by(app: proctor.App) -> list[str]:
    await app.until(lambda views: all(each.state == "up" for each in views), within_seconds=20)
    return [row.data.decode() for row in await app.logs("hello") if row.stream != "proctor"]


async def test_a_settings_file_is_not_read_unless_it_is_asked_for(procfile: Path) -> None:
    async with proctor.App(procfile) as app:
        assert await said_by(app) == ["value:"]


async def test_where_it_is_asked_for_its_types_have_their_settings(procfile: Path) -> None:
    settings = proctor.Settings(grace_seconds=1)

    async with proctor.App(procfile, read_settings=True, settings=settings) as app:
        assert await said_by(app) == ["value: from the file"]


async def test_what_is_wrong_in_it_is_the_users_error(procfile: Path) -> None:
    procfile.with_name("proctor.toml").write_text("nonsense = 1\n")

    with pytest.raises(proctor.UserError, match=r"\(proctor.toml:1\)"):
        async with proctor.App(procfile, read_settings=True):
            pass
