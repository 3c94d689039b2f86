from proctor.model.configuration import AppConfiguration
from proctor.model.environment import Layer, layered
from proctor.model.given_environment import GivenVariable, variables_given, variables_of_app
from proctor.model.procfile import read_procfile
from proctor.model.type_settings import TypeSettings

APP = AppConfiguration(
    root="/home/ada/shop", name="shop", procfile_path="/home/ada/shop/Procfile",
    procfile=read_procfile("web: w\n", name="Procfile"),
    environment=layered(
        [Layer("inherited", {"HOME": "/home/ada"}), Layer(".env", {"KEY": "secret"})]
    ),
    types={"web": TypeSettings(environment={"LEVEL": "debug"})},
)  # fmt: skip


def origins(variables: tuple[GivenVariable, ...]) -> dict[str, str]:
    return {each.name: each.origin for each in variables}


def test_each_variable_has_its_origin_and_its_value_only_for_who_asks() -> None:
    found = variables_of_app(APP, with_values=False)
    assert origins(found) == {"HOME": "inherited", "KEY": ".env"}
    assert {each.value for each in found} == {None}
    assert [each.value for each in variables_of_app(APP, with_values=True)] == [
        "/home/ada", "secret",
    ]  # fmt: skip


def test_what_a_process_was_given_is_told_apart_from_what_it_would_be_given_now() -> None:
    given = {"HOME": "/home/ada", "KEY": "old", "LEVEL": "debug", "PORT": "5006", "GONE": "x"}
    assert origins(variables_given(given, APP, "web", with_values=False)) == {
        "GONE": "an earlier reading",
        "HOME": "inherited",
        "KEY": "an earlier reading",
        "LEVEL": "proctor.toml",
        "PORT": "proctor",
    }


def test_no_repr_holds_a_value() -> None:
    assert "secret" not in repr(variables_of_app(APP, with_values=True))
