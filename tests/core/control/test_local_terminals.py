from proctor.control.local_terminals import last_seen
from proctor.logs.store import LogStore
from proctor.model.names import ProcessName, RunId

WEB = ProcessName("web", 1)


def store_of(*runs: bytes) -> LogStore:
    """A log in which each run of web.1 has printed this on its terminal."""
    store = LogStore()
    for number, printed in enumerate(runs, start=1):
        store.say("Starting process", at=1.0, process=WEB, run=number)
        store.open(RunId(WEB, number), terminal=True).append(printed, 1.0)
    return store


def test_the_last_lines_are_seen_as_on_a_terminal_without_what_proctor_says() -> None:
    store = store_of(b"".join(b"line %d\r\n" % number for number in range(100)))
    assert last_seen(store, "web.1", 4) == b"line 97\r\nline 98\r\nline 99\r\n"


def test_a_line_that_has_not_ended_stays_open() -> None:
    assert last_seen(store_of(b"begun\r\n(Pdb) "), "web.1", 24) == b"begun\r\n(Pdb) "


def test_nothing_is_seen_of_what_has_printed_nothing() -> None:
    assert last_seen(store_of(), "web.1", 24) == b""


def test_of_a_program_on_the_whole_screen_only_its_modes_are_seen() -> None:
    store = store_of(b"\x1b[?1049h\x1b[?25l\x1b[3;4Hdrawn\r\nmore\r\n")
    assert last_seen(store, "web.1", 24) == b"\x1b[?1049h\x1b[?25l"


def test_what_an_earlier_run_has_switched_on_does_not_hold() -> None:
    store = store_of(b"\x1b[?1049h\x1b[?25ldrawn\r\n", b"plain\r\n")
    assert last_seen(store, "web.1", 2) == b"plain\r\n"


def test_a_window_of_one_row_shows_the_last_line() -> None:
    assert last_seen(store_of(b"one\r\ntwo\r\n"), "web.1", 1) == b"two\r\n"


def test_no_terminal_is_asked_again_what_the_process_asked_long_ago() -> None:
    asked = b"\x1b[6n\x1b[>c\x1b]11;?\x07\x1bP+q544e\x1b\\\x1b[31mred\x1b[0m\r\n\x1b[c(Pdb) "
    assert last_seen(store_of(asked), "web.1", 24) == b"\x1b[31mred\x1b[0m\r\n(Pdb) "


def test_a_line_that_was_overwritten_is_seen_as_it_was_last() -> None:
    assert last_seen(store_of(b"10%\r100%\r\n"), "web.1", 24) == b"100%\r\n"
