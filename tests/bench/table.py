"""The rows of the table, their targets, and how it is printed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench.commands import BASELINE, LOGS, PS, SCALE
from bench.oddities import CASES
from bench.relaying import WRITERS
from bench.searching import GREP

PROCTOR, PIPES, HONCHO = "proctor", "proctor pipes", "honcho"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `limit` is compared with the value, or with its ratio to `against` (a row and a tool) if
    `is_ratio`; `more_is_better` turns it into the least that is wanted. No limit: no verdict.
    """

    key: str
    words: str
    limit: float | bool | None = None
    is_ratio: bool = False
    more_is_better: bool = False
    judged: str = PROCTOR
    against: tuple[str, str] | None = None

    @property
    def target(self) -> str:
        if self.limit is None:
            return ""
        if isinstance(self.limit, bool):
            return "yes"
        sign = ">=" if self.more_is_better else "<="
        return f"{sign} {_number(self.limit)}{'x' if self.is_ratio else ''}"


def rows() -> Iterator[Row]:
    """All rows, in order."""
    yield Row("first_line", "first line of 1 process, ms", 1.25, is_ratio=True)
    yield Row("first_lines", "first lines of 20, ms", 0.75, is_ratio=True)
    yield Row("stop", "stop of 20, ms", 1 / 3, is_ratio=True)
    yield Row("last_lines", "... last lines printed, of 20", 20, more_is_better=True)
    yield Row("gap", "gap after a first crash, ms", 20)
    yield from _relay_rows("pipes", PIPES, null=2e6, file=1e6)
    yield from _relay_rows("ptys", PROCTOR, null=6e5, file=6e5)
    yield Row("idle_memory", "idle with 20: private memory, MB", 50)
    yield Row("supervisor_memory", "... the supervisor, MB")
    yield Row("guardian_memory", "... the guardian, MB")
    yield Row("keeper_memory", "... the largest keeper, MB", 1.3)
    yield Row("idle_cpu", "idle with 20: CPU, % of a core", 0.5)
    for case in CASES:
        yield Row(f"odd: {case}", f"exact: {case}", True)
    yield Row("left_after_kill", "left of 8 after kill -9", 0)
    yield Row("left_after_stop", "left of 8 after a stop", 0)
    yield Row(BASELINE, f"{BASELINE}, ms")
    for words in ("proctor --version", "proctor --help"):
        yield Row(words, f"{words}, ms", 2, is_ratio=True, against=(BASELINE, PROCTOR))
    yield Row("proctor info --json", "proctor info --json, ms", against=(BASELINE, PROCTOR))
    for words in (PS, SCALE, LOGS):
        yield Row(words, f"{words}, the whole command, ms", 2, is_ratio=True,
                  against=(BASELINE, PROCTOR))  # fmt: skip
    yield Row("key_lag", "key to repaint, 8 processes flooding, ms", 30)
    yield Row("key_lag_p90", "... of the slowest tenth, ms")
    yield Row("key_lag_quiet", "key to repaint, nothing printed, ms")
    yield Row("key_lag_quiet_p90", "... of the slowest tenth, ms")
    yield from _search_rows()


def _search_rows() -> Iterator[Row]:
    yield Row("search_hit", "search of > 1 M lines, flooding: first hit, ms", 500)
    yield Row("search_command", "... the whole command, ms")
    yield Row("search_all", "... the oldest of 1 M lines, a text, ms", against=(GREP, PROCTOR))
    yield Row("search_expression", "... an expression, ms", against=(GREP, PROCTOR))
    yield Row(GREP, f"... {GREP}")
    yield Row("answer", "an answer of the supervisor, flooding, ms")
    yield Row("answer_slowest", "... the slowest of 50, ms")
    yield Row("answer_searching", "... while a hopeless pattern is looked for, ms")
    yield Row("answer_searching_slowest", "... the slowest of 50, ms")


def _relay_rows(kind: str, judged: str, *, null: float, file: float) -> Iterator[Row]:
    for writers in WRITERS:
        from_ = f"{kind}, {writers} writer{'s' if writers > 1 else ''}"
        for where, limit in (("null", null), ("file", file)):
            yield Row(
                f"relay_{kind}_{writers}_{where}",
                f"relay, {from_}, to {'a file' if where == 'file' else 'null'}, lines/s",
                limit,
                more_is_better=True,
                judged=judged,
                against=(f"relay_pipes_{writers}_{where}", HONCHO),
            )
        yield Row(f"exact_{kind}_{writers}", f"exact: {from_}", True, judged=judged)


class Results:
    """What was measured: values by row and tool."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._verdicts: dict[tuple[str, str], list[bool]] = defaultdict(list)

    def add(self, tool: str, found: dict[str, object]) -> None:
        """Note what one run has found."""
        for key, value in found.items():
            if isinstance(value, bool):
                self._verdicts[key, tool].append(value)
            elif isinstance(value, int | float):
                self._values[key, tool].append(value)

    def table(self, tools: list[str]) -> str:
        """All rows that hold something, as text."""
        heads = ["", "target", "", "ratio", *(f"{tool}" for tool in tools)]
        lines = [heads]
        for row in rows():
            cells = [self._cell(row, tool) for tool in tools]
            if any(cells):
                lines.append([row.words, row.target, self._verdict(row), self._ratio(row), *cells])
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def _cell(self, row: Row, tool: str) -> str:
        if verdicts := self._verdicts.get((row.key, tool)):
            return "yes" if all(verdicts) else "no"
        values = self._values.get((row.key, tool))
        if not values:
            return ""
        middle, best = _number(median(values)), _number(_best(row, values))
        return middle if middle == best else f"{middle} ({best})"

    def _ratio(self, row: Row) -> str:
        ratio = self._ratios(row)
        return f"{ratio[0]:.2f} ({ratio[1]:.2f})" if ratio else ""

    def _ratios(self, row: Row) -> tuple[float, float] | None:
        """Of the medians, and of the best."""
        own = self._values.get((row.key, row.judged))
        others = self._values.get(row.against or (row.key, HONCHO))
        if not own or not others or not median(others) or not _best(row, others):
            return None
        return median(own) / median(others), _best(row, own) / _best(row, others)

    def _verdict(self, row: Row) -> str:
        if isinstance(row.limit, bool):
            verdicts = self._verdicts.get((row.key, row.judged))
            return "" if not verdicts else "PASS" if all(verdicts) else "SHORT"
        values = self._values.get((row.key, row.judged))
        if row.limit is None or not values:
            return ""
        measured = (median(values), _best(row, values)) if not row.is_ratio else self._ratios(row)
        if measured is None:
            return ""
        if _reaches(row, measured[0]):
            return "PASS"
        return "best passes" if _reaches(row, measured[1]) else "SHORT"


def _best(row: Row, values: list[float]) -> float:
    return max(values) if row.more_is_better else min(values)


def _reaches(row: Row, value: float) -> bool:
    assert row.limit is not None
    return value >= row.limit if row.more_is_better else value <= row.limit


def _number(value: float) -> str:
    for limit, size, letter in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if value >= limit:
            return f"{value / size:.{2 if size == 1e6 else 0}f}{letter}"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2g}"
