from datetime import UTC, datetime

import pytest

from proctor.logs.lines import Block
from proctor.logs.platform_format import PlatformFormat
from proctor.logs.rows import block_of
from proctor.logs.store import LogStore
from proctor.model.exits import Exit
from proctor.model.names import ProcessName
from proctor.model.words import (
    came_to,
    came_up,
    exited,
    scaled_to,
    starting_command,
    stopping_all,
)
from support.platform_logs import of, parse

AT = datetime(2026, 3, 1, 12, 1, 7, 46, tzinfo=UTC).timestamp()
WEB = ProcessName("web", 1)
STAMP = b"2026-03-01T12:01:07.000046+00:00"


def out(data: bytes, *, process: str = "web.1", continued: bool = False) -> Block:
    rows = data.count(b"\n") + (not data.endswith(b"\n"))
    return Block(process, 1, "out", AT, data, rows, continued)


def printed(form: PlatformFormat, *blocks: Block) -> bytes:
    return b"".join(form.feed(blocks))


def said(*sentences: str, process: ProcessName | None = WEB) -> list[Block]:
    """What the store keeps of sentences, as it comes to a reader in another program."""
    store = LogStore()
    for sentence in sentences:
        store.say(sentence, at=AT, process=process, run=1)
    return [block_of(row) for row in store.window("*", 0, 99).rows]


@pytest.fixture
def form() -> PlatformFormat:
    return PlatformFormat()


def test_each_line_has_a_time_in_utc_with_microseconds_and_its_source(form: PlatformFormat) -> None:
    err = Block("worker.1", 1, "err", AT, b"oops\n", 1)
    assert printed(form, out(b"a\n\nb\n"), err) == (
        STAMP + b" app[web.1]: a\n"
        + STAMP + b" app[web.1]: \n"
        + STAMP + b" app[web.1]: b\n"
        + STAMP + b" app[worker.1]: oops\n"
    )  # fmt: skip


def test_whole_seconds_keep_their_microseconds(form: PlatformFormat) -> None:
    block = out(b"a\n")
    block.at = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    assert printed(form, block) == b"2026-03-01T00:00:00.000000+00:00 app[web.1]: a\n"


def test_last_words_without_a_newline_are_a_line(form: PlatformFormat) -> None:
    assert printed(form, out(b"bye")) == STAMP + b" app[web.1]: bye\n"
    assert form.finish() == b""


def test_the_newline_after_a_piece_makes_no_empty_line(form: PlatformFormat) -> None:
    blocks = (out(b"piece"), out(b"\nnext\n", continued=True), out(b"\n", continued=True))
    assert of("web.1", parse(printed(form, *blocks).decode())) == ["app piece", "app next"]


def test_bytes_are_exact(form: PlatformFormat) -> None:
    odd = b"\xff\x00 \x1b[2J 1%\r2%\x1b[31mred\n"
    assert printed(form, out(odd)) == STAMP + b" app[web.1]: " + odd


def test_a_terminal_gets_only_what_is_safe() -> None:
    form = PlatformFormat(terminal=True)
    assert printed(form, out(b"a\x1b[2Jb\n1%\r2%\n")) == (
        STAMP + b" app[web.1]: ab\n" + STAMP + b" app[web.1]: 2%\n"
    )


@pytest.mark.parametrize(
    ("line", "sizes"),
    [
        (b"x" * 10_000, [10_000]),
        (b"x" * 10_001, [10_000, 1]),
        (b"x" * 25_000, [10_000, 10_000, 5_000]),
        (b"x" + "ä".encode() * 5_000, [9_999, 2]),
    ],
)
def test_a_long_line_is_cut_between_characters(
    form: PlatformFormat, line: bytes, sizes: list[int]
) -> None:
    text = printed(form, out(b"before\n" + line + b"\nafter\n")).decode()
    messages = [line.message for line in parse(text)]
    assert [len(message.encode()) for message in messages[1:-1]] == sizes
    assert "".join(messages) == f"before{line.decode()}after"


