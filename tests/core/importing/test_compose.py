import subprocess
from collections.abc import Mapping

import pytest

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft
from proctor.importing.compose import draft_compose
from proctor.model.type_settings import Dependency, ReadyWhenSucceeding
from support.drafts import app_settings, commands, left, type_settings, variables


def draft(text: str, *, known: Mapping[str, str] | None = None) -> AppDraft:
    return draft_compose(text, file="compose.yaml", folder_name="My Shop", known=known)


def service(text: str, **more: Mapping[str, str]) -> AppDraft:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return draft(f"services:\n  db:\n    image: postgres:16\n{lines}", **more)


def words(made: AppDraft, **environment: str) -> list[str]:
    """The words that docker is given, as bash makes them of the command line."""
    shown = 'docker() { printf "%s\\n" "$@"; }; '
    line = commands(made)["db"].replace("exec docker", "docker")
    done = subprocess.run(
        ["/bin/bash", "-c", shown + line], capture_output=True, check=True, text=True, timeout=20,
        cwd="/usr", env={"HOME": "/home/ada", "PS": "db.1", **environment},
    )  # fmt: skip
    return done.stdout.splitlines()


def test_a_service_with_an_image_is_run_by_docker() -> None:
    assert commands(service("")) == {"db": "docker run --rm postgres:16"}


def test_a_service_that_is_built_is_named_with_its_line() -> None:
    made = draft("services:\n  db: {image: x}\n  app:\n    build: .\n  odd: {}\n")
    assert list(commands(made)) == ["db"]
    assert left(made) == [
        "app: it is built (compose.yaml:3)",
        "odd: it has no image (compose.yaml:5)",
    ]


def test_ports_are_published_in_each_form() -> None:
    made = service(
        "ports:\n- 22:22\n- 127.0.0.1:80:8080/tcp\n- 9000\n"
        "- {target: 5432, published: 5433, host_ip: '::1', protocol: udp}\n- {target: 1}"
    )
    # A list has one form or the other; of both, the tables are read.
    assert words(made)[2:-1] == ["-p", "::1:5433:5432/udp", "-p", "1"]
    made = service("ports:\n- 22:22\n- 127.0.0.1:80:8080/tcp\n- 9000")
    assert words(made)[2:-1] == ["-p", "22:22", "-p", "127.0.0.1:80:8080/tcp", "-p", "9000"]


def test_volumes_are_those_that_compose_would_use() -> None:
    made = draft(
        "services:\n  db:\n    image: x\n    volumes:\n"
        "    - ./my data:/a:ro\n    - ~/b:/b\n    - /c:/c\n    - named:/d\n    - shared:/e\n"
        "    - other:/f\n    - /anonymous\n    - ../up:/g\n    - .:/h\n"
        "volumes:\n  named:\n  shared: {external: true}\n  other: {name: precious}\n"
    )
    assert words(made)[3:-1:2] == [
        "/usr/my data:/a:ro", "/home/ada/b:/b", "/c:/c", "myshop_named:/d", "shared:/e",
        "precious:/f", "/anonymous", "/usr/../up:/g", "/usr:/h",
    ]  # fmt: skip


def test_volumes_in_the_long_form() -> None:
    made = service(
        "volumes:\n- {type: bind, source: ./a, target: /b, read_only: true}\n"
        "- {type: volume, source: pg, target: /c}"
    )
    assert words(made)[3:-1:2] == ["/usr/a:/b:ro", "myshop_pg:/c"]


def test_secrets_in_files_are_shown_to_the_container() -> None:
    made = draft(
        "services:\n  db:\n    image: x\n    secrets: [pass, other]\n"
        "    configs: [{source: conf, target: /etc/x.conf}]\n"
        "secrets:\n  pass: {file: db/pass.txt}\n  other: {external: true}\n"
        "configs:\n  conf: {file: ./x.conf}\n"
    )
    assert words(made)[3:-1:2] == [
        "/usr/db/pass.txt:/run/secrets/pass:ro", "/usr/x.conf:/etc/x.conf:ro",
    ]  # fmt: skip
    assert left(made) == ["db: secrets other (compose.yaml:4)"]


def test_values_go_to_the_env_file_and_their_names_to_docker() -> None:
    made = service(
        "environment:\n  KEY: s3cret word\n  USER_NAME: ${DB_USER:-ada}\n  HOST_ONE:\n"
        "  SAME: ${SAME}\n  PORT: 5432\n  NEEDED: ${X:?no}\n"
    )
    assert "s3cret" not in commands(made)["db"]
    assert words(made, X="x")[2:-1] == [
        "-e", "KEY", "-e", "USER_NAME", "-e", "HOST_ONE", "-e", "SAME", "-e", "PORT=5432",
        "-e", "NEEDED=x",
    ]  # fmt: skip
    assert variables(made) == "KEY='s3cret word'\nUSER_NAME='${DB_USER:-ada}'"


