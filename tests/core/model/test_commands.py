import msgspec
import pytest

from proctor.model.commands import (
    Accepted,
    AnyCommand,
    Kill,
    Quit,
    Refused,
    Reload,
    Reply,
    Restart,
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
    to_cli,
)

SPELLED: list[tuple[AnyCommand, str]] = [
    (Scale(quantities={"web": 3}), "proctor scale web=3"),
    (Scale(quantities={"web": 0, "worker": 2}), "proctor scale web=0 worker=2"),
    (Scale(steps={"web": 1, "worker": -2}), "proctor scale web+1 worker-2"),
    (Scale(quantities={"web": 3}, steps={"worker": -1}), "proctor scale web=3 worker-1"),
    (Restart(), "proctor restart all"),
    (Restart(target="web.1"), "proctor restart web.1"),
    (Start(target="web"), "proctor start web"),
    (Stop(target="web.2"), "proctor stop web.2"),
    (Kill(target="web.1"), "proctor kill web.1"),
    (Kill(target="web.1", signal="HUP"), "proctor kill web.1 HUP"),
    (RunOneOff(words=("rake", "it's")), """proctor run --detach rake 'it'"'"'s'"""),
    (RunOneOff(words=("-f", "x")), "proctor run --detach -- -f x"),
    (SetWatch(on=True), "proctor watch on"),
    (SetWatch(on=False), "proctor watch off"),
    (Reload(), "proctor reload"),
    (Quit(), "proctor quit"),
    (Quit(at_once=True), "proctor quit --now"),
]


@pytest.mark.parametrize(("command", "line"), SPELLED, ids=str)
def test_each_command_is_spelled_as_a_command_line(command: AnyCommand, line: str) -> None:
    assert to_cli(command) == line


@pytest.mark.parametrize("command", [command for command, _ in SPELLED])
def test_each_command_survives_the_wire(command: AnyCommand) -> None:
    for encode, decode in (
        (msgspec.json.encode, msgspec.json.decode),
        (msgspec.msgpack.encode, msgspec.msgpack.decode),
    ):
        assert decode(encode(command), type=AnyCommand) == command


def test_every_command_is_spelled_here() -> None:
    assert {type(command) for command, _ in SPELLED} == set(AnyCommand.__args__)


@pytest.mark.parametrize(
    "text",
    [
        '{"command":"process.fly","target":"web"}',
        '{"command":"process.kill"}',
        '{"command":"formation.scale","quantities":{"web":"three"}}',
        '{"command":"watch.set","on":1}',
        '{"target":"web"}',
    ],
)
def test_what_is_no_command_is_refused_on_the_wire(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=AnyCommand)


@pytest.mark.parametrize(
    "reply",
    [
        Accepted(cause="c1", words="scaled web 1 → 2", sequence=7),
        Refused(what="there is no process 'wbe'", hint="The nearest name is 'web'"),
    ],
)
def test_replies_survive_the_wire(reply: Reply) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reply), type=Reply) == reply
