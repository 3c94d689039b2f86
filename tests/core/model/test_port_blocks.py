from proctor.model.port_blocks import Choice, PortBlock, block_size, choose_base
from proctor.model.ports import HIGHEST


def block(base: int, size: int = 200, app: str = "shop") -> PortBlock:
    return PortBlock(app, f"/home/ada/{app}", base, size)


def test_an_app_alone_has_the_default_base_and_nothing_is_said() -> None:
    assert choose_base(200, []) == Choice(5006)


def test_the_next_app_gets_the_next_block_and_is_told_whose_the_first_is() -> None:
    choice = choose_base(200, [block(5006)])
    assert choice.base == 6006
    assert choice.note == (
        "ports count from 6006 on: 5006 to 5205 belong to shop (/home/ada/shop), which runs as "
        "well; -p chooses others"
    )
    assert choose_base(200, [block(5006), block(6006)]).base == 7006


def test_a_block_that_is_free_again_is_given_again() -> None:
    assert choose_base(200, [block(6006)]) == Choice(5006)


def test_an_app_gets_its_former_block_back_if_that_is_free() -> None:
    assert choose_base(200, [], former=7006) == Choice(7006)
    assert choose_base(200, [block(5006)], former=7006) == Choice(7006)
    assert choose_base(200, [block(7006)], former=7006) == Choice(5006)
    assert choose_base(200, [], former=HIGHEST) == Choice(5006)


def test_blocks_count_with_all_their_ports() -> None:
    many = block_size(15)
    assert choose_base(200, [block(5006, many)]).base == 7006
    assert choose_base(many, [block(6006)]).base == 7006
    assert choose_base(200, [block(4900)]).base == 6006
    assert choose_base(200, [block(4806)]) == Choice(5006)


def test_where_no_block_is_free_ports_are_evaded_one_by_one() -> None:
    everywhere = [block(base, 1000) for base in range(5006, HIGHEST, 1000)]
    assert choose_base(200, everywhere) == Choice(5006)
    assert choose_base(block_size(900), []) == Choice(5006)
