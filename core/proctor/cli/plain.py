"""Reads plain command lines of `start` by the table alone: no app waits for click to be loaded.

Plain is: names of options written out, each value a word of its own, and quantities. All else is
left to click, also all that is wrong: there is one place that tells it.
"""

from collections.abc import Iterator
from typing import Any

from proctor.cli.option_table import START_OPTIONS, WORDS, OptionEntry, options_of
from proctor.files.app_files import AppOptions


class _NotPlainError(Exception):
    """Something that click is to look at."""


def read_plainly(words: list[str]) -> AppOptions | None:
    """What these words after `start` say; None where they are not plain.

    Raises:
        UserError: there is no working folder.
    """
    try:
        return options_of(_given(iter(words)), search_upward=False)
    except _NotPlainError:
        return None


def _given(words: Iterator[str]) -> dict[str, Any]:
    known = {name: entry for entry in START_OPTIONS for name in (*entry.names, entry.off) if name}
    said: dict[str, Any] = {}
    quantities: list[str] = []
    for word in words:
        entry = known.get(word)
        if entry is None:
            quantities.append(_quantity(word))
        elif entry.kind == "texts":
            said[entry.key] = (*said.get(entry.key, ()), _value(entry, word, words))
        elif entry.key in said:
            raise _NotPlainError
        else:
            said[entry.key] = _value(entry, word, words)
    return {**said, WORDS: quantities}


def _quantity(word: str) -> str:
    if word.startswith("-") or "=" not in word:
        raise _NotPlainError  # a name alone may speak to an app that runs
    return word


def _value(entry: OptionEntry, name: str, words: Iterator[str]) -> str | bool:
    if entry.kind == "switch":
        return name != entry.off
    word = next(words, "-")
    if word.startswith("-") or (entry.kind == "choice" and word not in entry.choices):
        raise _NotPlainError
    return word