def test_sentences_are_those_of_the_platform(form: PlatformFormat) -> None:
    blocks = said(
        starting_command("./web", 5006),
        came_up(" on port 5006"),
        exited(Exit(signal=9)),
        came_to("crashed", before="up", more="; starting again"),
    )
    assert of("web.1", parse(printed(form, *blocks).decode())) == [
        "heroku Starting process with command `./web`",
        "heroku State changed from starting to up",
        "heroku Process exited with status 137",
        "heroku State changed from up to crashed",
    ]


def test_what_is_said_of_the_formation_comes_from_the_api(form: PlatformFormat) -> None:
    (block,) = said(scaled_to("scaled web 1 → 2", {"web": 2}, "cli"), process=None)
    assert printed(form, block) == (STAMP + b" app[api]: Scaled to web@2:Local by user cli\n")


@pytest.mark.parametrize(("process", "about"), [(WEB, "web.1: "), (None, "")])
def test_what_the_platform_has_no_sentence_for_is_ours(
    form: PlatformFormat, process: ProcessName | None, about: str
) -> None:
    blocks = said("app.py changed: restarting", process=process)
    (line,) = parse(printed(form, *blocks).decode())
    assert (line.source, line.process) == ("app", "proctor")
    assert line.message == f"{about}app.py changed: restarting"


def test_a_command_line_cannot_forge_a_line(form: PlatformFormat) -> None:
    (block,) = said(starting_command("a`\nx app[web.1]: forged\x1b[2J", 5006))
    (line,) = parse(printed(form, block).decode())
    assert line.message == "Starting process with command `a`␊x app[web.1]: forged␛[2J`"


def test_a_start_after_a_crash_tells_the_state_that_it_comes_to(form: PlatformFormat) -> None:
    blocks = said(came_to("crashed", before="up"), starting_command("./web", 5006))
    assert of("web.1", parse(printed(form, *blocks).decode())) == [
        "heroku State changed from up to crashed",
        "heroku State changed from crashed to starting",
        "heroku Starting process with command `./web`",
    ]


def test_a_state_that_was_told_when_the_stop_began_is_not_told_again(form: PlatformFormat) -> None:
    blocks = said(
        stopping_all("TERM", before="up", again=False),
        exited(Exit(status=0)),
        came_to("down", before="stopping", was_up=True),
    )
    assert of("web.1", parse(printed(form, *blocks).decode())) == [
        "heroku State changed from up to down",
        "heroku Stopping all processes with SIGTERM",
        "heroku Process exited with status 0",
    ]


def test_a_process_that_stays_down_after_all_is_told_to_go_there(form: PlatformFormat) -> None:
    blocks = said(
        stopping_all("TERM", before="up", again=True),
        came_to("down", before="stopping", was_up=True),
    )
    assert of("web.1", parse(printed(form, *blocks).decode()))[1:] == [
        "heroku State changed from up to starting",
        "heroku Stopping all processes with SIGTERM",
        "heroku State changed from starting to down",
    ]


def test_lost_rows_are_told_as_by_the_platform_and_states_are_not_guessed(
    form: PlatformFormat,
) -> None:
    printed(form, *said(came_up("")))
    (lost,) = parse(form.skipped(1101).decode())
    assert (lost.source, lost.process) == ("heroku", "logplex")
    assert lost.message == (
        "L11 (Tail buffer overflow) -> This tail session dropped 1101 messages since "
        "2026-03-01T12:01:07+00:00."
    )
    text = printed(form, *said(came_to("down", before="crashed"))).decode()
    assert of("web.1", parse(text)) == ["heroku State changed from crashed to down"]


def test_colours_are_those_of_the_process_type(form: PlatformFormat) -> None:
    form = PlatformFormat(colour=True, terminal=True)
    web, other, again, worker = (
        form.feed([out(b"a\n", process=name)])[0]
        for name in ("web.1", "worker.1", "web.2", "worker.2")
    )
    assert web == b"\x1b[0;36m" + STAMP + b" app[web.1]:\x1b[0m a\n"
    assert other.split(b"m")[0] == worker.split(b"m")[0] == b"\x1b[0;1;32"
    assert again.startswith(b"\x1b[0;36m")
