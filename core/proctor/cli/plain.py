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
        UserError: a value is not possible.
    """
    try:
        return options_of(_given(iter(words)), search_upward=False)
    except _NotPlainError:
        return None


def _given(words: Iterator[str]) -> dict[str, Any]:
    known = {name: entry for entry in START_OPTIONS for name in entry.names}
    said: dict[str, Any] = {}
    quantities: list[str] = []
    for word in words:
        entry = known.get(word)
        if entry is None:
            quantities.append(_quantity(word))
        elif entry.kind == "texts":
            said[entry.key] = (*said.get(entry.key, ()), _value(entry, words))
        elif entry.key in said:
            raise _NotPlainError
        else:
            said[entry.key] = _value(entry, words)
    defaults = {entry.key: entry.default for entry in START_OPTIONS}
    return {**defaults, **said, WORDS: quantities}


def _quantity(word: str) -> str:
    if word.startswith("-") or "=" not in word:
        raise _NotPlainError  # a name alone may speak to an app that runs
    return word


def _value(entry: OptionEntry, words: Iterator[str]) -> str | float | bool:
    if entry.kind == "flag":
        return True
    word = next(words, "-")
    if word.startswith("-") or (entry.kind == "choice" and word not in entry.choices):
        raise _NotPlainError
    if entry.kind != "seconds":
        return word
    try:
        return float(word)
    except ValueError as error:
        raise _NotPlainError from error
