"""The page of all spellings of other tools: what they are here, and what differs."""

from collections.abc import Iterator

from proctor.cli.aliases import ALIASES, OPTION_ALIASES


def page() -> str:
    """All aliases by tool, in columns."""
    parts: dict[str, list[str]] = {}
    for tool, spelling, ours, differs in _rows():
        parts.setdefault(tool, []).append(f"  {spelling:<26} {ours:<16} {differs}")
    titled = (f"{tool[0].upper()}{tool[1:]}:\n" + "\n".join(rows) for tool, rows in parts.items())
    return "\n\n".join(titled)


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for alias in ALIASES:
        yield alias.tool, alias.spelling, alias.ours or "-", _sentence(alias.differs)
    for each in OPTION_ALIASES:
        spelling = f"{each.command} {', '.join(each.names[:2])}"
        ours = "-" if each.ours is None else each.ours.replace("{}", "…") or "(left away)"
        yield each.tool, spelling, ours, _sentence(each.differs)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}" if words.endswith(".") else f"{words}."
