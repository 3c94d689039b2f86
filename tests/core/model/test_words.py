import pytest

from proctor.model.exits import Exit
from proctor.model.facts import RestartAsked, Say, StartAsked, StopAsked
from proctor.model.words import (
    Sentence,
    boot_timeout,
    came_to,
    came_up,
    exit_timeout,
    exited,
    killed_on_request,
    killing_the_rest,
    memory_quota,
    scaled_to,
    starting_command,
    stopping_all,
)
from support.lives import Life

R10 = "Error R10 (Boot timeout) -> Web process failed to bind to $PORT"
R12 = "Error R12 (Exit timeout) -> At least one process failed to exit within"
EQUALS = [
    (
        starting_command("./web -p $PORT", 5006),
        "Starting process with command `./web -p $PORT` (PORT=5006)",
        ["Starting process with command `./web -p $PORT`"],
    ),
    (
        came_up(" on port 5006"),
        "State changed from starting to up on port 5006",
        ["State changed from starting to up"],
    ),
    (
        memory_quota(516 * 2**20, 512 * 2**20),
        "Error R14 (Memory quota exceeded) -> 516.0 MiB of 512.0 MiB (100.8%): restarting",
        ["Process running mem=516M(100.8%)", "Error R14 (Memory quota exceeded)"],
    ),
    (
        memory_quota(1024 * 2**20, 512 * 2**20),
        "Error R15 (Memory quota vastly exceeded) -> 1024.0 MiB of 512.0 MiB (200.0%): restarting",
        ["Process running mem=1024M(200.0%)", "Error R15 (Memory quota vastly exceeded)"],
    ),
    (
        stopping_all("TERM", before="up", again=True),
        "Stopping all processes with SIGTERM",
        ["Restarting", "State changed from up to starting", "Stopping all processes with SIGTERM"],
    ),
    (
        stopping_all("INT", before="starting", again=False),
        "Stopping all processes with SIGINT",
        ["State changed from starting to down", "Stopping all processes with SIGINT"],
    ),
    (
        killed_on_request(before="up"),
        "Stopping all processes with SIGKILL",
        ["State changed from up to down", "Stopping process with SIGKILL"],
    ),
    (
        killed_on_request(before="stopping"),
        "Stopping all processes with SIGKILL",
        ["State changed from up to down", "Stopping remaining processes with SIGKILL"],
    ),
    (
        exit_timeout(0.5, "TERM"),
        f"{R12} 0.5 seconds of SIGTERM",
        None,
    ),
    (killing_the_rest(), "Stopping remaining processes with SIGKILL", None),
    (
        boot_timeout(60.0),
        f"{R10} within 60 seconds of launch; it is still waited for",
        [f"{R10} within 60 seconds of launch"],
    ),
    (
        exited(Exit(status=127)),
        "Process exited with status 127 (command not found)",
        ["Process exited with status 127"],
    ),
    (exited(Exit(signal=9)), "Process was ended by SIGKILL", ["Process exited with status 137"]),
    (
        came_to("crashed", before="up", more="; starting again"),
        "State changed from up to crashed; starting again",
        ["State changed from up to crashed"],
    ),
    (
        came_to("crashed", before="stopping", was_up=True),
        "State changed from stopping to crashed",
        ["State changed from up to crashed"],
    ),
    (
        came_to("down", before="stopping"),
        "State changed from stopping to down",
        ["State changed from starting to down"],
    ),
    (
        scaled_to("scaled web 1 → 2", {"web": 2, "worker": 0}, "cli"),
        "scaled web 1 → 2 by cli",
        ["Scaled to web@2:Local worker@0:Local by user cli"],
    ),
]


@pytest.mark.parametrize(("sentence", "ours", "platform"), EQUALS)
def test_each_sentence_of_ours_has_those_of_the_platform(
    sentence: Sentence, ours: str, platform: list[str] | None
) -> None:
    assert sentence == ours
    assert list(sentence.platform) == ([ours] if platform is None else platform)


def test_what_is_made_of_a_sentence_is_plain_text() -> None:
    sentence = killing_the_rest()
    assert type(str(sentence)) is str
    assert not isinstance(f"{sentence}!", Sentence)


def platform(life: Life) -> list[str]:
    """The platform's lines for all that was said."""
    said = [order.words for order in life.orders if isinstance(order, Say)]
    return [line for words in said if isinstance(words, Sentence) for line in words.platform]


def test_a_process_that_comes_back_is_starting_and_one_that_does_not_is_down() -> None:
    life = Life("worker.1", grace_seconds=2)
    life.tell(StartAsked(cause="c1", reason="started"))
    life.started()
    life.wait(1)
    life.orders.clear()
    life.tell(RestartAsked(cause="c2", reason="restarted"))
    assert platform(life) == [
        "Restarting",
        "State changed from up to starting",
        "Stopping all processes with SIGTERM",
    ]
    life.end()
    life.started()
    life.wait(1)
    life.orders.clear()
    life.tell(StopAsked(cause="c3", reason="stopped"))
    life.wait(2)
    assert platform(life) == [
        "State changed from up to down",
        "Stopping all processes with SIGTERM",
        f"{R12} 2 seconds of SIGTERM",
        "Stopping remaining processes with SIGKILL",
    ]
