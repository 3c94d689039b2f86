import pytest

from proctor.errors import UserError
from proctor.importing.app_draft import AppDraft
from proctor.importing.mprocs import draft_mprocs
from proctor.model.type_settings import Dependency, ReadyWhenLogged
from support.drafts import app_settings, commands, left, type_settings


def draft(text: str, *, system: str = "linux") -> AppDraft:
    return draft_mprocs(text, file="mprocs.yaml", system=system)


def test_each_way_to_write_a_command_is_a_line() -> None:
    made = draft(
        "procs:\n  a: npm start; echo\n  b: [echo, 'it''s', $HOME]\n  c: {shell: 'x $PORT'}\n"
        "  d: {cmd: [y, z z]}\n  e:\n    shell: |\n      one\n      two\n"
    )
    assert commands(made) == {
        "a": "npm start; echo",
        "b": "echo 'it'\"'\"'s' '$HOME'",
        "c": "x $PORT",
        "d": "y 'z z'",
        "e": "eval $'one\\ntwo'",
    }


def test_environment_and_folder_go_with_the_process() -> None:
    made = draft(
        "procs:\n  a:\n    shell: run\n    cwd: <CONFIG_DIR>/my web\n    add_path: [bin]\n"
        "    env: {A: 'x $y', PORT: 1, GONE: null}\n"
    )
    assert commands(made) == {
        "a": "cd './my web' && { export PORT=1; unset GONE; export PATH=bin:\"$PATH\"; run; }"
    }
    assert type_settings(made, "a") == {"env": {"A": "x $y"}}


def test_what_is_not_started_by_itself_has_the_quantity_0() -> None:
    made = draft("procs: {a: {shell: x, autostart: false}, b: {shell: x, autorestart: true}}")
    assert app_settings(made) == {"on_exit": "stay", "formation": "a=0"}
    assert type_settings(made, "b") == {"on_exit": "restart"}


def test_the_order_and_the_end_are_settings() -> None:
    made = draft(
        "procs:\n  a: {shell: x, stop: SIGINT, ready_log: 'up (1)'}\n"
        "  b: {shell: x, stop: hard-kill, deps: [a]}\n  c: {shell: x, stop: SIGTERM}\n"
    )
    assert type_settings(made, "a") == {
        "ready": ReadyWhenLogged(r"up\ \(1\)"), "stop_signal": "INT",
    }  # fmt: skip
    assert type_settings(made, "b") == {"after": (Dependency("a"),), "grace": 0.0}
    assert type_settings(made, "c") == {}


@pytest.mark.parametrize(("system", "command"), [("linux", "penguin"), ("macos", "other")])
def test_what_depends_on_the_system_is_chosen(system: str, command: str) -> None:
    text = "procs: {a: {shell: {$select: os, linux: penguin, $else: other}}}"
    assert commands(draft(text, system=system)) == {"a": command}


def test_what_is_left_out_is_named_with_its_line() -> None:
    made = draft(
        "scrollback: 1\nprocs:\n  my server: x\n  old: null\n"
        "  b: {shell: x, log: true,\n    stop: {send-keys: [q]}}\n"
    )
    assert left(made) == [
        "scrollback (mprocs.yaml:1)",
        "the name 'my server': it is called my-server here (mprocs.yaml:3)",
        "old: it is switched off (mprocs.yaml:4)",
        "b: its way to stop, by send-keys (mprocs.yaml:6)",
        "b: log (mprocs.yaml:5)",
    ]


def test_names_that_become_alike_are_kept_apart() -> None:
    made = draft("procs: {a b: x, a.b: y, release: z, é: w}")
    assert list(commands(made)) == ["a-b", "a-b-2", "release-process", "process"]


def test_a_process_without_a_command_is_told_with_its_line() -> None:
    with pytest.raises(UserError, match=r"neither 'shell' nor 'cmd' \(mprocs\.yaml:2\)"):
        draft("procs:\n  a: {cwd: x}\n")
