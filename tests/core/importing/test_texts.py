import tomllib

from hypothesis import given
from hypothesis import strategies as st

from proctor.files.env_file import parse_env_file
from proctor.importing.app_draft import AppDraft, Left, ProcessDraft
from proctor.importing.shell_words import env_file_value
from proctor.importing.texts import env_file_draft, procfile_draft, settings_draft, toml_value
from proctor.model.procfile import read_procfile

TEXT = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]))


def draft(**more: object) -> AppDraft:
    return AppDraft(
        sources=("a.yaml", "b.json"),
        processes=(ProcessDraft(type="web", command_line="serve # $PORT"),),
        **more,  # type: ignore[arg-type]
    )


def test_the_procfile_says_what_it_was_made_from_and_what_it_lacks() -> None:
    made = procfile_draft(draft(left=(Left("x: y\x1b", "a.yaml:3"),), notes=("A note.",)))
    assert made.text == (
        "# A draft by proctor init, made from a.yaml and b.json.\n"
        "# A note.\n"
        "# Not carried over:\n"
        "# - x: y\\x1b (a.yaml:3)\n"
        "web: serve # $PORT\n"
    )
    assert read_procfile(made.text).types == ("web",)


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), TEXT, min_size=1))
def test_an_env_file_has_the_values_that_it_can_have(values: dict[str, str]) -> None:
    possible = {
        name: written
        for name, value in values.items()
        if (written := env_file_value(value.replace("$", "$$"))) is not None
    }
    made = env_file_draft(draft(environment=possible))
    read = parse_env_file(made.text if made else "", path="", name=".env", known={})
    assert read.layer.values == possible
    assert read.warnings == ()
    assert made is None or made.private


def test_nothing_to_say_is_no_file() -> None:
    assert env_file_draft(draft()) is None
    assert settings_draft(draft()) is None


def test_settings_are_written_for_the_app_and_for_its_types() -> None:
    made = settings_draft(
        AppDraft(
            sources=("a",),
            processes=(
                ProcessDraft(
                    type="web", command_line="x", settings={"grace": 5, "env": {"a b": ""}}
                ),
                ProcessDraft(type="odd", command_line="x", quantity=0),
            ),
            settings={"on_exit": "stay"},
        )
    )
    assert made is not None
    assert tomllib.loads(made.text) == {
        "on_exit": "stay",
        "formation": {"odd": 0},
        "types": {"web": {"grace": 5, "env": {"a b": ""}}},
    }


@given(
    st.recursive(
        TEXT | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(0, 100),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=8,
    )
)
def test_every_value_is_read_again_as_it_was(value: object) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}  # type: ignore[arg-type]
