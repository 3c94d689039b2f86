"""Output that tools find hard: is it relayed byte for byte?"""

from concurrent.futures import ThreadPoolExecutor

from bench.children import entry
from bench.tools import Tool
from bench.trial import Trial

_MANY_LINES = b"".join(
    b"M %06d " % number + "é€漢😀ü".encode() * 6 + b" $\n" for number in range(20_000)
)
_AT_ONCE = 4

#: What is written, and whether the process ends after it.
CASES: dict[str, tuple[bytes, str]] = {
    "invalid UTF-8": (b"BEGIN \xff\xfe\xc3( \xe2\x82 \x80 END\n", "hold"),
    "NUL": (b"BEGIN a\0b\0\0c END\n", "hold"),
    "CR progress": (b"BEGIN 10%\r20%\r30%\r END\n", "hold"),
    "ANSI colours": (b"BEGIN \x1b[1;31mred\x1b[0m \x1b[38;5;120mgreen\x1b[0m END\n", "hold"),
    "no newline, alive": (b"BEGIN password: END", "hold"),
    "no newline, exits": (b"BEGIN the last words END", "exit"),
    "20,000 multi-byte lines": (_MANY_LINES, "hold"),
    "a line of 10 MB": (b"BEGIN" + b"z" * 10_000_000 + b"END\n", "hold"),
}


def odd_output(tools: list[Tool]) -> dict[str, dict[str, object]]:
    """Which cases come out exactly."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip([tool.name for tool in tools], pool.map(_all_cases, tools), strict=True))


def _all_cases(tool: Tool) -> dict[str, object]:
    return {f"odd: {case}": _is_exact(tool, *CASES[case]) for case in CASES}


def _is_exact(tool: Tool, data: bytes, end: str) -> bool:
    odd = entry(f"write {{folder}}/data {end}", name="odd")
    trial = Trial(tool, [odd, entry("wait other", name="other")])
    (trial.folder / "data").write_bytes(data)
    with trial:
        trial.wait_for(b"READY other")
        trial.wait_until_quiet(seconds=2, within=15)
        text = trial.text()
    if tool.terminal and not tool.is_proctor:
        text = text.replace(b"\r\n", b"\n")
    if data is _MANY_LINES:
        marked = (line[line.find(b"M 0") :] for line in text.splitlines(keepends=True))
        return b"".join(line for line in marked if line.startswith(b"M 0")) == data
    return data.rstrip(b"\n") in text
