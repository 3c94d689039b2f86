"""Ready rules in words: what a process misses that is not up yet by the rule of its type."""

from proctor.model.type_settings import (
    ReadyRule,
    ReadyWhenAnswering,
    ReadyWhenListening,
    ReadyWhenLogged,
    ReadyWhenSucceeding,
)


def missing(rule: ReadyRule, *, port: int | None = None, problem: str | None = None) -> str:
    """What has not come true; `port` is the process's own, `problem` how the last try failed."""
    more = f" ({problem})" if problem else ""
    match rule:
        case ReadyWhenLogged():
            return f"no line matches /{rule.pattern}/{more}"
        case ReadyWhenListening():
            own = "PORT" if port is None else port
            host = f"[{rule.host}]" if ":" in rule.host else rule.host
            return f"nothing accepts connections on {host}:{rule.port or own}{more}"
        case ReadyWhenAnswering():
            return f"GET {rule.url} is not answered with status 2xx or 3xx{more}"
        case ReadyWhenSucceeding():
            return f"`{rule.command_line}` has not succeeded{more}"
