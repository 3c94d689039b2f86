import pytest

from proctor.model.secrets import MASK, masked


@pytest.mark.parametrize(
    "name",
    ["API_KEY", "token", "GithubToken", "DB_PASSWORD", "PASSWD", "AWS_CREDENTIALS", "MY_SECRET_1"],
)
def test_a_value_whose_name_says_that_it_is_secret_is_hidden(name: str) -> None:
    assert masked(name, "sesame") == MASK


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("postgres://ada:sesame@db:5432/x", f"postgres://ada:{MASK}@db:5432/x"),
        ("redis://:sesame@cache", f"redis://:{MASK}@cache"),
        ("a=http://u:p@x b=http://v:q@y", f"a=http://u:{MASK}@x b=http://v:{MASK}@y"),
        ("http://localhost:3000/a@b", "http://localhost:3000/a@b"),
        ("postgres://ada@db", "postgres://ada@db"),
        ("plain: text@home", "plain: text@home"),
    ],
)
def test_of_a_url_the_password_is_hidden(value: str, shown: str) -> None:
    assert masked("URL", value) == shown
