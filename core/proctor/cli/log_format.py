"""The form in which a log stream is printed, made from the word that the user chose."""

from collections.abc import Iterable

from proctor.logs.formats import Format, HumanFormat, JsonFormat
from proctor.model.settings import LogFormat


def new_format(
    chosen: LogFormat, names: Iterable[str] = (), *, colour: bool, terminal: bool
) -> Format:
    """What turns blocks of lines into bytes.

    Args:
        chosen: which form it is.
        names: processes to come, for the width of the column of names.
        colour: mark process types by colours; the forms for programs have them on a terminal at
            most.
        terminal: the output goes to a terminal.
    """
    if chosen == "json":
        return JsonFormat()
    if chosen == "platform":
        from proctor.logs.platform_format import PlatformFormat  # noqa: PLC0415 - few choose it

        return PlatformFormat(colour=colour and terminal, terminal=terminal)
    return HumanFormat(names, colour=colour, terminal=terminal)
