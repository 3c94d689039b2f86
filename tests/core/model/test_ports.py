import pytest

from proctor.errors import UserError
from proctor.model.formation import default_formation, parse_formation
from proctor.model.names import ProcessName
from proctor.model.ports import (
    PortAssignment,
    assign_port,
    parse_port,
    require_ports,
    usual_port,
)

TYPES = ["release", "web", "worker"]
WEB = ProcessName("web", 1)


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("5006", 5006), (" 65535 ", 65535)])
def test_a_port_is_a_number_from_1_to_65535(text: str, port: int) -> None:
    assert parse_port(text, where="--port") == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "", "5000.0", "٣", "99999999999"])
def test_what_is_no_port_is_refused_with_its_origin(text: str) -> None:
    with pytest.raises(UserError, match=r"is not a port \(\.env\)\. Write a number from 1 to"):
        parse_port(text, where=".env")


def test_each_type_has_a_hundred_ports_and_each_process_the_next_one() -> None:
    assert usual_port(WEB, TYPES, base=5006) == 5106
    assert usual_port(ProcessName("web", 3), TYPES, base=5006) == 5108
    assert usual_port(ProcessName("worker", 1), TYPES, base=5006) == 5206
    assert usual_port(ProcessName("release", 1), TYPES, base=5006) == 5006


def test_ports_beyond_the_highest_are_refused() -> None:
    require_ports(default_formation(TYPES), base=65_335)
    require_ports(parse_formation("all=0", TYPES), base=65_535)
    with pytest.raises(UserError) as caught:
        require_ports(parse_formation("worker=2", TYPES), base=65_335)

    assert str(caught.value) == (
        "the port of worker.2 would be 65536: there is none above 65535 (base port 65335). "
        "Choose a lower base with --port."
    )


def test_a_type_with_a_port_of_its_own_counts_from_it_and_the_others_stay_where_they_are() -> None:
    own = {"worker": 3000}
    assert usual_port(ProcessName("worker", 1), TYPES, base=5006, own=own) == 3000
    assert usual_port(ProcessName("worker", 3), TYPES, base=5006, own=own) == 3002
    assert usual_port(WEB, TYPES, base=5006, own=own) == 5106


def test_ports_of_its_own_beyond_the_highest_are_refused() -> None:
    formation = parse_formation("worker=3", TYPES)
    with pytest.raises(UserError) as caught:
        require_ports(formation, base=5006, own={"worker": 65_534})

    assert str(caught.value) == (
        "the port of worker.3 would be 65536: there is none above 65535 (port of worker). "
        "Choose a lower one."
    )


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"worker": 5107}, "web.2 and worker.1 would both have port 5107 (port of worker)."),
        ({"web": 5205}, "web.2 and worker.1 would both have port 5206 (port of web)."),
        ({"web": 3000, "worker": 3001}, "web.2 and worker.1 would both have port 3001"),
    ],
    ids=["over a usual one", "into usual ones", "over another own one"],
)
def test_a_port_of_its_own_that_is_another_ones_is_refused(own: dict[str, int], words: str) -> None:
    formation = parse_formation("web=2,worker=1", TYPES)
    with pytest.raises(UserError) as caught:
        require_ports(formation, base=5006, own=own)

    assert str(caught.value).startswith(words)
    require_ports(parse_formation("web=1,worker=0", TYPES), base=5006, own=own)


def test_a_free_port_is_given_without_a_word() -> None:
    assert assign_port(WEB, 5006, taken={5007: "x"}) == PortAssignment(5006)


def test_a_taken_port_is_named_with_its_owner_and_the_next_free_one_given() -> None:
    taken = {5006: "redis-server (pid 4711)", 5007: ""}

    assert assign_port(WEB, 5006, taken=taken) == PortAssignment(
        5008, "port 5006 is taken by redis-server (pid 4711): web.1 gets 5008"
    )
    assert assign_port(WEB, 5007, taken=taken).note == "port 5007 is taken: web.1 gets 5008"


def test_nobody_is_moved_onto_the_usual_port_of_another_process() -> None:
    assert assign_port(WEB, 5006, taken={5006: ""}, reserved={5006, 5007, 5008}).port == 5009


def test_with_fixed_ports_a_taken_one_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        assign_port(WEB, 5006, taken={5006: "redis-server (pid 4711)"}, fixed=True)

    assert str(caught.value) == (
        "port 5006 of web.1 is taken by redis-server (pid 4711) (--fixed-ports). "
        "Free it, or choose another base with --port."
    )


def test_where_the_port_is_its_types_own_another_base_would_not_help() -> None:
    with pytest.raises(UserError) as caught:
        assign_port(WEB, 3000, taken={3000: ""}, fixed=True, own=True)

    assert str(caught.value).endswith("Free it, or choose another port for web.")


def test_when_no_port_is_left_it_is_said() -> None:
    with pytest.raises(UserError, match="no port above it is free"):
        assign_port(WEB, 65_534, taken=dict.fromkeys((65_534, 65_535), ""))
