"""One folder, one path, however it is written."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from proctor.files import true_path as module
from proctor.files.true_path import path_behind, true_path


def test_a_link_and_a_detour_lead_to_the_folder_itself(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (tmp_path / "link").symlink_to(shop)
    assert true_path(tmp_path / "link") == true_path(shop / ".." / "shop") == shop.resolve()


def test_what_is_not_there_has_a_path_all_the_same(tmp_path: Path) -> None:
    assert true_path(tmp_path / "none") == tmp_path.resolve() / "none"


def test_an_open_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    try:
        assert path_behind(descriptor) == tmp_path.resolve() / "file"
    finally:
        os.close(descriptor)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS is asked itself")
def test_macos_is_asked_how_the_name_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop").mkdir()
    spelled = os.fsencode(tmp_path / "Shop")

    def answer(_descriptor: int, question: int, room: bytes) -> bytes:
        assert (question, len(room)) == (50, 1024)
        return spelled.ljust(1024, b"\0")

    monkeypatch.setattr(module, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(module, "fcntl", SimpleNamespace(fcntl=answer, F_GETPATH=50))
    assert true_path(tmp_path / "shop") == tmp_path / "Shop"
