"""Other people's words inside our sentences: short, on one line, and safe to print."""

from collections.abc import Sequence

MOST_LISTED = 20
LONGEST = 60


def printable(text: str) -> str:
    r"""The text with everything that is not printable written as an escape (`\x1b`, `\udcff`).

    What a file or a command line holds must not steer the terminal that shows our message,
    and undecodable bytes (kept as surrogates) must not break the printing of it.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def quoted(text: str) -> str:
    """The text in single quotes, for a message: its first 60 characters, safe to print."""
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"'{printable(shown)}'"


def listed(names: Sequence[str]) -> str:
    """Names for a sentence: of many, the first ones and how many more there are."""
    if len(names) <= MOST_LISTED:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_LISTED])} and {len(names) - MOST_LISTED} more"
