"""The library's names: what `import proctor` offers, and that each of them is there."""

import inspect
from importlib.metadata import version

import pytest

import proctor


@pytest.mark.parametrize("name", proctor.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(proctor, name))


def test_the_library_offers_ten_names() -> None:
    assert sorted(proctor.__all__) == [
        "App", "ProcessView", "ProctorError", "Row", "Settings", "Snapshot", "UserError", "Window",
        "commands", "events",
    ]  # fmt: skip


def test_a_name_that_there_is_not_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Apple'"):
        proctor.Apple  # noqa: B018 - looking is what is tried


def test_the_version_is_the_one_of_the_package() -> None:
    assert proctor.__version__ == version("proctor")
