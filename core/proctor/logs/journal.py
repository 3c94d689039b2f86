"""A journal: blocks in order, rows numbered from 0, the oldest forgotten first."""

from bisect import bisect_right
from collections.abc import Iterator

from proctor.logs.lines import Block

_FORGOTTEN = Block(None, None, "out", 0.0, b"", 0)
_COMPACT_AFTER = 4096


class Journal:
    """Blocks with the number of their first row.

    `end` is the number the next row will get, `size` the cost in bytes of what is held, and
    `forgotten` that of what is not held any more. Blocks
    have positions as well, absolute like the numbers of rows: readers keep one.
    """

    __slots__ = ("_base", "_blocks", "_firsts", "_head", "end", "forgotten", "size")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._firsts: list[int] = []
        self._head = 0  # entries before it are forgotten, and not yet cut off the lists
        self._base = 0  # entries already cut off the lists
        self.end = 0
        self.size = 0
        self.forgotten = 0

    @property
    def first(self) -> int:
        """Number of the oldest row that is held; `end` if there is none."""
        return self._firsts[self._head] if self._head < len(self._firsts) else self.end

    @property
    def first_position(self) -> int:
        """Position of the oldest block that is held."""
        return self._base + self._head

    @property
    def end_position(self) -> int:
        """Position that the next block will get."""
        return self._base + len(self._blocks)

    def add(self, block: Block) -> None:
        """Take the next block."""
        self._firsts.append(self.end)
        self._blocks.append(block)
        self.end += block.rows
        self.size += block.cost

    def oldest(self) -> Block | None:
        """The block that would be forgotten next."""
        return self._blocks[self._head] if self._head < len(self._blocks) else None

    def forget_oldest(self) -> Block:
        """Let the oldest block go, and return it."""
        block = self._blocks[self._head]
        self._blocks[self._head] = _FORGOTTEN
        self._head += 1
        self.size -= block.cost
        self.forgotten += block.cost
        if self._head >= _COMPACT_AFTER and self._head * 2 >= len(self._blocks):
            del self._blocks[: self._head]
            del self._firsts[: self._head]
            self._base += self._head
            self._head = 0
        return block

    def at(self, position: int) -> Block:
        """The block at a position from `first_position` to before `end_position`."""
        return self._blocks[position - self._base]

    def first_row_at(self, position: int) -> int:
        """Number of the first row of the block at a position; `end` for `end_position`."""
        index = position - self._base
        return self._firsts[index] if index < len(self._firsts) else self.end

    def position_of(self, number: int) -> int:
        """Position of the block that holds a row, or of the oldest one."""
        index = bisect_right(self._firsts, number, lo=self._head) - 1
        return self._base + max(index, self._head)

    def held(self) -> tuple[list[Block], list[int]]:
        """All blocks that are held, the oldest first, and the number of the first row of each."""
        return self._blocks[self._head :], self._firsts[self._head :]

    def blocks(self) -> Iterator[Block]:
        """All blocks that are held, the oldest first."""
        for index in range(self._head, len(self._blocks)):
            yield self._blocks[index]
