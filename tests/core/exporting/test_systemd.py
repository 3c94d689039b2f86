import configparser
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from proctor.errors import UserError
from proctor.exporting.systemd import SystemdWishes, systemd_drafts
from proctor.model.configuration import AppConfiguration
from proctor.model.environment import Layer, layered
from proctor.model.formation import parse_formation
from proctor.model.names import ProcessName
from proctor.model.platform_variables import platform_variables
from proctor.model.procfile import read_procfile
from proctor.model.settings import Settings
from proctor.model.type_settings import Dependency, ReadyWhenLogged, TypeSettings
from support.systemd import can_verify, complaints

PROCFILE = "web: ./server $PORT\nworker: cd jobs; ./work\ndb: postgres\nrelease: migrate\n"
WISHES = SystemdWishes(folder="/units", search_path="/opt/bin:/bin")


def app(
    procfile: str = PROCFILE,
    *,
    formation: str = "",
    types: Mapping[str, TypeSettings] | None = None,
    env_file: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> AppConfiguration:
    read = read_procfile(procfile)
    return AppConfiguration(
        root="/srv/shop",
        name="shop",
        procfile_path="/srv/shop/Procfile",
        procfile=read,
        environment=layered(
            [Layer("inherited", {"LANG": "C", "KEY": "old"}), Layer(".env", env_file or {})]
        ),
        formation=parse_formation(formation, read.types),
        types=types or {},
        settings=settings or Settings(),
    )


def texts(configuration: AppConfiguration, wishes: SystemdWishes = WISHES) -> dict[str, str]:
    return {draft.name: draft.text for draft in systemd_drafts(configuration, wishes)}


class Unit(configparser.RawConfigParser):
    """A unit as systemd reads it: names keep their case, and may be given more than once."""

    def __init__(self, text: str) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        self.text = text
        self.read_string(text)

    def optionxform(self, optionstr: str) -> str:
        return optionstr

    def all(self, name: str) -> list[str]:
        lines = (line.partition("=") for line in self.text.splitlines())
        return [value for key, _, value in lines if key == name]


def unit(configuration: AppConfiguration, name: str, wishes: SystemdWishes = WISHES) -> Unit:
    return Unit(texts(configuration, wishes)[name])


def web(**settings: object) -> Unit:
    own = msgspec.structs.replace(TypeSettings(), **settings)
    return unit(app(types={"web": own}), "shop-web.1.service")


def test_there_is_a_target_and_a_service_for_each_process() -> None:
    assert list(texts(app(formation="web=2,db=0"))) == [
        "shop.target", "shop-web.1.service", "shop-web.2.service", "shop-worker.1.service",
    ]  # fmt: skip


def test_the_target_wants_all_processes_and_stops_them_with_itself() -> None:
    configuration = app(formation="web=2,db=0,worker=0")
    target = unit(configuration, "shop.target")
    assert target.all("Wants") == ["shop-web.1.service", "shop-web.2.service"]
    assert target["Install"]["WantedBy"] == "default.target"
    assert unit(configuration, "shop-web.2.service")["Unit"]["PartOf"] == "shop.target"


def test_a_process_runs_where_and_as_the_procfile_has_it() -> None:
    service = web()["Service"]
    assert service["WorkingDirectory"] == "/srv/shop"
    assert service["ExecStart"] == '/bin/bash -c "./server $$PORT"'


def test_each_process_has_the_port_and_the_names_that_it_has_under_proctor() -> None:
    second = unit(app(formation="web=2"), "shop-web.2.service")
    assert second.all("Environment") == [
        '"PATH=/opt/bin:/bin"', '"PORT=5007"', '"PS=web.2"', '"PROCTOR_PROCESS=web.2"',
        '"PYTHONUNBUFFERED=1"',
    ]  # fmt: skip
    assert '"PORT=5106"' in unit(app(), "shop-worker.1.service").all("Environment")
    assert '"PORT=9000"' in web(port=9000).all("Environment")


def test_values_of_env_files_are_in_private_files_alone() -> None:
    configuration = app(
        env_file={"KEY": "s3cret", "PORT": "1"},
        types={"web": TypeSettings(environment={"OWN": "s3cret too"})},
    )
    drafts = {draft.name: draft for draft in systemd_drafts(configuration, WISHES)}
    private = [name for name, draft in drafts.items() if draft.private]
    assert private == ["shop.env", "shop-web.env"]
    assert [name for name, draft in drafts.items() if "s3cret" in draft.text] == private
    assert not [name for name, draft in drafts.items() if "s3cret" in (draft.shown or "")]
    assert "PORT" not in drafts["shop.env"].text
    assert Unit(drafts["shop-web.1.service"].text).all("EnvironmentFile") == [
        "/units/shop.env", "/units/shop-web.env",
    ]  # fmt: skip
    assert Unit(drafts["shop-db.1.service"].text).all("EnvironmentFile") == ["/units/shop.env"]


def test_what_was_inherited_is_not_written_down() -> None:
    assert not any("LANG" in text for text in texts(app()).values())


@pytest.mark.parametrize(
    ("on_exit", "restart"),
    [("restart", "always"), ("restart-on-failure", "on-failure"), ("stay", "no")],
)
def test_what_follows_an_exit_is_the_same(on_exit: str, restart: str) -> None:
    found = web(on_exit=on_exit)
    assert found["Service"]["Restart"] == restart
    assert found["Unit"]["StartLimitIntervalSec"] == "0"
    assert ("RestartSec" in found["Service"]) == (restart != "no")


def test_where_one_ends_all_the_target_is_stopped() -> None:
    found = web(on_exit="stop-all")
    assert found["Service"]["Restart"] == "no"
    assert found["Unit"]["PropagatesStopTo"] == "shop.target"


def test_the_stop_begins_with_the_command_and_ends_after_the_grace() -> None:
    service = web(grace_seconds=7.5, stop_signal="INT")["Service"]
    assert service["KillMode"] == "mixed"
    assert service["KillSignal"] == "SIGINT"
    assert service["TimeoutStopSec"] == "7.5"
    assert service["SendSIGKILL"] == "yes"


def test_the_signal_goes_to_all_where_it_is_to_or_where_a_shell_would_keep_it() -> None:
    assert web(stop_scope="all")["Service"]["KillMode"] == "control-group"
    assert unit(app(), "shop-worker.1.service")["Service"]["KillMode"] == "control-group"


def test_no_grace_is_a_kill_and_not_an_endless_wait() -> None:
    service = web(grace_seconds=0)["Service"]
    assert (service["KillSignal"], service["TimeoutStopSec"]) == ("SIGKILL", "1")


def test_a_memory_limit_is_the_kernels() -> None:
    assert web(memory_limit_bytes=512)["Service"]["MemoryMax"] == "512"


def test_a_process_starts_after_those_it_needs() -> None:
    needs = TypeSettings(after=(Dependency("db"), Dependency("worker", restart=True)))
    found = unit(app(formation="db=2", types={"web": needs}), "shop-web.1.service")
    assert found.all("After") == [
        "shop-db.1.service", "shop-db.2.service", "shop-worker.1.service",
    ]  # fmt: skip
    assert found.all("Wants") == ["shop-db.1.service", "shop-db.2.service"]
    assert found.all("Requires") == ["shop-worker.1.service"]


def test_the_platforms_variables_are_those_that_the_app_gets_here() -> None:
    configuration = app(types={"web": TypeSettings(platform_env=True)})
    told = platform_variables(
        ProcessName("web", 1), app_name=configuration.name, root=configuration.root, dyno_id=""
    )
    del told["HEROKU_DYNO_ID"]
    said = unit(configuration, "shop-web.1.service").all("Environment")
    assert {f'"{name}={value}"' for name, value in told.items()} <= set(said)
    assert not any("HEROKU_DYNO_ID" in each for each in said)


def test_what_has_to_end_first_is_a_oneshot() -> None:
    types = {
        "web": TypeSettings(after=(Dependency("db", completed=True),)),
        "db": TypeSettings(on_exit="stay"),
    }
    configuration = app(types=types)
    found = unit(configuration, "shop-web.1.service")
    assert found.all("Requires") == ["shop-db.1.service"]
    assert found["Service"]["Type"] == "exec"
    assert unit(configuration, "shop-db.1.service")["Service"]["Type"] == "oneshot"


def test_output_goes_to_the_journal_or_to_files() -> None:
    assert web()["Service"]["StandardOutput"] == "journal"
    assert web()["Service"]["SyslogIdentifier"] == "shop-web.1"
    wishes = SystemdWishes(folder="/units", log_folder="/var/log/50%")
    found = unit(app(), "shop-web.1.service", wishes)
    assert found["Service"]["StandardOutput"] == "append:/var/log/50%%/shop-web.1.log"


def test_system_units_run_as_a_user_and_begin_with_the_machine() -> None:
    wishes = SystemdWishes(folder="/units", scope="system", user="ada")
    configuration = app()
    assert unit(configuration, "shop-web.1.service", wishes)["Service"]["User"] == "ada"
    target = unit(configuration, "shop.target", wishes)
    assert target["Install"]["WantedBy"] == "multi-user.target"
    assert not web().has_option("Service", "User")


def test_what_is_not_carried_over_is_said() -> None:
    needs = TypeSettings(
        ready=ReadyWhenLogged("up"), stdin="open", watch=("*.py",), group="shop",
        platform_env=True, after=(Dependency("release"),), on_exit="stay", memory_limit_bytes=1,
    )  # fmt: skip
    configuration = app(
        types={"web": needs}, settings=Settings(watch=True), env_file={"ODD-NAME": "x"}
    )
    said = texts(configuration)
    for words in (
        "terminal", "ready rule", "standard input", "files whose saving", "its group 'shop'",
        "HEROKU_DYNO_ID", "after 'release'", "memory limit",
    ):  # fmt: skip
        assert words in said["shop-web.1.service"]
    for words in (
        "--watch",
        "release: its quantity is 0",
        "ODD-NAME",
        "one process after the other",
    ):
        assert words in said["shop.target"]


def test_a_command_that_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(UserError, match=r"command of 'web' is not UTF-8.*line 2"):
        texts(app("\nweb: a \udcff\n"))


def test_an_app_of_which_nothing_is_to_run_is_refused() -> None:
    with pytest.raises(UserError, match="no process is to run"):
        texts(app(formation="all=0"))


def test_a_name_too_long_for_a_unit_is_refused() -> None:
    long = msgspec.structs.replace(app(f"{'w' * 63}: x\n"), name="a" * 200)
    with pytest.raises(UserError, match="too long for a unit"):
        texts(long)


@pytest.mark.may_skip(reason="systemd is not everywhere")
@pytest.mark.skipif(not can_verify, reason="there is no systemd-analyze")
def test_systemd_has_nothing_against_the_units(tmp_path: Path) -> None:
    needs = TypeSettings(
        after=(Dependency("db"), Dependency("worker", restart=True)), memory_limit_bytes=10**9,
        stop_signal="USR1", grace_seconds=0.5, environment={"A": "b c"},
    )  # fmt: skip
    configuration = msgspec.structs.replace(
        app(types={"web": needs}, env_file={"KEY": 'odd "$value"'}), root=str(tmp_path)
    )
    ends = TypeSettings(on_exit="stop-all")
    configuration = msgspec.structs.replace(
        configuration, types={**configuration.types, "db": ends}
    )
    wishes = msgspec.structs.replace(WISHES, folder=str(tmp_path), log_folder=str(tmp_path))
    paths = []
    for name, text in texts(configuration, wishes).items():
        (tmp_path / name).write_text(text)
        if not name.endswith(".env"):
            paths.append(tmp_path / name)
    assert complaints(*paths, runtime=tmp_path) == []
