import stat
from pathlib import Path

import pytest

from proctor.errors import PlatformError, UserError
from proctor.files.drafts import write_drafts
from proctor.model.drafts import Draft

DRAFTS = (Draft("Procfile", "web: x\n"), Draft(".env", "KEY=secret\n", private=True))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_drafts_are_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    write_drafts(tmp_path / "a" / "b", DRAFTS, force=False)
    assert (tmp_path / "a" / "b" / "Procfile").read_text() == "web: x\n"
    assert names_in(tmp_path / "a" / "b") == [".env", "Procfile"]


def test_what_is_private_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("")
    (tmp_path / ".env").chmod(0o666)
    write_drafts(tmp_path, DRAFTS, force=True)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_where_one_is_there_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("nowhere")
    with pytest.raises(UserError, match=r"'\.env' is there already: nothing was written"):
        write_drafts(tmp_path, DRAFTS, force=False)
    assert names_in(tmp_path) == [".env"]


def test_all_that_are_there_are_counted(tmp_path: Path) -> None:
    write_drafts(tmp_path, DRAFTS, force=False)
    with pytest.raises(UserError, match=r"'Procfile' and 1 more are there .* over them"):
        write_drafts(tmp_path, DRAFTS, force=False)


def test_force_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / ".env").symlink_to("precious")
    write_drafts(tmp_path, DRAFTS, force=True)
    assert (tmp_path / "precious").read_text() == "mine"
    assert (tmp_path / ".env").read_text() == "KEY=secret\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        write_drafts(tmp_path / "file" / "below", DRAFTS, force=False)


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "Procfile").mkdir()
    with pytest.raises(PlatformError, match="Procfile' cannot be written: Is a directory"):
        write_drafts(tmp_path, DRAFTS, force=True)
    assert names_in(tmp_path) == ["Procfile"]


def test_the_values_of_a_draft_are_not_in_its_name() -> None:
    assert "secret" not in repr(DRAFTS)
