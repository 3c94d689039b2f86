import re
from uuid import UUID

from proctor.model.environment import child_environment
from proctor.model.names import ProcessName
from proctor.model.platform_variables import platform_variables

WEB = ProcessName("web", 1)


def variables(process: ProcessName = WEB, *, dyno_id: str = "first") -> dict[str, str]:
    return platform_variables(process, app_name="shop", root="/home/ada/shop", dyno_id=dyno_id)


def test_a_process_learns_its_name_its_app_and_an_id_of_its_own() -> None:
    told = variables()
    assert told["DYNO"] == "web.1"
    assert told["HEROKU_APP_NAME"] == "shop"
    assert variables(dyno_id="first") == told
    again = variables(dyno_id="second")
    assert again["HEROKU_DYNO_ID"] != told["HEROKU_DYNO_ID"]
    assert again["HEROKU_APP_ID"] == told["HEROKU_APP_ID"]
    for name in ("HEROKU_APP_ID", "HEROKU_DYNO_ID"):
        assert str(UUID(told[name])) == told[name]


def test_the_users_own_words_go_before_it_except_for_the_name_of_the_process() -> None:
    base = {"HEROKU_APP_NAME": "staging", "DYNO": "run.1"}
    child = child_environment(base, process=WEB, port=5006, terminal=True, platform=variables())
    assert child["HEROKU_APP_NAME"] == "staging"
    assert child["DYNO"] == "web.1"


def test_unasked_nothing_of_it_is_set() -> None:
    child = child_environment({}, process=WEB, port=5006, terminal=True)
    assert not [name for name in child if re.match("DYNO|HEROKU_", name)]
