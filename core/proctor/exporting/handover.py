"""Whether the shell that runs a command line becomes the command, or stays above it.

Of one simple command bash runs nothing else afterwards, and becomes it; so it does where `exec`
says so. Where it stays, a signal to it alone does not reach the command.
"""

import re
import shlex

_AND_SO_ON = ("&&", ";")
_REDIRECTION = re.compile(r"[<>]+&?|&>+|>\|")
_KEPT = ("time", "!", "coproc", "eval", "{")


def hands_over(command_line: str) -> bool:
    """Whether bash surely becomes the last command of this line; in doubt it does not."""
    tokens = _tokens(command_line)
    last: list[str] = []
    for token in tokens:
        if token in _AND_SO_ON:
            last = []
        else:
            last.append(token)
    operators = [token for token in tokens if _is_operator(token) and token not in _AND_SO_ON]
    if any(not _REDIRECTION.fullmatch(operator) for operator in operators):
        return False
    if not last:
        return False
    if last[0] == "exec":
        return True
    return len(last) == len(tokens) and not operators and last[0] not in _KEPT


def _tokens(command_line: str) -> list[str]:
    lexer = shlex.shlex(command_line, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # a quote that is not closed, or of a kind that shlex does not know
        return ["("]


def _is_operator(token: str) -> bool:
    return bool(token) and all(character in "();<>|&" for character in token)