def test_services_that_differ_in_a_value_keep_their_own() -> None:
    made = draft(
        "services:\n  a: {image: x, environment: {KEY: one}}\n"
        "  b: {image: x, environment: [KEY=two]}\n"
    )
    assert variables(made) == "KEY=one"
    assert type_settings(made, "b") == {"env": {"KEY": "two"}}
    assert commands(made)["b"] == "docker run --rm -e KEY x"


def test_an_env_file_that_is_there_is_neither_contradicted_nor_repeated() -> None:
    made = service("environment: {SAME: one, OTHER: two}", known={"SAME": "one", "OTHER": "1"})
    assert variables(made) == ""
    assert type_settings(made, "db") == {"env": {"OTHER": "two"}}


def test_commands_and_entrypoints_are_parted_as_compose_does() -> None:
    made = service("command: server --save '' -p ${P:-1} $$HOME\nentrypoint: [run, 'a b']")
    assert words(made)[2:] == [
        "--entrypoint", "run", "postgres:16", "a b", "server", "--save", "", "-p", "1", "$HOME",
    ]  # fmt: skip


def test_a_healthcheck_says_when_it_is_up() -> None:
    made = service("healthcheck:\n  test: [CMD-SHELL, 'pg_isready -U $${NAME}']")
    assert type_settings(made, "db") == {
        "ready": ReadyWhenSucceeding("docker exec \"myshop-$PS\" sh -c 'pg_isready -U ${NAME}'")
    }
    assert words(made) == [
        "run", "--rm", "--name", "myshop-db.1", "postgres:16",
    ]  # fmt: skip
    plain = service("healthcheck: {test: [CMD, redis-cli, ping]}\ncontainer_name: my-redis")
    assert type_settings(plain, "db") == {
        "ready": ReadyWhenSucceeding("docker exec my-redis redis-cli ping")
    }
    assert type_settings(service("healthcheck: {test: NONE x}"), "db")
    assert not type_settings(service("healthcheck: {test: [NONE]}"), "db")


def test_order_restart_and_stop_are_settings() -> None:
    made = draft(
        "services:\n"
        "  db: {image: x, restart: no, stop_signal: SIGINT, stop_grace_period: 1m30s}\n"
        "  web:\n    image: x\n    restart: on-failure:3\n    depends_on:\n"
        "      db: {condition: service_healthy, restart: true}\n"
        "      setup: {condition: service_completed_successfully}\n"
        "      app: {condition: service_started}\n"
        "  setup: {image: x, depends_on: [db]}\n"
        "  app: {build: .}\n"
    )  # fmt: skip
    assert type_settings(made, "db") == {"on_exit": "stay", "stop_signal": "INT", "grace": 90.0}
    assert type_settings(made, "web") == {
        "on_exit": "restart-on-failure",
        "after": (Dependency("db", restart=True), Dependency("setup", completed=True)),
    }
    assert type_settings(made, "setup") == {"on_exit": "stay", "after": (Dependency("db"),)}
    assert "web: it starts after app (compose.yaml)" in left(made)


def test_replicas_and_profiles_are_the_formation() -> None:
    made = draft(
        "services:\n  a: {image: x, deploy: {replicas: 3}}\n  b: {image: x, profiles: [tools]}\n"
        "  c: {image: x, scale: 2}\n"
    )
    assert app_settings(made) == {"formation": "a=3,b=0,c=2"}


def test_what_docker_can_be_told_is_told_and_the_rest_is_named() -> None:
    made = service(
        "user: '1:1'\nprivileged: true\nextra_hosts: ['a:1.2.3.4']\nnetworks: [back]\n"
        "shm_size: 1gb\nx-own: 1\nenv_file: [a.env, b.env]\nlogging: {driver: none}"
    )
    assert words(made)[2:-1] == [
        "--user", "1:1", "--shm-size", "1gb", "--add-host", "a:1.2.3.4", "--privileged",
        "--env-file", "a.env", "--env-file", "b.env",
    ]  # fmt: skip
    assert left(made) == ["db: networks (compose.yaml:7)", "db: logging (compose.yaml:11)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stop_grace_period: soon", r"'stop_grace_period' is not a duration.*compose\.yaml:4"),
        ("command: \"a 'b\"", r"a quote is not closed.*compose\.yaml:4"),
        ("ports: [{published: 1}]", r"it has no target.*compose\.yaml:4"),
        ("volumes: [{type: npipe, source: a, target: b}]", r"'type' is not a volume.*:4"),
        ("depends_on: 7", r"'depends_on' is not a table.*compose\.yaml:4"),
        ("environment: [[1]]", r"'environment' is not a text.*compose\.yaml:4"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        service(text)
